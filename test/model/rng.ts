import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance from a seed: the same throws at every run. */
export class Rng {
  readonly #source: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#source = xoroshiro128plus(seed);
  }

  between(least: number, most: number): number {
    return uniformInt(this.#source, least, most);
  }

  /** True in `percent` of 100 throws. */
  chance(percent: number): boolean {
    return this.between(1, 100) <= percent;
  }

  /** One of them, each as likely as another. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('there is nothing to pick from');
    const at = this.between(0, from.length - 1);
    for (const picked of from.slice(at, at + 1)) return picked;
    throw new RangeError(`there is no place ${at}`);
  }

  /** One of the names, as likely as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights).filter((name): name is Name => Object.hasOwn(weights, name));
    return this.pick(names.flatMap((name) => Array.from({ length: weights[name] }, () => name)));
  }
}
