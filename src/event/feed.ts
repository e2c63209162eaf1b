import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { lastPosition, type PageBounds, type SequencedEntry, sequencedPage } from '../journal/index.ts';
import type { QueryCall } from '../operation/operation.ts';
import type { EventQuery } from './schemas.ts';
import { holdersOf, redactedFor, visibleEvents } from './visibility.ts';

export type FeedCall = QueryCall<undefined, typeof EventQuery>;

export type EventFilter = Pick<z.output<typeof EventQuery>, 'entity_name' | 'entity_id'>;

/** The parts of the call that a page of events is read with. */
export type EventReading = Pick<FeedCall, 'authority' | 'queryParams' | 'read'>;

export interface PageRange extends PageBounds {
  readonly after: number;
  /** No event past this position is returned. */
  readonly upTo?: number;
}

export interface EventPage {
  readonly events: SequencedEntry[];
  /** The position up to which all events that the caller may see have been returned. */
  readonly scannedUpTo: number;
  /** Whether there are positions after that. */
  readonly more: boolean;
}

/**
 * The positions that one page examines at most: a caller who may see few events of a large journal could otherwise keep a
 * connection busy for minutes. Events of one entity are found by an index.
 */
const MOST_EXAMINED = 10_000;

/** Reads events that the caller may see, in the order of their positions. */
export function readEvents(
  { authority, queryParams, read }: EventReading,
  { after, upTo = Number.MAX_SAFE_INTEGER, ...bounds }: PageRange,
): Promise<EventPage> {
  return read(async ({ execute }) => {
    // Before the entries: what is recorded meanwhile belongs to the next page.
    const head = await lastPosition(execute);
    const { entity_name: name, entity_id: id } = queryParams;
    const reach = name === undefined || id === undefined ? after + MOST_EXAMINED : head;
    const end = Math.min(reach, upTo, head);
    const conditions = [
      sql`p.position > ${after} AND p.position <= ${end}`,
      ...filterConditions(queryParams),
      visibleEvents(authority),
    ];
    const { entries, more } = await sequencedPage(execute, sql.join(conditions, sql` AND `), bounds);
    const holders = authority.scope === 'all' ? undefined : await holdersOf(execute, entries);
    const events = holders ? entries.map((entry) => redactedFor(entry, holders(entry), authority)) : entries;
    const scannedUpTo = Math.max(after, more ? (events.at(-1)?.position ?? end) : end);
    return { events, scannedUpTo, more: scannedUpTo < head };
  });
}

function filterConditions({ entity_name: name, entity_id: entityId }: EventFilter): SQL[] {
  return [
    ...(name === undefined ? [] : [sql`j.entity_name = ${name}`]),
    ...(entityId === undefined ? [] : [sql`j.entity_id = ${entityId}`]),
  ];
}

/** The same for an event in memory. */
export function matchesFilter(
  event: SequencedEntry,
  { entity_name: name, entity_id: id }: EventFilter,
): boolean {
  return (name === undefined || event.entity_name === name) && (id === undefined || event.entity_id === id);
}
