import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { array, type Execute } from '../database/connection.ts';
import { chainHash, ENTRY_COLUMNS, type JournalEntry, NO_HASH } from './entry.ts';

/** The end of the order: the last assigned position, the id of its entry, and the hash of the chain. */
interface Head {
  readonly position: number;
  readonly journalId: number;
  readonly hash: string;
}

const BATCH = 2_000;
const MAX_PAUSE_MS = 50;

/**
 * Assigns positions to all entries whose ids were drawn before the call. Returns how many there were.
 *
 * An entry draws its id while its transaction holds the locks of what it changed, so ids ascend along every
 * cause. But they become visible out of order, and roll-backs leave holes. So: read `H`, the last id drawn; *then*, in a later
 * statement, draw `X`, a transaction id. Every transaction that drew an id up to `H` had a transaction id by then,
 * below `X`; once no such transaction runs any more, no further entry up to `H` can become visible.
 */
export async function sequence(execute: Execute, signal: AbortSignal): Promise<number> {
  const head = await headOf(execute);
  const drawn = await lastIdDrawn(execute);
  if (drawn <= head.journalId || !(await isAnyAfter(execute, head.journalId))) return 0;
  await untilAllEnded(execute, await drawTransactionId(execute), signal);
  let given = 0;
  for (let at = head; !signal.aborted; ) {
    const entries = await entriesAfter(execute, at.journalId, drawn);
    if (entries.length === 0) return given;
    at = await append(execute, at, entries);
    given += entries.length;
  }
  return given;
}

async function headOf(execute: Execute): Promise<Head> {
  const [head] = await execute<Head>(sql`
    SELECT position, journal_id AS "journalId", encode(hash, 'hex') AS hash
    FROM journal_position ORDER BY position DESC LIMIT 1`);
  return head ?? { position: -1, journalId: 0, hash: NO_HASH };
}

async function lastIdDrawn(execute: Execute): Promise<number> {
  const [row] = await execute<{ id: number }>(sql`
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS id FROM journal_id_seq`);
  return row?.id ?? 0;
}

/**
 * Ids of rolled back entries must not make every tick draw a transaction id: these are limited. With `ORDER BY` and `LIMIT`, also a
 * plan for any id reads one entry of the index; `EXISTS` would scan the journal if there is none.
 */
async function isAnyAfter(execute: Execute, journalId: number): Promise<boolean> {
  const found = await execute(sql`SELECT id FROM journal WHERE id > ${journalId} ORDER BY id LIMIT 1`);
  return found.length > 0;
}

/**
 * A transaction id later than all that have been assigned. The `xmax` of a snapshot is not: it is past the last
 * transaction that has ended, and transactions past it may be running and own entries.
 */
async function drawTransactionId(execute: Execute): Promise<string> {
  const [row] = await execute<{ id: string }>(sql`SELECT pg_current_xact_id()::text AS id`);
  if (row === undefined) throw new Error('the primary did not give a transaction id');
  return row.id;
}

/** A transaction that stays open delays the order; it cannot break it. */
async function untilAllEnded(execute: Execute, id: string, signal: AbortSignal): Promise<void> {
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const [row] = await execute<{ ended: boolean }>(sql`
      SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ${id}::xid8 AS ended`);
    if (row?.ended) return;
    await sleep(pauseMs, undefined, { signal });
  }
}

type DrawnEntry = JournalEntry & { readonly id: number };

function entriesAfter(execute: Execute, after: number, upTo: number): Promise<DrawnEntry[]> {
  return execute<DrawnEntry>(sql`
    SELECT j.id, ${ENTRY_COLUMNS} FROM journal j WHERE j.id > ${after} AND j.id <= ${upTo} ORDER BY j.id LIMIT ${BATCH}`);
}

async function append(execute: Execute, head: Head, entries: readonly DrawnEntry[]): Promise<Head> {
  let { hash } = head;
  const hashes = entries.map((entry) => {
    hash = chainHash(hash, entry);
    return hash;
  });
  await execute(sql`
    INSERT INTO journal_position (position, journal_id, hash)
    SELECT ${head.position}::bigint + n, id, decode(link, 'hex')
    FROM unnest(${array(entries.map(({ id }) => id))}::bigint[], ${array(hashes)}::text[]) WITH ORDINALITY AS entry(id, link, n)`);
  const last = entries.at(-1);
  return { position: head.position + entries.length, journalId: last?.id ?? head.journalId, hash };
}
