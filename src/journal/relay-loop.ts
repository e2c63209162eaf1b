import type { Execute } from '../database/connection.ts';
import { lastPosition } from './entry.ts';
import { DivergedStream, type EventLog, RevisionConflict } from './event-log.ts';
import { nextPosition, relay } from './relay.ts';

export interface RelayLoopOptions {
  readonly onError: (error: unknown, what: string) => void;
  readonly warn: (what: string) => void;
}

/** What a process knows of the stream. */
export interface StreamStatus {
  readonly state: 'unknown' | 'up' | 'down' | 'diverged';
  /** For everybody to read. */
  readonly problem: string | null;
  /** The next position that the stream lacks, or lacked when it last answered; `null` where none is known. */
  readonly next: number | null;
}

const NOTHING_KNOWN: StreamStatus = { state: 'unknown', problem: null, next: null };
/** Who can look no more, since it has lost the primary, knows nothing after a while. */
const KNOWN_FOR_MS = 20_000;
const LOOK_EVERY_MS = 2_000;
const LONGEST_BACK_OFF_MS = 5_000;

export interface RelayLoop {
  status(): StreamStatus;
  /** To be called when this process takes the lead: what it does next rests on no earlier answer. */
  lead(): void;
  /** The leader's part of each round. Throws what the journal throws; the event store's failures are in the status. */
  step(execute: Execute, signal: AbortSignal): Promise<void>;
  /** For who does not lead: looks where the stream stands, every now and then, behind the caller's back. */
  look(execute: Execute): void;
  /** Nothing is reported any more. */
  end(): void;
}

/** Relays with a back-off after failures, and stops when the stream is not the journal's; or looks on while another process does. */
export function createRelayLoop(log: EventLog, options: RelayLoopOptions): RelayLoop {
  const known = createRelayState(options);
  let next: number | undefined;
  let askedAt = -Infinity;
  let looking: Promise<void> | undefined;
  let begun = false;

  async function ask(journal: Execute): Promise<number> {
    const position = await nextPosition(journal, log, known.reached());
    askedAt = performance.now();
    return position;
  }

  /** A new leader fills a stream that is shorter than the order, unless it has seen more of it; somebody ought to know. */
  async function begin(journal: Execute): Promise<number> {
    const position = await ask(journal);
    if (begun) return position;
    const ordered = (await lastPosition(journal)) + 1;
    if (position < ordered)
      options.warn(`EventStoreDB has ${position} of ${ordered} events; the relay appends the others`);
    begun = true;
    return position;
  }

  async function pass(journal: Execute, signal: AbortSignal): Promise<void> {
    // Asked anew after every failure, as an append may have gone through unanswered; and where there is nothing to append, since
    // the stream may be lost meanwhile.
    if (performance.now() - askedAt > LOOK_EVERY_MS) next = undefined;
    next ??= await begin(journal);
    next = await relay(journal, log, next, signal, (reached) => {
      next = reached;
      askedAt = performance.now();
      known.succeed(reached);
    });
    known.succeed(next);
  }

  return {
    status: known.status,
    lead() {
      next = undefined;
      begun = false;
      known.resetBackoff();
    },
    async step(execute, signal) {
      await looking;
      if (known.waits()) return;
      try {
        await pass(marking(execute), signal);
      } catch (error) {
        next = undefined;
        if (error instanceof JournalFailure) throw error.cause;
        known.fail(error);
      }
    },
    look(execute) {
      if (looking !== undefined || performance.now() - askedAt < LOOK_EVERY_MS) return;
      looking = ask(marking(execute))
        .then(known.succeed)
        .catch((error: unknown) => {
          askedAt = performance.now();
          if (!(error instanceof JournalFailure)) known.fail(error);
        })
        .finally(() => {
          looking = undefined;
        });
    },
    end: known.end,
  };
}

/** The state of the stream, how far it has ever been seen, and how long to leave it alone after failures. */
function createRelayState({ onError }: RelayLoopOptions) {
  let status = NOTHING_KNOWN;
  let knownAt = 0;
  let reached = 0;
  let failures = 0;
  let conflicts = 0;
  let resumeAt = 0;
  let ended = false;

  const learn = (now: StreamStatus) => {
    status = now;
    knownAt = performance.now();
  };
  return {
    status: () => (performance.now() - knownAt > KNOWN_FOR_MS ? NOTHING_KNOWN : status),
    reached: () => reached,
    waits: () => performance.now() < resumeAt,
    resetBackoff() {
      failures = 0;
      conflicts = 0;
      resumeAt = 0;
    },
    succeed(next: number) {
      learn({ state: 'up', problem: null, next });
      reached = Math.max(reached, next);
      failures = 0;
      conflicts = 0;
    },
    fail(error: unknown) {
      if (ended) return;
      conflicts += error instanceof RevisionConflict ? 1 : 0;
      // Another relay was faster, or an answer was lost: a second look mends it. What goes on is a failure as any other.
      if (error instanceof RevisionConflict && conflicts === 1) return;
      const before = status.state;
      learn(failed(error, status.next));
      if (before !== status.state) onError(error, 'events wait in the journal');
      failures += 1;
      const backOffMs = Math.min(LONGEST_BACK_OFF_MS, 100 * 2 ** failures);
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
    : { state: 'down', problem: 'EventStoreDB does not take the events.', next };
}

/** The journal could not be read, which says nothing of EventStoreDB. */
class JournalFailure extends Error {}

function marking(execute: Execute): Execute {
  return (statement) =>
    execute<never>(statement).catch((cause: unknown) => {
      throw new JournalFailure('the journal does not answer', { cause });
    });
}
