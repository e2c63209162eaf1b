import { Rng } from '../harness/rng.ts';

/**
 * What a call meets.
 *
 * - `refuse`: UNAVAILABLE, nothing done. `full`: RESOURCE_EXHAUSTED, nothing done. `hang`: nothing done, and no answer.
 * - `drop`: done, and the connection breaks before the answer. `stall`: done, and no answer.
 * - `slowMs`: done and answered after so long. `lateMs`: done at once, answered after so long.
 *
 * A read has nothing to do but to answer: `drop` breaks off after its first event.
 */
export type Fault =
  | 'refuse'
  | 'full'
  | 'hang'
  | 'drop'
  | 'stall'
  | { readonly slowMs: number }
  | { readonly lateMs: number };

/** Faults to come for one kind of calls: those of the list first, one a call, then by the draw. */
export interface Faults {
  add(...faults: readonly Fault[]): void;
  draw(share: number, seed: number): void;
  clear(): void;
  next(): Fault | undefined;
  /** How many of the list no call has met yet. */
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
