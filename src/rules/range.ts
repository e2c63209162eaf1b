import { refuse } from './refusal.ts';
import { type Wh, wh } from './units.ts';

/** A contiguous range of certificate ids of one device, both ends included: safe integers from 1. One id is 1 Wh. */
export interface CertificateRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The range from `start` to `end`.
 *
 * @throws {RangeError} unless both are safe integers and 1 <= start <= end.
 */
export function certificateRange(start: number, end: number): CertificateRange {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 1 || end < start) {
    throw new RangeError(`not a range of certificate ids: ${start} to ${end}`);
  }
  return { start, end };
}

/**
 * The next `quantity` ids of a device after `lastId` (0 if it has used none). Ids of withdrawn certificates are not
 * used again (rule ISS-7).
 *
 * @throws {Refusal} `ids-exhausted` past the safe integers.
 * @throws {RangeError} unless `lastId` >= 0 and `quantity` >= 1, both safe integers.
 */
export function rangeAfter(lastId: number, quantity: Wh): CertificateRange {
  if (!Number.isSafeInteger(lastId) || lastId < 0 || !Number.isSafeInteger(quantity) || quantity < 1) {
    throw new RangeError(`cannot number ${quantity} certificates after id ${lastId}`);
  }
  if (quantity > Number.MAX_SAFE_INTEGER - lastId) throw refuse.idsExhausted(quantity);
  return certificateRange(lastId + 1, lastId + quantity);
}

/** The number of certificates, which is the energy in Wh. */
export function quantityOf({ start, end }: CertificateRange): Wh {
  return wh(end - start + 1);
}

/**
 * Splits a range after its first `n` ids: the part that is taken, then the rest (rule SPLIT-1).
 *
 * @throws {RangeError} unless `n` is a whole number and both parts keep at least one certificate.
 */
export function splitRange(range: CertificateRange, n: Wh): readonly [CertificateRange, CertificateRange] {
  if (!Number.isSafeInteger(n) || n < 1 || n >= quantityOf(range)) {
    throw new RangeError(`cannot split ${n} off ${range.start} to ${range.end}`);
  }
  return [certificateRange(range.start, range.start + n - 1), certificateRange(range.start + n, range.end)];
}

/** Whether the children, in any order, are disjoint and together are the parent. */
export function tiles(parent: CertificateRange, children: readonly CertificateRange[]): boolean {
  let next = parent.start;
  for (const child of inOrder(children)) {
    if (child.start !== next || child.end < child.start) return false;
    next = child.end + 1;
  }
  return next === parent.end + 1;
}

/** Whether every id of `inner` is in `outer`. */
export function contains(outer: CertificateRange, inner: CertificateRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Whether no id is in two of the ranges. */
export function disjoint(ranges: readonly CertificateRange[]): boolean {
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (const { start, end } of inOrder(ranges)) {
    if (start <= lastEnd) return false;
    lastEnd = end;
  }
  return true;
}

const inOrder = (ranges: readonly CertificateRange[]) => ranges.toSorted((a, b) => a.start - b.start);
