import type { Execute } from '../database/connection.ts';
import { lastPosition } from './entry.ts';
import type { EventLog } from './event-log.ts';
import { DivergedStream, RevisionConflict } from './event-stream.ts';
import { nextPosition, relay } from './relay.ts';
import { createInspection, type Inspection, type InspectionOptions } from './stream-inspection.ts';

export interface RelayLoopOptions extends InspectionOptions {
  readonly onError: (error: unknown, what: string) => void;
}

/** The state of the stream as this process last saw it. Its texts are public and contain no addresses. */
export interface StreamStatus {
  /** `truncated`: readers miss events, because of the metadata of the stream. */
  readonly state: 'unknown' | 'up' | 'down' | 'diverged' | 'truncated';
  readonly problem: string | null;
  /** What others than the registry could do to the stream. */
  readonly warnings: readonly string[];
  /** The next position that the stream lacks, or lacked when it last answered; `null` if it is unknown. */
  readonly next: number | null;
}

type RelayStatus = Omit<StreamStatus, 'warnings'>;

const UNKNOWN: RelayStatus = { state: 'unknown', problem: null, next: null };
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
  const inspection = createInspection(log, options);
  let next: number | undefined;
  let checkedAt = -Infinity;
  let observing: Promise<void> | undefined;
  let hasStarted = false;

  async function findNext(journal: Execute): Promise<number> {
    // First: events that are hidden look like events that were lost.
    await inspection.runIfDue(journal);
    const position = await nextPosition(journal, log, state.reached());
    checkedAt = performance.now();
    return position;
  }

  async function start(journal: Execute): Promise<number> {
    const position = await findNext(journal);
    if (!hasStarted) await warnIfBehind(journal, position, options.warn);
    hasStarted = true;
    return position;
  }

  async function relayOnce(journal: Execute, signal: AbortSignal): Promise<void> {
    // Checked again after every failure, as an append may have succeeded without an answer, and while there is nothing to append,
    // since the stream may lose events.
    if (inspection.isDue() || performance.now() - checkedAt > CHECK_EVERY_MS) next = undefined;
    next ??= await start(journal);
    next = await relay(journal, log, next, signal, (reached) => {
      next = reached;
      checkedAt = performance.now();
      state.succeed(reached);
    });
    state.succeed(next);
  }

  return {
    status: () => withFindings(state.status(), inspection.findings()),
    lead() {
      next = undefined;
      hasStarted = false;
      inspection.expire();
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

/** A new leader fills a stream that is shorter than the journal, unless it has seen a longer one. */
async function warnIfBehind(journal: Execute, position: number, warn: (what: string) => void): Promise<void> {
  const ordered = (await lastPosition(journal)) + 1;
  if (position < ordered)
    warn(`EventStoreDB has ${position} of ${ordered} events; the relay appends the others`);
}

/** Hidden events are the likely cause of any other problem, which is named too. */
function withFindings(
  status: RelayStatus,
  { hidden, warnings }: ReturnType<Inspection['findings']>,
): StreamStatus {
  if (status.state === 'unknown' || hidden === null) return { ...status, warnings };
  const problems = [`EventStoreDB: ${hidden}`, ...(status.problem === null ? [] : [status.problem])];
  return { ...status, state: 'truncated', problem: problems.join('; '), warnings };
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

  const update = (now: RelayStatus) => {
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

function failed(error: unknown, next: number | null): RelayStatus {
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
