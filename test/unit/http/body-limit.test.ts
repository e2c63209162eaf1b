import { describe, expect, test } from 'vitest';
import { scanJson } from '../../../src/http/json-scan.ts';
import { NamedSchemas } from '../../../src/http/json-schema.ts';
import { operations } from '../../../src/http/operations.ts';
import { bodyLimitOf } from '../../../src/operation/body-limit.ts';
import { MOST_BUNDLES } from '../../../src/rules/bundle-list.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** The most bytes of UTF-8 for one unit of UTF-16. */
const LONGEST_CHARACTER = '\u20ac';
const AN_INSTANT = '2025-01-12 14:00:00.123456789+00:00';
const AN_ID = Number.MAX_SAFE_INTEGER;

/** The texts that are no words of people, but ids. */
const IN_ASCII = /issuance_ids/;

/** The longest value that a schema allows, or nearly. `name`: of the field. */
function longest(schema: Schema, name = ''): unknown {
  const { anyOf, enum: allowed, const: only, type } = schema;
  if (only !== undefined) return only;
  if (allowed) return longestOf(allowed);
  if (anyOf) return longestOf(anyOf.map((each) => longest(each, name)));
  if (type === 'object') {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, longest(inner, name)]),
    );
  }
  if (type === 'array') return Array(schema.maxItems ?? MOST_BUNDLES).fill(longest(schema.items ?? {}, name));
  if (type === 'string') {
    const { maxLength } = schema;
    return maxLength ? (IN_ASCII.test(name) ? 'x' : LONGEST_CHARACTER).repeat(maxLength) : AN_INSTANT;
  }
  return type === 'number' ? Math.PI * 1e5 : type === 'integer' ? AN_ID : null;
}

const longestOf = (values: readonly unknown[]) =>
  values.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0];

describe('the longest valid body is within the limits', () => {
  test.for(
    operations.flatMap((operation) => (operation.body ? [{ ...operation, body: operation.body }] : [])),
  )('of $id', (operation) => {
    const named = new NamedSchemas();
    const { $ref = '' } = named.describe(operation.body, 'input') as Schema;
    const name = $ref.split('/').at(-1) ?? '';
    const schema = (named.schemas[name] ?? named.describe(operation.body, 'input')) as Schema;
    const text = Buffer.from(JSON.stringify(longest(schema)));
    const limit = bodyLimitOf(operation);
    expect(text.length).toBeLessThanOrEqual(limit.bytes);
    expect(() => scanJson(text, limit)).not.toThrow();
  });
});

test('operations without a body have the smallest limit', () => {
  const sizes = operations
    .filter(({ body }) => body === undefined)
    .map((operation) => bodyLimitOf(operation).bytes);
  expect(new Set(sizes)).toEqual(new Set([8_192]));
});
