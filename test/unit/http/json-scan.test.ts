import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanJson } from '../../../src/http/json-scan.ts';
import { hasDuplicateNames } from '../../../src/http/strict-json.ts';

const NO_LIMIT = { values: 1_000_000, containers: 1_000_000 };
const scan = (text: string, limit = NO_LIMIT) => scanJson(Buffer.from(text), limit);

const countNames = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, inner) => sum + countNames(inner), own);
};

test('counts the names of any JSON, with blanks between its tokens or without', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, blanks) => {
      const text = JSON.stringify(value, null, blanks);
      expect(scan(text)).toBe(countNames(JSON.parse(text)));
      expect(hasDuplicateNames(JSON.parse(text), scan(text))).toBe(false);
    }),
  );
});

test.for([
  '{"a":1,"a":2}',
  '{"a":{"b":1,"b":2}}',
  '[{"a":1},{"\\u0061":1,"a":1}]',
  '{"__proto__":1,"__proto__":2}',
])('finds a name twice in %s', (text) => {
  expect(hasDuplicateNames(JSON.parse(text), scan(text))).toBe(true);
});

describe('counts', () => {
  test.for([
    ['items', '[1,2,3]', { values: 3, containers: 9 }],
    ['items of several arrays', '[[1,2],[3]]', { values: 3, containers: 9 }],
    ['fields', '{"a":1,"b":2,"c":3}', { values: 3, containers: 9 }],
    ['arrays and objects', '[{},[],{}]', { values: 9, containers: 4 }],
  ] as const)('%s up to the limit', ([_, text, limit]) => {
    expect(() => scan(text, limit)).not.toThrow();
    const lower = { values: limit.values - 1, containers: limit.containers - 1 };
    expect(() => scan(text, lower)).toThrow(/^The body has more than \d values\.$|arrays and objects\.$/);
  });
});

test.for(['"', '"\\', '["abc', '{"a\\"', ']]]]', '\\"', ''])(
  'reads %j, which is no JSON, to its end',
  (text) => {
    expect(() => scan(text)).not.toThrow();
  },
);
