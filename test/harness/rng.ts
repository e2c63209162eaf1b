import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A random number generator that gives the same numbers for the same seed. */
export class Rng {
  readonly #source: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#source = xoroshiro128plus(seed);
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return uniformInt(this.#source, least, most);
  }

  /** True with a probability of `percent` %. */
  chance(percent: number): boolean {
    return this.between(1, 100) <= percent;
  }

  /**
   * One of the items, each with the same probability.
   * @throws {RangeError} if there are none.
   */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('there is nothing to pick from');
    const at = this.between(0, from.length - 1);
    for (const picked of from.slice(at, at + 1)) return picked;
    throw new RangeError(`there is no item ${at}`);
  }

  /** One of the names, with a probability proportional to its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights).filter((name): name is Name => Object.hasOwn(weights, name));
    return this.pick(names.flatMap((name) => Array.from({ length: weights[name] }, () => name)));
  }

  /** A copy of the list in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    return items.flatMap(() => left.splice(this.between(0, left.length - 1), 1));
  }
}
