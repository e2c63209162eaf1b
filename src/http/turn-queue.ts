import { placesFor } from './in-flight.ts';

/** Work that shares a resource. Keys, such as users, take turns: the work of one delays that of another by one piece in each turn. */
export interface TurnQueue<Key> {
  /**
   * Runs work when the turn of its key has come. Work whose `signal` is aborted before leaves the queue and never begins.
   *
   * @throws {QueueFull} if too much work waits; the reason of `signal`.
   */
  run<T>(key: Key, work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface QueueBounds {
  /** The work of all keys that runs at a time. */
  readonly running: number;
  readonly runningPerKey: number;
  /** The work of all keys that waits at a time. */
  readonly waiting: number;
  readonly waitingPerKey: number;
}

/** Thrown for work that may not wait. */
export class QueueFull extends Error {
  /** Whether too much work of its key waits, or of all keys. */
  readonly of: 'key' | 'all';

  constructor(of: 'key' | 'all') {
    super(`too much work of ${of === 'key' ? 'this key' : 'all keys'} waits`);
    this.of = of;
  }
}

type Begin = (end: () => void) => void;

export function turnQueue<Key>(bounds: QueueBounds): TurnQueue<Key> {
  const places = placesFor<Key>(bounds.runningPerKey);
  /** What waits, by key, in the order of the next turns. */
  const lines = new Map<Key, Set<Begin>>();
  let running = 0;
  let waiting = 0;

  /** Takes a place for work that runs, if there is one. Returns the function that gives it back. */
  function take(key: Key): (() => void) | undefined {
    const leave = running < bounds.running ? places.take(key) : undefined;
    if (leave === undefined) return undefined;
    running += 1;
    return () => {
      running -= 1;
      leave();
      beginNext();
    };
  }

  function beginNext(): void {
    for (const [key, line] of lines) {
      const [first] = line;
      const end = first && take(key);
      if (!end) continue;
      remove(key, line, first);
      // The next turn of this key comes after those of all others.
      if (lines.delete(key)) lines.set(key, line);
      first(end);
      return;
    }
  }

  function remove(key: Key, line: Set<Begin>, begin: Begin): void {
    line.delete(begin);
    waiting -= 1;
    if (line.size === 0) lines.delete(key);
  }

  function placeOf(key: Key, signal: AbortSignal): Promise<() => void> | (() => void) {
    const end = take(key);
    if (end) return end;
    const line = lines.get(key) ?? new Set();
    if (line.size >= bounds.waitingPerKey) throw new QueueFull('key');
    if (waiting >= bounds.waiting) throw new QueueFull('all');
    return new Promise((resolve, reject) => {
      const begin: Begin = (end) => {
        signal.removeEventListener('abort', leave);
        resolve(end);
      };
      const leave = () => {
        remove(key, line, begin);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      lines.set(key, line.add(begin));
      waiting += 1;
    });
  }

  return {
    async run(key, work, signal) {
      signal.throwIfAborted();
      const end = await placeOf(key, signal);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
