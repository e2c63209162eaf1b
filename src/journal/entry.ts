import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type SQL, sql } from 'drizzle-orm';
import { array, type Execute } from '../database/connection.ts';

/** One change of one row, as the journal stores it; the data of an event. Instants are ISO 8601 with microseconds. */
export interface JournalEntry {
  readonly event_id: string;
  readonly event_type: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly entity_name: string;
  readonly entity_id: number;
  readonly parent_entity_id: number | null;
  readonly attributes_before: Record<string, unknown> | null;
  readonly attributes_after: Record<string, unknown> | null;
  readonly actor_id: number | null;
  readonly action_id: number | null;
  readonly request_id: string | null;
  readonly recorded_at: string;
}

/** An entry with its position in the whole journal, and the hash of the chain up to it, in hex. */
export interface SequencedEntry extends JournalEntry {
  readonly position: number;
  readonly hash: string;
}

export const ENTRY_COLUMNS = sql`
  j.event_id, j.event_type, j.entity_name, j.entity_id, j.parent_entity_id, j.attributes_before, j.attributes_after,
  j.actor_id, j.action_id, j.request_id,
  to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at`;

/** Entries in the order of their positions. `condition` may name `p` (the position) and `j` (the entry). */
export function sequencedEntries(execute: Execute, condition: SQL, limit: number): Promise<SequencedEntry[]> {
  return execute<SequencedEntry>(sql`
    SELECT p.position, encode(p.hash, 'hex') AS hash, ${ENTRY_COLUMNS}
    FROM journal_position p JOIN journal j ON j.id = p.journal_id
    WHERE ${condition}
    ORDER BY p.position LIMIT ${limit}`);
}

export interface PageBounds {
  /** The most entries of a page. */
  readonly limit: number;
  /** The size, as PostgreSQL stores attributes, with which a page ends. A page has at least one entry. */
  readonly bytes: number;
}

export interface SequencedPage {
  readonly entries: SequencedEntry[];
  /** Whether entries may follow. */
  readonly more: boolean;
}

/**
 * One page of entries in the order of their positions, bounded by number and by size: one entry may have 500 KB.
 * `condition` as in {@link sequencedEntries}.
 */
export async function sequencedPage(
  execute: Execute,
  condition: SQL,
  { limit, bytes }: PageBounds,
): Promise<SequencedPage> {
  const size = sql`coalesce(pg_column_size(j.attributes_before), 0) + coalesce(pg_column_size(j.attributes_after), 0)`;
  const rows = await execute<SequencedEntry & { readonly size: number; readonly size_up_to: number }>(sql`
    SELECT * FROM (
      SELECT p.position, encode(p.hash, 'hex') AS hash, ${ENTRY_COLUMNS},
             ${size} AS size, sum(${size}) OVER (ORDER BY p.position) AS size_up_to
      FROM journal_position p JOIN journal j ON j.id = p.journal_id
      WHERE ${condition}
      ORDER BY p.position LIMIT ${limit}) AS found
    WHERE size_up_to - size < ${bytes} ORDER BY position`);
  const last = rows.at(-1);
  return {
    entries: rows.map(({ size: _size, size_up_to: _sizeUpTo, ...entry }) => entry),
    more: rows.length === limit || (last !== undefined && last.size_up_to >= bytes),
  };
}

/** The last assigned position, or -1. */
export async function lastPosition(execute: Execute): Promise<number> {
  const [row] = await execute<{ last: number }>(
    sql`SELECT coalesce(max(position), -1) AS last FROM journal_position`,
  );
  return row?.last ?? -1;
}

/** An entry with its position, or `null` until the sequencer has assigned one. */
export interface HistoricEntry extends JournalEntry {
  readonly position: number | null;
}

/** The entries of some rows of one entity, oldest first. */
export function historyOf(
  execute: Execute,
  entityName: string,
  entityIds: readonly number[],
): Promise<HistoricEntry[]> {
  return execute<HistoricEntry>(sql`
    SELECT p.position, ${ENTRY_COLUMNS}
    FROM journal j LEFT JOIN journal_position p ON p.journal_id = j.id
    WHERE j.entity_name = ${entityName} AND j.entity_id = ANY (${array(entityIds)}::bigint[])
    ORDER BY j.id`);
}

/** The hash before the first entry. */
export const NO_HASH = '';

/**
 * The next link of the chain, in hex: sha256 over the bytes of the hash before it and the entry as RFC 8785 JSON.
 * A changed entry requires a change of every later hash, here and in the event store.
 */
export function chainHash(previous: string, entry: JournalEntry): string {
  return createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(canonicalize(entryDataOf(entry)) ?? '', 'utf8')
    .digest('hex');
}

const DATA_FIELDS = [
  'event_id',
  'event_type',
  'entity_name',
  'entity_id',
  'parent_entity_id',
  'attributes_before',
  'attributes_after',
  'actor_id',
  'action_id',
  'request_id',
  'recorded_at',
] as const satisfies readonly (keyof JournalEntry)[];

/** The data of the entry, without its position and hash. */
export function entryDataOf(entry: JournalEntry): Record<string, unknown> {
  return Object.fromEntries(DATA_FIELDS.map((field) => [field, entry[field]]));
}
