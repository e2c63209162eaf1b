/**
 * Reproducible noise: a value in [0, 1) that changes smoothly over time, interpolated between one independent value
 * for each `periodMs`. Different names give independent values.
 */
export function smoothNoise(name: string, instantMs: number, periodMs: number): number {
  const position = instantMs / periodMs;
  const step = Math.floor(position);
  const fraction = position - step;
  const weight = fraction * fraction * (3 - 2 * fraction);
  return hashToUnit(name, step) * (1 - weight) + hashToUnit(name, step + 1) * weight;
}

/** A pseudo-random value in [0, 1) for a name and an integer: FNV-1a with the finalizer of MurmurHash3. */
export function hashToUnit(name: string, index: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${name}:${index}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
