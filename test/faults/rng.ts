/** Draws that are the same for the same seed. */
export interface Rng {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0, below `limit`. */
  below(limit: number): number;
  /** True in this share of the draws. */
  happens(share: number): boolean;
  /** @throws {RangeError} of none. */
  pick<T>(things: readonly T[]): T;
  shuffled<T>(things: readonly T[]): T[];
}

/** The generator is mulberry32. */
export function createRng(seed: number): Rng {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    happens: (share) => next() < share,
    pick(things) {
      const [thing] = things.slice(below(things.length));
      if (thing === undefined) throw new RangeError('there is nothing to pick from');
      return thing;
    },
    shuffled: (things) =>
      things
        .map((thing) => ({ thing, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ thing }) => thing),
  };
}
