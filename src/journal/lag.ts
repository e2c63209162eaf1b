import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import type { Database } from '../database/database.ts';

export interface JournalLag {
  /** How many entries have a position: the next position to be given. */
  readonly orderedUpTo: number;
  /** How many entries have none yet, counted up to {@link MAX_COUNTED}. */
  readonly unordered: number;
}

const MAX_COUNTED = 10_000;

/** How many entries have a position and how many lack one. Every process reads the same numbers. */
export async function journalLag(execute: Execute): Promise<JournalLag> {
  const [lag] = await execute<JournalLag>(sql`
    WITH head AS (SELECT position, journal_id FROM journal_position ORDER BY position DESC LIMIT 1)
    SELECT coalesce((SELECT position FROM head), -1) + 1 AS "orderedUpTo",
           (SELECT count(*) FROM (
              SELECT FROM journal WHERE id > coalesce((SELECT journal_id FROM head), 0) LIMIT ${MAX_COUNTED}) AS waiting)
             AS unordered`);
  if (lag === undefined) throw new Error('the lag of the journal is one row');
  return lag;
}

const TIMEOUT_MS = 1_000;

/** The same for health and metrics: `undefined` within a second if the databases are down or too busy. */
export function knownLag(database: Pick<Database, 'read'>): Promise<JournalLag | undefined> {
  const answer = database.read(({ execute }) => journalLag(execute)).catch(() => undefined);
  return Promise.race([answer, sleep(TIMEOUT_MS, undefined, { ref: false })]);
}
