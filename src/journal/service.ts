import type { Query } from '../database/connection.ts';
import { standForLeadership, type Work } from '../database/leadership.ts';
import type { Tracing } from '../tracing/index.ts';
import { connectEventLog, type EventLog, RevisionConflict } from './event-log.ts';
import { DivergedStream, nextPosition, relay } from './relay.ts';
import { sequence } from './sequencer.ts';
import { tracedLog } from './traced-log.ts';

export interface JournalOptions {
  readonly writeUrl: string;
  /** Without one, the journal alone is the event store. */
  readonly eventStore?: string | undefined;
  /** The stream in EventStoreDB; `registry-events` unless told otherwise. */
  readonly stream?: string;
  readonly onError: (error: unknown, what: string) => void;
  readonly tracing?: Tracing | undefined;
}

export interface JournalStatus {
  /** One process leads: it orders the journal and relays it. */
  readonly leads: boolean;
  readonly eventStore: 'absent' | 'unknown' | 'up' | 'down' | 'diverged';
  /** The next position that EventStoreDB lacks, as far as the leader knows. */
  readonly relayedUpTo: number | null;
  /** What is wrong, for everybody to read: never where a server stands. The log says more. */
  readonly problem: string | null;
}

export interface Journal {
  status(): JournalStatus;
  /** Orders and relays what was written by now, within bounds, where this process leads; then gives the lead up. */
  stop(): Promise<void>;
}

/** Whoever holds this advisory lock orders the journal. */
const LEADER_LOCK = 7_262_002;
const LOOK_EVERY_MS = 100;
const LONGEST_BACK_OFF_MS = 5_000;

/**
 * Orders the journal and relays it to EventStoreDB, in one process at a time; every process stands ready to take over. It
 * polls ten times a second instead of being notified: a NOTIFY in the writers' transactions would make their commits queue.
 */
export function startJournal(options: JournalOptions): Journal {
  const { eventStore, tracing } = options;
  const connected = eventStore ? connectEventLog(eventStore, options) : undefined;
  const log = connected && tracing ? tracedLog(connected, tracing) : connected;
  const relaying = log && relayTo(log, options);
  const order: Work = {
    everyMs: LOOK_EVERY_MS,
    lastRound: true,
    round: async (query, signal) => void (await sequence(query, signal)),
  };
  const pass: Work | undefined = relaying && {
    everyMs: LOOK_EVERY_MS,
    lastRound: true,
    round: relaying.step,
  };
  const leadership = standForLeadership({
    writeUrl: options.writeUrl,
    lock: LEADER_LOCK,
    name: 'journal',
    works: pass ? [order, pass] : [order],
    // What an earlier time as the leader knew of the stream may not be so any more.
    onLead: () => relaying?.forget(),
    onError: options.onError,
  });

  return {
    status() {
      const leads = leadership.leads();
      return {
        leads,
        problem: (leads ? relaying?.problem() : null) ?? leadership.problem(),
        eventStore: relaying ? (leads ? relaying.state() : 'unknown') : 'absent',
        relayedUpTo: leads ? (relaying?.relayedUpTo() ?? null) : null,
      };
    },
    async stop() {
      await leadership.stop();
      await log?.close();
    },
  };
}

/** The relay's part of each round: back-off after failures, and the end of it when the stream is not ours. */
function relayTo(log: EventLog, { onError }: JournalOptions) {
  let state: 'unknown' | 'up' | 'down' | 'diverged' = 'unknown';
  let problem: string | null = null;
  let next: number | undefined;
  let failures = 0;
  let resumeAt = 0;

  function fail(error: unknown): void {
    next = undefined;
    if (error instanceof RevisionConflict) return;
    const known = state;
    const diverged = error instanceof DivergedStream;
    state = diverged ? 'diverged' : 'down';
    problem = diverged ? `EventStoreDB: ${error.message}` : 'EventStoreDB does not take the events.';
    if (known !== state) onError(error, 'events wait in the journal');
    failures += 1;
    const backOffMs = Math.min(LONGEST_BACK_OFF_MS, 100 * 2 ** failures);
    resumeAt = performance.now() + backOffMs * (0.5 + Math.random() / 2);
  }

  return {
    state: () => state,
    problem: () => problem,
    relayedUpTo: () => next ?? null,
    forget() {
      state = 'unknown';
      problem = null;
      next = undefined;
      failures = 0;
      resumeAt = 0;
    },
    async step(query: Query, signal: AbortSignal): Promise<void> {
      if (performance.now() < resumeAt) return;
      const journal = marking(query);
      try {
        // Where the stream stands is asked anew after every failure: an append may have gone through unanswered.
        next ??= await nextPosition(journal, log);
        // Told after each append, so that readiness shows how a long catch-up gets on.
        next = await relay(journal, log, next, signal, (reached) => {
          next = reached;
        });
        state = 'up';
        problem = null;
        failures = 0;
      } catch (error) {
        if (error instanceof JournalFailure) throw error.cause;
        fail(error);
      }
    },
  };
}

/** The journal could not be read, which says nothing of EventStoreDB. */
class JournalFailure extends Error {}

function marking(query: Query): Query {
  return (statement) =>
    query<never>(statement).catch((cause: unknown) => {
      throw new JournalFailure('the journal does not answer', { cause });
    });
}
