import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import type { Database } from '../database/database.ts';

export interface JournalLag {
  /** How many entries have a position: the next position to be given. */
  readonly orderedUpTo: number;
  /** How many wait for one, counted no further than {@link MOST_COUNTED}. */
  readonly unordered: number;
}

const MOST_COUNTED = 10_000;

/** How far the order of the journal is, and how much of the journal it lacks; the same from every process. */
export async function journalLag(execute: Execute): Promise<JournalLag> {
  const [lag] = await execute<JournalLag>(sql`
    WITH head AS (SELECT position, journal_id FROM journal_position ORDER BY position DESC LIMIT 1)
    SELECT coalesce((SELECT position FROM head), -1) + 1 AS "orderedUpTo",
           (SELECT count(*) FROM (
              SELECT FROM journal WHERE id > coalesce((SELECT journal_id FROM head), 0) LIMIT ${MOST_COUNTED}) AS waiting)
             AS unordered`);
  if (lag === undefined) throw new Error('the lag of the journal is one row');
  return lag;
}

const PATIENCE_MS = 1_000;

/** The same for who tells how the registry is: `undefined`, and soon, where the databases are too busy to say, or down. */
export function knownLag(database: Pick<Database, 'read'>): Promise<JournalLag | undefined> {
  const asked = database.read(({ execute }) => journalLag(execute)).catch(() => undefined);
  return Promise.race([asked, sleep(PATIENCE_MS, undefined, { ref: false })]);
}
