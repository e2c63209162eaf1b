import type { Execute } from '../database/connection.ts';
import { lastPosition } from './entry.ts';
import { DivergedStream, type EventLog, RevisionConflict } from './event-log.ts';
import { nextPosition, relay } from './relay.ts';

export interface RelayLoopOptions {
  readonly onError: (error: unknown, what: string) => void;
  readonly warn: (what: string) => void;
}

/** The state of the stream as this process last saw it. */
export interface StreamStatus {
  readonly state: 'unknown' | 'up' | 'down' | 'diverged';
  /** Public: contains no addresses. */
  readonly problem: string | null;
  /** The next position that the stream lacks, or lacked when it last answered; `null` if it is unknown. */
  readonly next: number | null;
}

const UNKNOWN: StreamStatus = { state: 'unknown', problem: null, next: null };
/** A process that has lost the primary cannot check the stream; its status expires. */
const STATUS_EXPIRES_AFTER_MS = 20_000;
const CHECK_EVERY_MS = 2_000;
const MAX_BACKOFF_MS = 5_000;

export interface RelayLoop {
  status(): StreamStatus;
  /** Must be called when this process becomes the leader. Discards the known state of the stream. */
  lead(): void;
  /** The leader's tick. Throws the errors of the journal; failures of the event store are in the status. */
  step(execute: Execute, signal: AbortSignal): Promise<void>;
  /** For followers: checks in the background where the stream ends, at most every 2 s. */
  observe(execute: Execute): void;
  /** Stops reporting. */
  end(): void;
}

/** Relays with a backoff after failures and stops when the stream is not the journal's. Followers observe the stream. */
export function createRelayLoop(log: EventLog, options: RelayLoopOptions): RelayLoop {
  const state = createRelayState(options);
  let next: number | undefined;
  let checkedAt = -Infinity;
  let observing: Promise<void> | undefined;
  let hasStarted = false;

  async function findNext(journal: Execute): Promise<number> {
    const position = await nextPosition(journal, log, state.reached());
    checkedAt = performance.now();
    return position;
  }

  /** A new leader fills a stream that is shorter than the journal, unless it has seen a longer one, and logs a warning. */
  async function start(journal: Execute): Promise<number> {
    const position = await findNext(journal);
    if (hasStarted) return position;
    const ordered = (await lastPosition(journal)) + 1;
    if (position < ordered)
      options.warn(`EventStoreDB has ${position} of ${ordered} events; the relay appends the others`);
    hasStarted = true;
    return position;
  }

  async function relayOnce(journal: Execute, signal: AbortSignal): Promise<void> {
    // Checked again after every failure, as an append may have succeeded without an answer, and while there is nothing to append,
    // since the stream may lose events.
    if (performance.now() - checkedAt > CHECK_EVERY_MS) next = undefined;
    next ??= await start(journal);
    next = await relay(journal, log, next, signal, (reached) => {
      next = reached;
      checkedAt = performance.now();
      state.succeed(reached);
    });
    state.succeed(next);
  }

  return {
    status: state.status,
    lead() {
      next = undefined;
      hasStarted = false;
      state.resetBackoff();
    },
    async step(execute, signal) {
      await observing;
      if (state.isBackingOff()) return;
      try {
        await relayOnce(markingFailures(execute), signal);
      } catch (error) {
        next = undefined;
        if (error instanceof JournalFailure) throw error.cause;
        state.fail(error);
      }
    },
    observe(execute) {
      if (observing !== undefined || performance.now() - checkedAt < CHECK_EVERY_MS) return;
      observing = findNext(markingFailures(execute))
        .then(state.succeed)
        .catch((error: unknown) => {
          checkedAt = performance.now();
          if (!(error instanceof JournalFailure)) state.fail(error);
        })
        .finally(() => {
          observing = undefined;
        });
    },
    end: state.end,
  };
}

/** The state of the stream, the furthest position seen, and the backoff after failures. */
function createRelayState({ onError }: RelayLoopOptions) {
  let status = UNKNOWN;
  let updatedAt = 0;
  let reached = 0;
  let failures = 0;
  let conflicts = 0;
  let resumeAt = 0;
  let ended = false;

  const update = (now: StreamStatus) => {
    status = now;
    updatedAt = performance.now();
  };
  return {
    status: () => (performance.now() - updatedAt > STATUS_EXPIRES_AFTER_MS ? UNKNOWN : status),
    reached: () => reached,
    isBackingOff: () => performance.now() < resumeAt,
    resetBackoff() {
      failures = 0;
      conflicts = 0;
      resumeAt = 0;
    },
    succeed(next: number) {
      update({ state: 'up', problem: null, next });
      reached = Math.max(reached, next);
      failures = 0;
      conflicts = 0;
    },
    fail(error: unknown) {
      if (ended) return;
      conflicts += error instanceof RevisionConflict ? 1 : 0;
      // Another relay was faster, or an answer was lost: the next check resolves it. A second conflict is a failure.
      if (error instanceof RevisionConflict && conflicts === 1) return;
      const before = status.state;
      update(failed(error, status.next));
      if (before !== status.state) onError(error, 'events wait in the journal');
      failures += 1;
      const backOffMs = Math.min(MAX_BACKOFF_MS, 100 * 2 ** failures);
      resumeAt = performance.now() + backOffMs * (0.5 + Math.random() / 2);
    },
    end() {
      ended = true;
    },
  };
}

function failed(error: unknown, next: number | null): StreamStatus {
  return error instanceof DivergedStream
    ? { state: 'diverged', problem: `EventStoreDB: ${error.message}`, next: null }
    : { state: 'down', problem: 'EventStoreDB does not accept events.', next };
}

/** The journal could not be read: not a failure of EventStoreDB. */
class JournalFailure extends Error {}

function markingFailures(execute: Execute): Execute {
  return (statement) =>
    execute<never>(statement).catch((cause: unknown) => {
      throw new JournalFailure('the journal does not answer', { cause });
    });
}
