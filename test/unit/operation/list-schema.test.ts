import { expect, test } from 'vitest';
import { z } from 'zod';
import { list } from '../../../src/operation/list-schema.ts';

/** A list of positive integers that counts how many items it has read. */
function counting(bounds: { least?: number; most?: number } = {}) {
  let read = 0;
  const item = z.unknown().transform((value, context) => {
    read += 1;
    if (typeof value === 'number' && value > 0) return value;
    context.addIssue({ code: 'custom', message: 'must be positive' });
    return z.NEVER;
  });
  return { schema: list(item, bounds), read: () => read };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

test('gives all items, in their order', async () => {
  const { schema } = counting();
  expect(await schema.parseAsync(numbers(1_234))).toEqual(numbers(1_234));
  expect(await schema.parseAsync([])).toEqual([]);
});

test('names each wrong item by its place', async () => {
  const { schema } = counting();
  const wrong = numbers(350).map((n) => (n === 2 || n === 301 ? -n : n));
  const { error } = await schema.safeParseAsync(wrong);
  expect(error?.issues.map(({ path, message }) => [...path, message])).toEqual([
    [1, 'must be positive'],
    [300, 'must be positive'],
  ]);
});

test('stops reading soon after 100 wrong items', async () => {
  const { schema, read } = counting();
  expect((await schema.safeParseAsync(Array(40_000).fill(0))).success).toBe(false);
  expect(read()).toBeLessThanOrEqual(200);
});

test('lets other work run between the items', async () => {
  const { schema, read } = counting();
  const parsing = schema.parseAsync(numbers(10_000));
  await new Promise(setImmediate);
  expect(read()).toBeLessThan(10_000);
  expect(await parsing).toHaveLength(10_000);
});

test('reads no item of an array that is too long or too short', async () => {
  const { schema, read } = counting({ least: 2, most: 3 });
  expect((await schema.safeParseAsync(numbers(4))).error?.issues).toMatchObject([
    { code: 'too_big', maximum: 3, path: [] },
  ]);
  expect((await schema.safeParseAsync([1])).error?.issues).toMatchObject([
    { code: 'too_small', minimum: 2, path: [] },
  ]);
  expect(read()).toBe(0);
});

test.for([undefined, null, 'text', { 0: 1 }])('refuses %j, which is no array', async (value) => {
  expect((await counting().schema.safeParseAsync(value)).error?.issues).toMatchObject([
    { code: 'invalid_type', expected: 'array' },
  ]);
});

test('is described as an array', () => {
  const { $schema: _, ...described } = z.toJSONSchema(list(z.string(), { least: 1, most: 5 }), {
    io: 'input',
  });
  expect(described).toEqual({ type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 5 });
});
