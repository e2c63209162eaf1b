import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

const NO_NAMES = z.registry<Record<string, never>>();

/**
 * The JSON Schema by which an answer is serialized. An answer is written from the handler's object, property by
 * property, so a property that the schema lacks is never sent.
 */
export function serializationSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    metadata: NO_NAMES,
  });
  return Object.fromEntries(Object.entries(described).map(([key, value]) => [key, withPlainNull(value)]));
}

/** `X or null` in a form in which the serializer need not try alternatives for each row. */
function withPlainNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainNull);
  if (typeof value !== 'object' || value === null) return value;
  const { anyOf, ...rest }: JsonSchema = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withPlainNull(inner)]),
  );
  if (!Array.isArray(anyOf)) return rest;
  const others: JsonSchema[] = anyOf.filter((each) => each.type !== 'null');
  const [only] = others;
  return anyOf.length === 2 && others.length === 1
    ? { ...rest, ...only, nullable: true }
    : { ...rest, anyOf };
}

/** Schemas that carry an `id` in their metadata, gathered under `#/components/schemas`. */
export class NamedSchemas {
  readonly schemas: Record<string, JsonSchema> = {};

  /**
   * The JSON Schema 2020-12 of what a client sends (`input`) or receives (`output`), with references to the named
   * schemas.
   */
  describe(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs, id, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs ?? {})) {
      const { id: _name, ...named } = definition;
      this.schemas[name] = referringToComponents(named);
    }
    if (typeof id !== 'string') return referringToComponents(root);
    this.schemas[id] = referringToComponents(root);
    return { $ref: `#/components/schemas/${id}` };
  }
}

function referringToComponents(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text, (_, value) => withoutPrefixItems(value));
}

/** A tuple as an array of a fixed length: client generators cannot read `prefixItems` with `items: false`. */
function withoutPrefixItems(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('prefixItems' in value)) return value;
  const { prefixItems, ...rest } = value;
  if (!Array.isArray(prefixItems)) return value;
  const { length } = prefixItems;
  return { ...rest, items: { anyOf: prefixItems }, minItems: length, maxItems: length };
}
