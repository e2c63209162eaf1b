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
              SELECT FROM journal WHERE id > coalesce((SELECT journal_id FROM head), 0) ORDER BY id LIMIT ${MAX_COUNTED})
              AS waiting) AS unordered`);
  if (lag === undefined) throw new Error('the lag of the journal is one row');
  return lag;
}

/** For how long an answer is used again. */
const FRESH_MS = 1_000;
const TIMEOUT_MS = 1_000;

/** Gives the lag as it was within the last second: `undefined` if the databases are down or too busy to answer in a second. */
export type LagWatch = () => Promise<JournalLag | undefined>;

/**
 * The lag for health and metrics, which are answered under any load and as often as they are asked: the database is queried once a
 * second at most, and once at a time, however many ask.
 */
export function watchLag(database: Pick<Database, 'read'>): LagWatch {
  let sampling: Promise<void> | undefined;
  let last: { readonly lag: JournalLag | undefined; readonly at: number } | undefined;
  const fresh = () => (last !== undefined && performance.now() - last.at < FRESH_MS ? last : undefined);

  async function sample(): Promise<void> {
    const lag = await database.read(({ execute }) => journalLag(execute)).catch(() => undefined);
    last = { lag, at: performance.now() };
    sampling = undefined;
  }

  return async () => {
    const known = fresh();
    if (known) return known.lag;
    sampling ??= sample();
    await Promise.race([sampling, sleep(TIMEOUT_MS, undefined, { ref: false })]);
    return fresh()?.lag;
  };
}
