import type { Execute } from '../database/connection.ts';
import { DivergedStream } from '../journal/index.ts';
import { InvalidAnchor, textOf } from './anchor.ts';
import { anchorsFrom } from './anchor-table.ts';
import { type AnchorStore, DivergedStore, NO_FINDINGS } from './store.ts';

export const storeStates = ['unknown', 'up', 'down', 'diverged'] as const;

export interface StoreStatus {
  readonly name: AnchorStore['name'];
  readonly state: (typeof storeStates)[number];
  /** The number of the next anchor that it lacks; `null` if it is unknown. */
  readonly next: number | null;
  /** Public: contains no addresses. */
  readonly problem: string | null;
  readonly warnings: readonly string[];
}

export interface Publisher {
  status(): StoreStatus;
  /** To be called when this process becomes the leader, or ceases to be it. Discards what it knew of the store. */
  reset(): void;
  /** Writes the anchors that the store lacks. Throws the errors of the database; failures of the store are in the status. */
  step(execute: Execute, signal: AbortSignal): Promise<void>;
}

export interface PublisherOptions {
  readonly onError: (error: unknown, what: string) => void;
  /** How often the end of the store is compared with the database although nothing is to be written. */
  readonly checkEveryMs: number;
}

const BATCH = 100;
const MAX_BACKOFF_MS = 30_000;

/** Copies the anchors of the database to a store, in their order and each once. Its progress is not stored: it asks the store. */
export function createPublisher(store: AnchorStore, { onError, checkEveryMs }: PublisherOptions): Publisher {
  const unknown = { state: 'unknown', problem: null, ...NO_FINDINGS } as const;
  let known: Omit<StoreStatus, 'name' | 'next'> = unknown;
  let next: number | undefined;
  let reached = 0;
  let checkedAt = -Infinity;
  let failures = 0;
  let resumeAt = 0;

  async function findNext(anchors: Execute): Promise<number> {
    const { hidden, warnings } = await store.inspect();
    if (hidden !== null) throw new DivergedStore(hidden);
    const found = await nextIn(anchors, store, reached);
    checkedAt = performance.now();
    known = { state: 'up', problem: null, warnings };
    return found;
  }

  async function publish(anchors: Execute, signal: AbortSignal): Promise<void> {
    if (performance.now() - checkedAt > checkEveryMs) next = undefined;
    next ??= await findNext(anchors);
    while (!signal.aborted) {
      const missing = await anchorsFrom(anchors, next, BATCH);
      for (const anchor of missing) {
        await store.put(anchor);
        next = anchor.number + 1;
        reached = Math.max(reached, next);
      }
      if (missing.length < BATCH) break;
    }
    reached = Math.max(reached, next);
    failures = 0;
  }

  return {
    status: () => ({ name: store.name, next: next ?? null, ...known }),
    reset() {
      known = unknown;
      next = undefined;
      checkedAt = -Infinity;
      failures = 0;
      resumeAt = 0;
    },
    async step(execute, signal) {
      if (performance.now() < resumeAt) return;
      const database = markingFailures(execute);
      try {
        await publish(database, signal);
      } catch (error) {
        next = undefined;
        if (error instanceof DatabaseFailure) throw error.cause;
        const before = known.state;
        known = { ...known, ...failed(error) };
        if (known.state !== before) onError(error, `anchors wait for the ${store.name}`);
        failures += 1;
        resumeAt =
          performance.now() + Math.min(MAX_BACKOFF_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
      }
    },
  };
}

/**
 * The number of the first anchor that the store lacks.
 *
 * @param reached how many it was seen to hold.
 * @throws {DivergedStore} when its last anchor is not the one of the database, or it has lost some.
 */
async function nextIn(anchors: Execute, store: AnchorStore, reached: number): Promise<number> {
  const last = await store.last();
  const next = last ? last.number + 1 : 0;
  if (next < reached)
    throw new DivergedStore(`it has lost anchors: it held ${reached} of them, and holds ${next}`);
  if (last === undefined) return next;
  const [own] = await anchorsFrom(anchors, last.number, 1);
  if (own?.number !== last.number)
    throw new DivergedStore(`it has the anchor ${last.number}, which the database does not have`);
  if (textOf(own) !== textOf(last))
    throw new DivergedStore(`its anchor ${last.number} is not the one of the database`);
  return next;
}

function failed(error: unknown): Pick<StoreStatus, 'state' | 'problem'> {
  const isDiverged = [DivergedStore, DivergedStream, InvalidAnchor].some((each) => error instanceof each);
  return isDiverged && error instanceof Error
    ? { state: 'diverged', problem: error.message }
    : { state: 'down', problem: 'it does not accept anchors' };
}

/** The database could not be read: not a failure of the store. */
class DatabaseFailure extends Error {}

function markingFailures(execute: Execute): Execute {
  return (statement) =>
    execute<never>(statement).catch((cause: unknown) => {
      throw new DatabaseFailure('the database does not answer', { cause });
    });
}
