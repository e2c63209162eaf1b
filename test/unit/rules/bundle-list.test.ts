import { expect, test } from 'vitest';
import { assertBundleList, MOST_BUNDLES } from '../../../src/rules/bundle-list.ts';
import { refused } from './expect-refusal.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('an empty list of bundles is refused', () => {
  expect(refused(() => assertBundleList([]))).toMatchObject({ kind: 'rule', code: 'no-bundles' });
});

test('a duplicate bundle is refused, and named once', () => {
  const refusal = refused(() => assertBundleList([4, 9, 4, 8, 4]));
  expect(refusal).toMatchObject({ kind: 'rule', code: 'duplicate-bundles' });
  expect(refusal.errors).toEqual([
    { path: 'granular_certificate_bundle_ids', message: 'must not repeat a bundle: 4' },
  ]);
});

test('one action takes up to 10 000 bundles', () => {
  expect(MOST_BUNDLES).toBe(10_000);
  expect(() => assertBundleList(ids(10_000))).not.toThrow();
  expect(refused(() => assertBundleList(ids(10_001)))).toMatchObject({
    kind: 'rule',
    code: 'too-many-bundles',
  });
});

test('a refusal names at most ten bundles', () => {
  const refusal = refused(() => assertBundleList([...ids(12), ...ids(12)]));
  expect(refusal.message).toMatch(/1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more\.$/);
});
