import { refuse } from './refusal.ts';

/** The most bundles that one action can name (rule ACT-1). */
export const MOST_BUNDLES = 10_000;

/**
 * Validates the list of bundle ids of an action (rule ACT-1). It needs no bundle, so it comes before any lock.
 *
 * @throws {Refusal} `no-bundles`, `too-many-bundles` or `duplicate-bundles`.
 */
export function assertBundleList(bundleIds: readonly number[]): void {
  if (bundleIds.length === 0) throw refuse.noBundles();
  if (bundleIds.length > MOST_BUNDLES) throw refuse.tooManyBundles(bundleIds.length, MOST_BUNDLES);
  const seen = new Set<number>();
  const repeated = new Set<number>();
  for (const id of bundleIds) {
    if (seen.has(id)) repeated.add(id);
    seen.add(id);
  }
  if (repeated.size > 0) throw refuse.duplicateBundles([...repeated]);
}
