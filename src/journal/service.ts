import { type Job, runLeaderElection } from '../database/leader-election.ts';
import type { Tracing } from '../tracing/index.ts';
import { connectEventLog } from './event-log.ts';
import { createRelayLoop, type StreamStatus } from './relay-loop.ts';
import { sequence } from './sequencer.ts';
import { tracedLog } from './traced-log.ts';

/** Further work of the process that leads. */
export interface LeaderTasks {
  readonly jobs: readonly Job[];
  /** Called when this process becomes the leader. */
  lead(): void;
  /** Called about once a second while another process leads. */
  follow(): void;
}

export interface JournalOptions {
  readonly writeUrl: string;
  /** Without one, the journal alone is the event store. */
  readonly eventStore?: string | undefined;
  /** The stream in EventStoreDB; `registry-events` by default. */
  readonly stream?: string;
  readonly onError: (error: unknown, what: string) => void;
  /** For warnings that are not failures. */
  readonly warn?: (what: string) => void;
  /** Whether a connection to EventStoreDB without a user is worth a warning. */
  readonly requiresUser?: boolean;
  /** How often the metadata and the first event of the stream are read; each minute by default. */
  readonly inspectEveryMs?: number;
  readonly tasks?: LeaderTasks | undefined;
  readonly tracing?: Tracing | undefined;
}

export interface JournalStatus {
  /** One process leads: it orders the journal and relays it. */
  readonly leads: boolean;
  readonly eventStore: 'absent' | StreamStatus['state'];
  /** The next position that EventStoreDB lacks: exact in the leader, seconds old in other processes. */
  readonly relayedUpTo: number | null;
  /** The current problem. It is public and contains no addresses; the log has the details. */
  readonly problem: string | null;
  /** What others than the registry could do to the stream in EventStoreDB. As public as the problem. */
  readonly warnings: readonly string[];
}

export interface Journal {
  status(): JournalStatus;
  /** If this process leads, orders and relays what was written so far, within 4 s; then gives up leadership. */
  stop(): Promise<void>;
}

/** The advisory lock of the process that orders the journal. */
const LEADER_LOCK = 7_262_002;
const TICK_EVERY_MS = 100;
const INSPECT_EVERY_MS = 60_000;

/**
 * Orders the journal and relays it to EventStoreDB, in one process at a time; the others can take over. It polls ten times a second:
 * a NOTIFY in the writers' transactions would serialise their commits (docs/decisions/0003).
 */
export function startJournal(options: JournalOptions): Journal {
  const { eventStore, tracing, onError, warn = () => {} } = options;
  const { requiresUser = false, inspectEveryMs = INSPECT_EVERY_MS, tasks } = options;
  const connected = eventStore ? connectEventLog(eventStore, options) : undefined;
  const log = connected && tracing ? tracedLog(connected, tracing) : connected;
  const relayLoop = log && createRelayLoop(log, { onError, warn, requiresUser, inspectEveryMs });
  const sequencerJob: Job = {
    everyMs: TICK_EVERY_MS,
    finalTick: true,
    tick: async (execute, signal) => void (await sequence(execute, signal)),
  };
  const relayJob: Job | undefined = relayLoop && {
    everyMs: TICK_EVERY_MS,
    finalTick: true,
    tick: relayLoop.step,
  };
  const leadership = runLeaderElection({
    writeUrl: options.writeUrl,
    lock: LEADER_LOCK,
    name: 'journal',
    jobs: [sequencerJob, ...(relayJob ? [relayJob] : []), ...(tasks?.jobs ?? [])],
    onLead() {
      relayLoop?.lead();
      tasks?.lead();
    },
    onFollow(execute) {
      relayLoop?.observe(execute);
      tasks?.follow();
    },
    onError,
  });

  return {
    status() {
      const stream = relayLoop?.status();
      return {
        leads: leadership.leads(),
        problem: stream?.problem ?? leadership.problem(),
        eventStore: stream?.state ?? 'absent',
        relayedUpTo: stream?.next ?? null,
        warnings: stream?.warnings ?? [],
      };
    },
    async stop() {
      await leadership.stop();
      relayLoop?.end();
      await log?.close();
    },
  };
}
