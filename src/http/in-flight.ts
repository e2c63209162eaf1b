/** Work under way, by what it counts for, such as its user. */
export interface Places<Key> {
  /** Takes a place. Returns the function that gives it back, or `undefined` if none is left. */
  take(key: Key): (() => void) | undefined;
  isFull(key: Key): boolean;
}

/** At most `most` places for each key. */
export function placesFor<Key>(most: number): Places<Key> {
  const taken = new Map<Key, number>();
  const takenBy = (key: Key) => taken.get(key) ?? 0;
  return {
    isFull: (key) => takenBy(key) >= most,
    take(key) {
      const before = takenBy(key);
      if (before >= most) return undefined;
      taken.set(key, before + 1);
      return () => {
        const left = takenBy(key) - 1;
        if (left > 0) taken.set(key, left);
        else taken.delete(key);
      };
    },
  };
}
