import { Rng } from '../harness/rng.ts';

/**
 * The fault of a call.
 * - `refuse`: UNAVAILABLE, without an effect. `full`: RESOURCE_EXHAUSTED, without an effect. `hang`: neither effect nor
 * answer.
 * - `drop`: effect, and the connection breaks before the answer. `stall`: effect without an answer.
 * - `slowMs`: effect and answer after a delay. `lateMs`: effect at once, answer after a delay.
 *
 * A read has no effect: `drop` breaks off after its first event.
 */
export type Fault =
  | 'refuse'
  | 'full'
  | 'hang'
  | 'drop'
  | 'stall'
  | { readonly slowMs: number }
  | { readonly lateMs: number };

/** The faults of the next calls of one kind: first those of the list, one per call, then random ones. */
export interface Faults {
  add(...faults: readonly Fault[]): void;
  draw(share: number, seed: number): void;
  clear(): void;
  next(): Fault | undefined;
  /** The number of faults in the list that no call has had yet. */
  left(): number;
}

const DRAWN: readonly Fault[] = ['refuse', 'full', 'drop'];

export function noFaults(): Faults {
  let listed: Fault[] = [];
  let drawn: (() => Fault | undefined) | undefined;
  return {
    add: (...faults) => void listed.push(...faults),
    draw(share, seed) {
      drawn = share > 0 ? drawFaults(share, seed) : undefined;
    },
    clear() {
      listed = [];
      drawn = undefined;
    },
    next: () => listed.shift() ?? drawn?.(),
    left: () => listed.length,
  };
}

/** Random faults, the same for the same seed. `share`: the share of calls that fail, from 0 to 1. */
function drawFaults(share: number, seed: number): () => Fault | undefined {
  const rng = new Rng(seed);
  return () => (rng.chance(share * 100) ? rng.pick(DRAWN) : undefined);
}
