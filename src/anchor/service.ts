import type { Execute } from '../database/connection.ts';
import type { LeaderTasks } from '../journal/index.ts';
import type { Anchor } from './anchor.ts';
import type { KeySet } from './key-set.ts';
import { createPublisher, type StoreStatus } from './publisher.ts';
import { HistoryChanged, signIfDue } from './signer.ts';
import type { SigningKey } from './signing-key.ts';
import type { AnchorStore } from './store.ts';

export interface AnchoringOptions {
  readonly key: SigningKey;
  readonly keys: KeySet;
  readonly intervalMs: number;
  readonly stores: readonly AnchorStore[];
  readonly clock: () => Date;
  readonly onError: (error: unknown, what: string) => void;
  /** How often the end of each store is compared with the database; each minute by default. */
  readonly checkEveryMs?: number;
}

/** What the process that leads knows. Texts are public and contain no addresses. */
export interface AnchoringStatus {
  /** The last anchor; `null` in a process that does not lead. */
  readonly last: Pick<Anchor, 'position' | 'number' | 'signed_at'> | null;
  readonly problem: string | null;
  readonly stores: readonly AnchoredStore[];
}

/** A store beside the last anchor. */
export interface AnchoredStore extends Omit<StoreStatus, 'next'> {
  /** How many anchors it lacks; `null` if it is unknown. */
  readonly unwritten: number | null;
}

export interface Anchoring {
  /** The work of the process that orders the journal. */
  readonly tasks: LeaderTasks;
  status(): AnchoringStatus;
  close(): Promise<void>;
}

const TICK_EVERY_MS = 1_000;
const CHECK_EVERY_MS = 60_000;

/**
 * Signs the head of the journal at intervals, stores the anchors in the database, and copies them to every store. A failure of any of
 * this does not disturb the journal.
 */
export function createAnchoring(options: AnchoringOptions): Anchoring {
  const { clock, onError, checkEveryMs = CHECK_EVERY_MS, stores } = options;
  const publishers = stores.map((store) => createPublisher(store, { onError, checkEveryMs }));
  let last: Anchor | undefined;
  let problem: string | null = null;

  const fail = (error: unknown) => {
    const before = problem;
    problem = error instanceof HistoryChanged ? error.message : 'the head of the journal cannot be signed';
    if (problem !== before) onError(error, 'no anchor is signed');
  };
  const reset = () => {
    last = undefined;
    problem = null;
    for (const publisher of publishers) publisher.reset();
  };
  const signing = {
    everyMs: TICK_EVERY_MS,
    async tick(execute: Execute) {
      try {
        last = await signIfDue(execute, { ...options, now: clock() });
        problem = null;
      } catch (error) {
        fail(error);
      }
    },
  };
  const publishing = publishers.map(({ step }) => ({
    everyMs: TICK_EVERY_MS,
    tick: (execute: Execute, signal: AbortSignal) => step(execute, signal).catch(fail),
  }));
  return {
    tasks: { jobs: [signing, ...publishing], lead: reset, follow: reset },
    status: () => ({
      last: last ?? null,
      problem,
      stores: publishers.map((publisher) => besideLast(publisher.status(), last)),
    }),
    async close() {
      await Promise.all(stores.map((each) => each.close()));
    },
  };
}

/** What a store has, compared with the last anchor of the registry. */
export function besideLast({ next, ...store }: StoreStatus, last: Anchor | undefined): AnchoredStore {
  return { ...store, unwritten: last && next !== null ? Math.max(0, last.number + 1 - next) : null };
}
