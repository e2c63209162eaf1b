import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import { chainHash, lastPosition, NO_HASH, type SequencedEntry, sequencedEntries } from './entry.ts';
import { differenceOf, type EventLog } from './event-log.ts';
import { atMostOnceASecond } from './progress.ts';

const BATCH = 2_000;
const WAIT_MS = 10_000;
const CHECK_EVERY_MS = 100;

export interface Verified {
  /** Entries whose position, hash and event are correct. */
  readonly verified: number;
  /** How many of them were compared with their events in EventStoreDB; `null` without one. */
  readonly compared: number | null;
  /** The first difference, or `null`. */
  readonly difference: string | null;
}

export interface VerifyOptions {
  readonly log?: EventLog | undefined;
  /** How long to wait for events that the relay has not appended yet. */
  readonly waitMs?: number;
  /** Called with a line of text at most once a second. */
  readonly onProgress?: (line: string) => void;
  /** Finds what else is wrong with an entry whose position, hash and event are correct. */
  readonly differenceAt?: (entry: SequencedEntry) => string | undefined;
}

/**
 * Recomputes the chain from its beginning, checks that positions have no gap and omit no entry, and compares every entry that has a
 * position now with its event in EventStoreDB. Entries that get a position meanwhile are verified, and compared if the relay has
 * appended them.
 *
 * @throws {EventStoreUnavailable} and the errors of Postgres.
 */
export async function verifyJournal(execute: Execute, options: VerifyOptions = {}): Promise<Verified> {
  const { log, waitMs = WAIT_MS, differenceAt = () => undefined } = options;
  const onProgress = atMostOnceASecond(options.onProgress ?? (() => {}));
  const [first] = await entriesLeftOut(execute);
  const last = await lastPosition(execute);
  const stored = log && (await storedUpTo(log, last, waitMs));
  let hash = NO_HASH;
  let verified = 0;
  const found = (difference: string | null) => {
    const compared = stored === undefined ? null : Math.min(verified, stored + 1);
    return { verified, compared, difference };
  };
  for (;;) {
    const entries = await sequencedEntries(execute, sql`p.position >= ${verified}`, BATCH);
    const events = await eventsFrom(log, verified, stored);
    for (const entry of entries) {
      const awaited = stored !== undefined && entry.position <= Math.max(last, stored);
      const difference =
        placeOf(entry, verified, hash) ??
        (awaited ? eventDifference(events, entry) : undefined) ??
        differenceAt(entry);
      if (difference) return found(`position ${verified}: ${difference}`);
      ({ hash } = entry);
      verified += 1;
    }
    onProgress(`${verified} events verified`);
    if (entries.length < BATCH) break;
  }
  if (verified <= last) return found(`position ${verified}: its entry is missing`);
  if (stored !== undefined && stored >= verified)
    return found(`EventStoreDB goes on to revision ${stored}, the journal does not`);
  return found(first ? `entry ${first.id} has no position` : null);
}

/** The last revision of the stream, -1 if it is empty. Waits up to `waitMs` until it reaches `last`. */
async function storedUpTo(log: EventLog, last: number, waitMs: number): Promise<number> {
  for (const giveUpAt = performance.now() + waitMs; ; await sleep(CHECK_EVERY_MS)) {
    const revision = (await log.last())?.revision ?? -1;
    if (revision >= last || performance.now() > giveUpAt) return revision;
  }
}

function placeOf(entry: SequencedEntry, position: number, previousHash: string): string | undefined {
  if (entry.position !== position) return `missing; the next one is ${entry.position}`;
  if (chainHash(previousHash, entry) !== entry.hash)
    return `the entry of event ${entry.event_id} does not fit its hash`;
  return undefined;
}

type Events = ReadonlyMap<number, Parameters<typeof differenceOf>[0]>;

function eventDifference(events: Events, entry: SequencedEntry): string | undefined {
  const event = events.get(entry.position);
  if (event === undefined) return 'EventStoreDB has no event here';
  const difference = differenceOf(event, entry);
  return difference && `EventStoreDB has ${difference}`;
}

async function eventsFrom(log: EventLog | undefined, from: number, last = -1): Promise<Events> {
  const events = new Map<number, Parameters<typeof differenceOf>[0]>();
  if (log === undefined || from > last) return events;
  for await (const event of log.read(from, BATCH)) events.set(event.revision, event);
  return events;
}

/** Entries older than the last one that has a position, without one themselves. */
function entriesLeftOut(execute: Execute): Promise<{ id: number }[]> {
  return execute(sql`
    SELECT j.id FROM journal j
    WHERE j.id <= (SELECT journal_id FROM journal_position ORDER BY position DESC LIMIT 1)
      AND NOT EXISTS (SELECT FROM journal_position p WHERE p.journal_id = j.id)
    ORDER BY j.id LIMIT 1`);
}
