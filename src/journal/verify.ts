import { sql } from 'drizzle-orm';
import type { Query } from '../database/connection.ts';
import { chainHash, NO_HASH, type SequencedEntry, sequencedEntries } from './entry.ts';
import { differenceOf, type EventLog } from './event-log.ts';

const BATCH = 2_000;

export interface Verified {
  /** Entries whose place, hash and event were found right. */
  readonly verified: number;
  /** The first difference by name, or `null`. */
  readonly difference: string | null;
}

/**
 * Recomputes the chain from its beginning, checks that positions have no gap and leave no entry out, and compares every
 * event that EventStoreDB has with its entry. Events that it does not have yet are the relay's to bring, and no difference.
 */
export async function firstDifference(
  query: Query,
  log?: EventLog,
  onProgress: (verified: number) => void = () => {},
): Promise<Verified> {
  let hash = NO_HASH;
  let verified = 0;
  const [first] = await entriesLeftOut(query);
  const last = await lastPosition(query);
  const stored = log && (await log.last());
  for (;;) {
    const entries = await sequencedEntries(query, sql`p.position >= ${verified}`, BATCH);
    const events = await eventsFrom(log, verified, (stored?.revision ?? -1) + 1);
    for (const entry of entries) {
      const difference = placeOf(entry, verified, hash) ?? eventDifference(events, entry, stored?.revision);
      if (difference) return { verified, difference: `position ${verified}: ${difference}` };
      ({ hash } = entry);
      verified += 1;
    }
    onProgress(verified);
    if (entries.length < BATCH) break;
  }
  if (verified <= last) return { verified, difference: `position ${verified}: its entry is missing` };
  if (stored && stored.revision >= verified)
    return {
      verified,
      difference: `EventStoreDB goes on to revision ${stored.revision}, the journal does not`,
    };
  return { verified, difference: first ? `entry ${first.id} has no position` : null };
}

function placeOf(entry: SequencedEntry, position: number, previousHash: string): string | undefined {
  if (entry.position !== position) return `missing; the next one is ${entry.position}`;
  if (chainHash(previousHash, entry) !== entry.hash)
    return `the entry of event ${entry.event_id} does not fit its hash`;
  return undefined;
}

type Events = ReadonlyMap<number, Parameters<typeof differenceOf>[0]>;

function eventDifference(events: Events, entry: SequencedEntry, last = -1): string | undefined {
  if (entry.position > last) return undefined;
  const event = events.get(entry.position);
  if (event === undefined) return 'EventStoreDB has no event here';
  const difference = differenceOf(event, entry);
  return difference && `EventStoreDB has ${difference}`;
}

async function eventsFrom(log: EventLog | undefined, from: number, end: number): Promise<Events> {
  const events = new Map<number, Parameters<typeof differenceOf>[0]>();
  if (log === undefined || from >= end) return events;
  for await (const event of log.read(from, BATCH)) events.set(event.revision, event);
  return events;
}

async function lastPosition(query: Query): Promise<number> {
  const [row] = await query<{ last: number }>(
    sql`SELECT coalesce(max(position), -1) AS last FROM journal_position`,
  );
  return row?.last ?? -1;
}

/** Entries older than the last one that has a position, without one themselves. */
function entriesLeftOut(query: Query): Promise<{ id: number }[]> {
  return query(sql`
    SELECT j.id FROM journal j
    WHERE j.id <= (SELECT journal_id FROM journal_position ORDER BY position DESC LIMIT 1)
      AND NOT EXISTS (SELECT FROM journal_position p WHERE p.journal_id = j.id)
    ORDER BY j.id LIMIT 1`);
}
