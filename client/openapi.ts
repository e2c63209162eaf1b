/** What the generators read of an OpenAPI 3.1 document. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

export interface ApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example: unknown }>> };
  readonly security: readonly object[];
  /** By status. */
  readonly responses: Readonly<Record<string, object>>;
}

interface Reference {
  readonly $ref: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema: Schema;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
}

/** The parameters of an operation, with references resolved. */
export function parametersOf(
  { parameters }: Pick<ApiOperation, 'parameters'>,
  { components }: Pick<ApiDocument, 'components'>,
): readonly Parameter[] {
  return parameters.map((each) => {
    if (!('$ref' in each)) return each;
    const parameter = components.parameters[each.$ref.replace('#/components/parameters/', '')];
    if (parameter === undefined) throw new Error(`${each.$ref} is not in the document`);
    return parameter;
  });
}

/** An example value of a parameter. */
export function exampleOf({ example, schema }: Parameter): unknown {
  const { examples, const: only, default: usual, enum: choices, anyOf, type } = schema;
  const given = example ?? examples?.[0] ?? only ?? usual ?? choices?.[0] ?? anyOf?.[0]?.enum?.[0];
  return given ?? PLAIN[[type ?? 'string'].flat()[0] ?? ''] ?? '';
}

const PLAIN: Readonly<Record<string, unknown>> = { integer: 1, number: 1, boolean: false };
