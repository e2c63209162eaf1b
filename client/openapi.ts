/** What the generators read of an OpenAPI 3.1 document. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface ApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly security: readonly object[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly items?: Schema | false;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
}

/** A value that a person would recognise as what the schema asks for: its own example where it has one. */
export function exampleOf(schema: Schema, document: ApiDocument): unknown {
  const { $ref, examples, enum: choices, anyOf, items, properties } = schema;
  if ($ref !== undefined) return exampleOf(named($ref, document), document);
  const given = examples?.[0] ?? schema.const ?? schema.default ?? choices?.[0];
  if (given !== undefined) return given;
  const [alternative] = anyOf ?? [];
  if (alternative) return exampleOf(alternative, document);
  if (properties) return exampleObject(schema, document);
  if (items) return [exampleOf(items, document)];
  return PLAIN[[schema.type ?? 'string'].flat()[0] ?? ''] ?? '';
}

const PLAIN: Readonly<Record<string, unknown>> = { integer: 1, number: 1, boolean: false, array: [] };

/** What is required, and what is optional but has an example of its own. */
function exampleObject({ properties = {}, required = [] }: Schema, document: ApiDocument): object {
  const shown = Object.entries(properties).filter(
    ([name, each]) => required.includes(name) || each.examples !== undefined,
  );
  return Object.fromEntries(shown.map(([name, each]) => [name, exampleOf(each, document)]));
}

function named(reference: string, { components }: ApiDocument): Schema {
  const schema = components.schemas[reference.replace('#/components/schemas/', '')];
  if (schema === undefined) throw new Error(`${reference} is not in the document`);
  return schema;
}
