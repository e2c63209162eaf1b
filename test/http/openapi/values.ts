import fc from 'fast-check';
import type { ApiDocument, Schema } from './document.ts';

/** Values generated from JSON schemas: valid ones, and ones that no client should send. */

/** Ids of existing records, by the name of the field that may contain them. */
export type Ids = Readonly<Record<string, readonly number[]>>;

const SOME_ID = 999_999_999;

export class Values {
  readonly #schemas: ApiDocument['schemas'];
  readonly #ids: Ids;

  constructor({ schemas }: Pick<ApiDocument, 'schemas'>, ids: Ids) {
    this.#schemas = schemas;
    this.#ids = ids;
  }

  /** A value that the schema allows, mostly; ids in it are mostly those of existing records. */
  of(schema: Schema, name = ''): fc.Arbitrary<unknown> {
    const referred = this.#referred(schema);
    if (referred !== schema) return this.of(referred, name);
    const ids = this.#ids[name];
    if (ids && (schema.type === 'integer' || Array.isArray(schema.anyOf))) return anIdOf(ids);
    for (const choice of ['anyOf', 'oneOf'] as const) {
      const options = schema[choice];
      if (isSchemas(options)) {
        const weight = (option: Schema) => (option.type === 'null' ? 1 : 4);
        return fc.oneof(
          ...examplesOf(schema).map((arbitrary) => ({ weight: 4, arbitrary })),
          ...options.map((option) => ({ weight: weight(option), arbitrary: this.of(option, name) })),
        );
      }
    }
    const { type: types } = schema;
    if (Array.isArray(types))
      return this.of({ ...schema, type: undefined, anyOf: types.map((type) => ({ ...schema, type })) }, name);
    if ('const' in schema) return fc.constant(schema.const);
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
    return this.#plain(schema, name);
  }

  #plain(schema: Schema, name: string): fc.Arbitrary<unknown> {
    switch (schema.type) {
      case 'object':
        return this.#object(schema);
      case 'array':
        return this.#array(schema, name);
      case 'string':
        return text(schema, name);
      case 'integer':
        return fc.oneof(...examplesOf(schema), whole(schema));
      case 'number':
        return fc.oneof(...examplesOf(schema), decimal(schema));
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return HOSTILE;
    }
  }

  /** All required fields, and a random choice of the others. */
  #object(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
    const properties = isSchemaMap(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? schema.required : [];
    const taken = Object.entries(properties).filter(([, each]) => !('not' in each));
    const fields = Object.fromEntries(taken.map(([name, each]) => [name, this.of(each, name)]));
    const requiredKeys = Object.keys(fields).filter((name) => required.includes(name));
    const least = fc.record(Object.fromEntries(requiredKeys.map((name) => [name, fields[name] ?? HOSTILE])));
    const more = fc.record(fields, { requiredKeys });
    return fc.oneof({ weight: 1, arbitrary: least }, { weight: 2, arbitrary: more });
  }

  #array(schema: Schema, name: string): fc.Arbitrary<unknown[]> {
    if (isSchemas(schema.prefixItems)) return fc.tuple(...schema.prefixItems.map((each) => this.of(each)));
    const items = isSchema(schema.items) ? schema.items : {};
    const minLength = typeof schema.minItems === 'number' ? schema.minItems : 0;
    const ids = this.#ids[name];
    if (ids)
      return fc.oneof(fc.uniqueArray(anIdOf(ids), { minLength: 1, maxLength: 3 }), fc.array(anIdOf(ids)));
    const item = this.of(items, name);
    return fc.array(item, { minLength, maxLength: minLength + 3 });
  }

  #referred(schema: Schema): Schema {
    const name = String(schema.$ref ?? '').replace('#/components/schemas/', '');
    return this.#schemas[name] ?? schema;
  }
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
const isSchemas = (value: unknown): value is Schema[] => Array.isArray(value) && value.every(isSchema);
const isSchemaMap = (value: unknown): value is Record<string, Schema> =>
  isSchema(value) && Object.values(value).every(isSchema);

