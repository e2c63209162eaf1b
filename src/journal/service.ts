import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { queryOn, types } from '../database/connection.ts';
import { connectEventLog, type EventLog, RevisionConflict } from './event-log.ts';
import { DivergedStream, nextPosition, relay } from './relay.ts';
import { sequence } from './sequencer.ts';

export interface JournalOptions {
  readonly writeUrl: string;
  /** Without one, the journal alone is the event store. */
  readonly eventStore?: string | undefined;
  readonly onError: (error: unknown, what: string) => void;
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
  stop(): Promise<void>;
}

/** Any number that only the registry uses: whoever holds this lock leads. */
const LEADER_LOCK = 7_262_002;
const LOOK_EVERY_MS = 100;
const LEAD_AFTER_MS = 1_000;
/**
 * Postgres ends a session that says nothing for so long, and the lock with it: a leader whose machine, network or process
 * stands still is replaced, as a dead one is. All others, and a leader at work, ask something at least once a second.
 */
const SILENT_AFTER_MS = 3_000;
const ANSWER_WITHIN_MS = 20_000;
const LONGEST_BACK_OFF_MS = 5_000;

/**
 * Orders the journal and relays it to EventStoreDB, in one process at a time; every process stands ready to take over. It
 * polls ten times a second instead of being notified: a NOTIFY in the writers' transactions would make their commits queue.
 */
export function startJournal(options: JournalOptions): Journal {
  const stopped = new AbortController();
  const log = options.eventStore ? connectEventLog(options.eventStore) : undefined;
  const state: { leads: boolean; problem: string | null } = { leads: false, problem: null };
  const relaying = log && relayTo(log, options);

  async function serve(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        await lead();
      } catch (error) {
        if (stopped.signal.aborted) return;
        state.problem = 'The journal has lost the primary database.';
        options.onError(error, 'the journal lost its connection, and takes it up again');
      } finally {
        state.leads = false;
      }
      await pause(LEAD_AFTER_MS);
    }
  }

  /** Leads for as long as its connection holds the lock: a lost connection gives it up, to the moment. */
  async function lead(): Promise<void> {
    const client = new pg.Client({
      connectionString: options.writeUrl,
      types,
      keepAlive: true,
      keepAliveInitialDelayMillis: 1_000,
      connectionTimeoutMillis: 5_000,
      query_timeout: ANSWER_WITHIN_MS,
      application_name: 'registry-journal',
      options: `-c idle_session_timeout=${SILENT_AFTER_MS}`,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      const query = queryOn(client);
      while (!stopped.signal.aborted && !(await tryLock(client))) await pause(LEAD_AFTER_MS);
      state.leads = !stopped.signal.aborted;
      await sideBySide(
        stopped.signal,
        async (signal) => {
          await sequence(query, signal);
          state.problem = null;
        },
        async (signal) => relaying?.step(query, signal),
      );
    } finally {
      await client.end().catch(() => {});
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopped.signal }).catch(() => {});
  const serving = serve();

  return {
    status: () => ({
      leads: state.leads,
      problem: relaying?.problem() ?? state.problem,
      eventStore: relaying ? (state.leads ? relaying.state() : 'unknown') : 'absent',
      relayedUpTo: state.leads ? (relaying?.relayedUpTo() ?? null) : null,
    }),
    async stop() {
      stopped.abort();
      await serving;
      await log?.close();
    },
  };
}

type Work = (signal: AbortSignal) => Promise<void> | undefined;

/** Repeats works until the stop, or until one of them fails: an event store that stalls delays no position. */
async function sideBySide(stopped: AbortSignal, ...works: readonly Work[]): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  stopped.addEventListener('abort', end, { once: true });
  const repeat = async (work: Work) => {
    while (!stopped.aborted && !ended.signal.aborted) {
      await work(ended.signal);
      await sleep(LOOK_EVERY_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
  };
  try {
    await Promise.all(works.map(repeat));
  } finally {
    stopped.removeEventListener('abort', end);
    end();
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    LEADER_LOCK,
  ]);
  return rows[0]?.locked ?? false;
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
    async step(query: ReturnType<typeof queryOn>, signal: AbortSignal): Promise<void> {
      if (performance.now() < resumeAt) return;
      try {
        // Where the stream stands is asked anew after every failure: an append may have gone through unanswered.
        next ??= await nextPosition(query, log);
        next = await relay(query, log, next, signal);
        state = 'up';
        problem = null;
        failures = 0;
      } catch (error) {
        fail(error);
      }
    },
  };
}
