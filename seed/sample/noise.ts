/**
 * Noise that is the same on every machine and at every run: a value in [0, 1) that drifts smoothly in time, with
 * one independent draw each `periodMs`. Two names are independent of each other.
 */
export function drift(name: string, instantMs: number, periodMs: number): number {
  const position = instantMs / periodMs;
  const step = Math.floor(position);
  const fraction = position - step;
  const weight = fraction * fraction * (3 - 2 * fraction);
  return draw(name, step) * (1 - weight) + draw(name, step + 1) * weight;
}

/** A value in [0, 1) for a name and a whole number: FNV-1a, stirred by the finalizer of MurmurHash3. */
export function draw(name: string, index: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${name}:${index}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