export const anIdOf = (ids: readonly number[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 16, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.constant(SOME_ID) },
    { weight: 1, arbitrary: fc.constantFrom(0, -1, 0.5, 2 ** 53, '1', null) },
  );

function examplesOf(schema: Schema): fc.Arbitrary<unknown>[] {
  return Array.isArray(schema.examples) ? [fc.constantFrom(...schema.examples)] : [];
}

const bound = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise);

function whole(schema: Schema): fc.Arbitrary<number> {
  const least = typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum + 1 : undefined;
  const min = bound(schema.minimum, least ?? Number.MIN_SAFE_INTEGER);
  return fc.integer({
    min: Math.max(min, -1_000),
    max: Math.min(bound(schema.maximum, 10_000_000), 10_000_000),
  });
}

function decimal(schema: Schema): fc.Arbitrary<number> {
  const min = bound(schema.minimum, bound(schema.exclusiveMinimum, -1_000));
  return fc.double({ min, max: bound(schema.maximum, 1_000_000), noNaN: true });
}

function text(schema: Schema, name: string): fc.Arbitrary<unknown> {
  if (schema.format === 'date-time') return datetime(name);
  const examples = examplesOf(schema).map((arbitrary) => ({ weight: 3, arbitrary }));
  const minLength = bound(schema.minLength, 0);
  const maxLength = Math.min(bound(schema.maxLength, 60), minLength + 60);
  const unit = fc.constantFrom<'grapheme' | 'binary'>('grapheme', 'binary');
  const any = unit.chain((each) => fc.string({ unit: each, minLength, maxLength }));
  if (typeof schema.pattern !== 'string') return fc.oneof(...examples, { weight: 2, arbitrary: any });
  const matching = fc.stringMatching(new RegExp(schema.pattern), { size: 'small' });
  return fc.oneof(...examples, { weight: 2, arbitrary: matching }, { weight: 1, arbitrary: any });
}

/**
 * Mostly one of a few hours before the tests' now, and its end for a field whose name contains "end"; sometimes any
 * instant.
 */
function datetime(name: string): fc.Arbitrary<string> {
  const isEnd = /end/.test(name);
  const hour = fc.constantFrom(10, 11, 12).map((start) => `2026-03-14T${isEnd ? start + 1 : start}:00:00`);
  const zone = fc.constantFrom('Z', '+00:00', '');
  const other = fc.tuple(fc.date({ noInvalidDate: true }), fc.constantFrom('', '-05:30', '+23:59'));
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(hour, zone).map(([at, offset]) => at + offset) },
    { weight: 1, arbitrary: other.map(([at, offset]) => at.toISOString().replace('Z', offset)) },
    { weight: 1, arbitrary: NO_DATETIME },
  );
}

const NO_DATETIME = fc.constantFrom(
  '',
  'now()',
  'infinity',
  '0000-01-01T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:01Z',
  '9999-12-31T23:59:60Z',
  '2026-02-29T00:00:00Z',
  '2026-03-15T12:00:00+99:99',
  '2026-03-15T12:00:00Z\u0000',
  '2026-W11-7',
);

/** Values that no field accepts. */
export const HOSTILE: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e\u200b\ufeff',
  '💣'.repeat(300),
  'x'.repeat(50_000),
  "'; DROP TABLE bundle; --",
  '" OR 1=1 --',
  '$(id)',
  '{{7*7}}',
  '#{7*7}',
  '../../../etc/passwd',
  '<script>alert(1)</script>',
  '%00%0d%0a',
  '__proto__',
  'NaN',
  '1e999',
  0,
  -0,
  -1,
  0.1 + 0.2,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  1e308,
  5e-324,
  [],
  [[]],
  [null],
  ['\u0000'],
  [2 ** 53],
  {},
  { $gt: '' },
  { toString: null, valueOf: null },
  { toJSON: 1, hasOwnProperty: 1 },
  { length: 1e9 },
);
