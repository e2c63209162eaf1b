import { type BundleFacts, bundleHash } from './hash.ts';
import { type CertificateRange, contains } from './range.ts';

/*
 * A bundle descends from the first bundle of its issuance, split by split. Each hash is taken over the hash before it,
 * so hashes that follow from facts and parents, all the way up, prove that nothing of the line was changed
 * (rule HASH-5).
 */

/** What makes a bundle the one that it is. `issuance` is the row of the header, `hash` 64 lowercase hex digits. */
export interface Identity {
  readonly parentId: number | null;
  readonly issuance: number;
  readonly range: CertificateRange;
  readonly hash: string;
}

export interface Link extends Identity {
  readonly id: number;
  /** What the journal recorded when the bundle was made; `undefined` when it knows nothing of that. */
  readonly recorded: Identity | undefined;
}

export interface Verdict {
  /** The hash that follows from the facts and the parent's hash. */
  readonly recomputed: string;
  /** The first thing found wrong, or `null`. */
  readonly problem: string | null;
}

/**
 * Judges a line of bundles, from the first of the issuance down.
 *
 * @param facts what all bundles of the issuance share. @param issued the range that the header says.
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
    if (link.parentId !== null) return `its parent, bundle ${link.parentId}, is missing`;
    return sameRange(link.range, issued) ? undefined : 'it does not hold what was issued';
  }
  if (link.issuance !== parent.issuance) return 'it belongs to another issuance than its parent';
  const part = contains(parent.range, link.range) && !sameRange(parent.range, link.range);
  return part ? undefined : 'it is not a part of its parent';
}

const hashProblem = ({ hash }: Link, recomputed: string) =>
  hash === recomputed ? undefined : 'its hash does not follow from its facts';

function recordProblem({ recorded, ...link }: Link): string | null {
  if (recorded === undefined) return 'the journal does not know when it was made';
  const same =
    recorded.parentId === link.parentId &&
    recorded.issuance === link.issuance &&
    recorded.hash === link.hash &&
    sameRange(recorded.range, link.range);
  return same ? null : 'it differs from what the journal recorded when it was made';
}

const sameRange = (a: CertificateRange, b: CertificateRange) => a.start === b.start && a.end === b.end;
