import { type BundleFacts, bundleHash } from './hash.ts';
import { type CertificateRange, contains } from './range.ts';

/*
 * Verification of a line of bundles, from the first bundle of an issuance through its splits. Each hash covers the hash of
 * the parent, so a line of correct hashes proves that nothing in it was changed (rule HASH-5).
 */

/** The identity of a bundle. `issuance`: the id of the issuance's row. `hash`: 64 lowercase hex digits. */
export interface Identity {
  readonly parentId: number | null;
  readonly issuance: number;
  readonly range: CertificateRange;
  readonly hash: string;
}

export interface Link extends Identity {
  readonly id: number;
  /** The journal's record of the bundle's creation; `undefined` if it has none. */
  readonly recorded: Identity | undefined;
}

export interface Verdict {
  /** The hash that follows from the facts and the parent's hash. */
  readonly recomputed: string;
  /** The first fault, or `null`. */
  readonly problem: string | null;
}

/**
 * Verifies a line of bundles, from the first bundle of the issuance down.
 *
 * @param facts the facts that all bundles of the issuance share. @param issued the range of the issuance.
 * @returns a verdict for each link, in the same order.
 */
export function judgeLine(
  facts: Omit<BundleFacts, 'range'>,
  issued: CertificateRange,
  line: readonly Link[],
): Verdict[] {
  return line.map((link, index) => {
    const parent = line[index - 1];
    const recomputed = bundleHash({ ...facts, range: link.range }, parent?.hash ?? null);
    const problem =
      placeProblem(link, parent, issued) ?? hashProblem(link, recomputed) ?? recordProblem(link);
    return { recomputed, problem };
  });
}

function placeProblem(link: Link, parent: Link | undefined, issued: CertificateRange): string | undefined {
  if (parent === undefined) {
    if (link.parentId !== null) return `The parent, bundle ${link.parentId}, is missing.`;
    return sameRange(link.range, issued) ? undefined : 'The range is not the range that was issued.';
  }
  if (link.issuance !== parent.issuance) return 'The issuance is not that of the parent.';
  const part = contains(parent.range, link.range) && !sameRange(parent.range, link.range);
  return part ? undefined : 'The range is not a part of the parent.';
}

const hashProblem = ({ hash }: Link, recomputed: string) =>
  hash === recomputed ? undefined : 'The hash does not match the facts.';

function recordProblem({ recorded, ...link }: Link): string | null {
  if (recorded === undefined) return 'The journal has no record of the creation.';
  const same =
    recorded.parentId === link.parentId &&
    recorded.issuance === link.issuance &&
    recorded.hash === link.hash &&
    sameRange(recorded.range, link.range);
  return same ? null : "The bundle differs from the journal's record of its creation.";
}

const sameRange = (a: CertificateRange, b: CertificateRange) => a.start === b.start && a.end === b.end;
