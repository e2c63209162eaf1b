import { type Job, runLeaderElection } from '../database/leader-election.ts';
import type { Tracing } from '../tracing/index.ts';
import { connectEventLog } from './event-log.ts';
import { createRelayLoop } from './relay-loop.ts';
import { sequence } from './sequencer.ts';
import { tracedLog } from './traced-log.ts';

export interface JournalOptions {
  readonly writeUrl: string;
  /** Without one, the journal alone is the event store. */
  readonly eventStore?: string | undefined;
  /** The stream in EventStoreDB; `registry-events` unless told otherwise. */
  readonly stream?: string;
  readonly onError: (error: unknown, what: string) => void;
  /** For what is no failure, and somebody ought to know. */
  readonly warn?: (what: string) => void;
  readonly tracing?: Tracing | undefined;
}

export interface JournalStatus {
  /** One process leads: it orders the journal and relays it. */
  readonly leads: boolean;
  readonly eventStore: 'absent' | 'unknown' | 'up' | 'down' | 'diverged';
  /** The next position that EventStoreDB lacks, as the leader knows, or as another process saw it seconds ago. */
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

/**
 * Orders the journal and relays it to EventStoreDB, in one process at a time; every process stands ready to take over. It
 * polls ten times a second instead of being notified: a NOTIFY in the writers' transactions would make their commits queue.
 */
export function startJournal(options: JournalOptions): Journal {
  const { eventStore, tracing, onError, warn = () => {} } = options;
  const connected = eventStore ? connectEventLog(eventStore, options) : undefined;
  const log = connected && tracing ? tracedLog(connected, tracing) : connected;
  const relaying = log && createRelayLoop(log, { onError, warn });
  const order: Job = {
    everyMs: LOOK_EVERY_MS,
    finalTick: true,
    tick: async (execute, signal) => void (await sequence(execute, signal)),
  };
  const pass: Job | undefined = relaying && {
    everyMs: LOOK_EVERY_MS,
    finalTick: true,
    tick: relaying.step,
  };
  const leadership = runLeaderElection({
    writeUrl: options.writeUrl,
    lock: LEADER_LOCK,
    name: 'journal',
    jobs: pass ? [order, pass] : [order],
    onLead: () => relaying?.lead(),
    onFollow: (execute) => relaying?.look(execute),
    onError,
  });

  return {
    status() {
      const stream = relaying?.status();
      return {
        leads: leadership.leads(),
        problem: stream?.problem ?? leadership.problem(),
        eventStore: stream?.state ?? 'absent',
        relayedUpTo: stream?.next ?? null,
      };
    },
    async stop() {
      await leadership.stop();
      relaying?.end();
      await log?.close();
    },
  };
}
