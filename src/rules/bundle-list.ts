import { refuse } from './refusal.ts';

/** The bundles that one action may name (rule ACT-1). */
export const MOST_BUNDLES = 10_000;

/**
 * Whether a list of bundle ids may be acted on at all; looked at before any bundle is.
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
