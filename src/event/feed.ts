import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { array, type Execute } from '../database/connection.ts';
import { type SequencedEntry, sequencedEntries } from '../journal/index.ts';
import type { Authority } from '../operation/caller.ts';
import type { QueryCall } from '../operation/operation.ts';
import { redact } from '../rules/redaction.ts';
import type { EventQuery } from './schemas.ts';

export type FeedCall = QueryCall<undefined, typeof EventQuery>;

/** The parts of the call that a page of events is read with. */
export type EventReading = Pick<FeedCall, 'authority' | 'queryParams' | 'read'>;

export interface EventPage {
  readonly events: SequencedEntry[];
  /** The position up to which all events visible to the caller have been returned. */
  readonly scannedUpTo: number;
}

/** Reads the events after a position that the caller may see, in the order of their positions. */
export function readEvents(
  { authority, queryParams, read }: EventReading,
  after: number,
  limit = queryParams.limit,
): Promise<EventPage> {
  const condition = sql.join(
    [sql`p.position > ${after}`, ...filters(queryParams), visibleEvents(authority)],
    sql` AND `,
  );
  return read(async ({ execute }) => {
    const [head] = await execute<{ last: number | null }>(
      sql`SELECT max(position) AS last FROM journal_position`,
    );
    const entries = await sequencedEntries(execute, condition, limit);
    const events =
      authority.scope === 'all' ? entries : await redactForeignEvents(execute, entries, authority);
    const last = events.at(-1)?.position ?? after;
    return { events, scannedUpTo: events.length === limit ? last : Math.max(last, head?.last ?? -1) };
  });
}

/**
 * Removes the actor and the action from events that happened while another account held the bundle, as lineage does.
 * Events of the caller's own user are complete.
 */
async function redactForeignEvents(
  execute: Execute,
  entries: readonly SequencedEntry[],
  { caller }: Authority,
): Promise<SequencedEntry[]> {
  const holders = await holdersBefore(execute, entries);
  const own: ReadonlySet<number> = caller.accountIds;
  return entries.map((entry) => {
    if (entry.entity_name !== 'bundle') return entry;
    // No account has the id 0, so an unknown holder counts as another account.
    return redact(entry, holders.get(entry.position) ?? 0, (id) => own.has(id));
  });
}

/** The account that held the bundle before each event or in which it was created, by the position of the event. */
async function holdersBefore(
  execute: Execute,
  entries: readonly SequencedEntry[],
): Promise<Map<number, number>> {
  const rows = await execute<{ position: number; holder: number }>(sql`
    SELECT p.position, holder.id AS holder
    FROM journal_position p JOIN journal j ON j.id = p.journal_id
    CROSS JOIN LATERAL (
      SELECT (h.attributes_after ->> 'account_id')::bigint AS id FROM journal h
      WHERE h.entity_name = 'bundle' AND h.entity_id = j.entity_id AND h.attributes_after ? 'account_id'
        AND (h.id < j.id OR h.event_type = 'CREATE')
      ORDER BY h.id DESC LIMIT 1) AS holder
    WHERE p.position = ANY (${array(entries.map(({ position }) => position))}::bigint[])`);
  return new Map(rows.map(({ position, holder }) => [position, holder]));
}

function filters({ entity_name: name, entity_id: entityId }: z.output<typeof EventQuery>): SQL[] {
  return [
    ...(name === undefined ? [] : [sql`j.entity_name = ${name}`]),
    ...(entityId === undefined ? [] : [sql`j.entity_id = ${entityId}`]),
  ];
}

/**
 * Condition: all events for an administrator, otherwise the history of the bundles held by the caller's accounts and,
 * without an API key, of the caller's own user: a change of it by others must not go unnoticed.
 */
function visibleEvents({ caller, scope }: Authority): SQL {
  if (scope === 'all') return sql`true`;
  const bundles = sql`j.entity_name = 'bundle' AND j.entity_id IN (
    SELECT id FROM bundle WHERE account_id = ANY (${array([...caller.accountIds])}::bigint[]))`;
  if (caller.apiKey !== undefined) return bundles;
  return sql`(${bundles} OR j.entity_name = 'registry_user' AND j.entity_id = ${caller.userId})`;
}
