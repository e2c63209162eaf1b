/**
 * Answers concurrent lookups with few statements. A lookup starts a statement at once or, while one is running, shares the next one
 * with all others that wait. So a value is never older than the call that asks for it, nothing is remembered, and under load the
 * cost of a statement is divided among its callers.
 *
 * @param load returns the values of some keys by one statement; a key without a value is missing.
 */
export function createBatchLoader<Key, Value>(
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  let running: Promise<unknown> = Promise.resolve();
  let next: { readonly keys: Set<Key>; readonly loaded: Promise<ReadonlyMap<Key, Value>> } | undefined;

  return async (key) => {
    if (next === undefined) {
      const keys = new Set<Key>();
      const loaded = running.then(() => {
        next = undefined;
        return load([...keys]);
      });
      running = loaded.catch(() => {});
      next = { keys, loaded };
    }
    next.keys.add(key);
    return (await next.loaded).get(key);
  };
}
