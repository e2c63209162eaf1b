import pWaitFor from 'p-wait-for';
import type pg from 'pg';

/**
 * Polls until `missing` returns `undefined`. It needs no test runner, because programs use it too.
 *
 * @param what the awaited state, for the error message.
 * @param missing what is still missing from that state, for the error message.
 * @throws {Error} with the last value of `missing` when `limitMs` have passed.
 */
export async function waitUntil(
  what: string,
  { limitMs, everyMs = 50 }: { limitMs: number; everyMs?: number },
  missing: () => Promise<string | undefined>,
): Promise<void> {
  const endsAt = performance.now() + limitMs;
  // The timeout of pWaitFor would add a listener to one signal at every poll.
  await pWaitFor(
    async () => {
      const last = await missing();
      if (last !== undefined && performance.now() > endsAt) {
        throw new Error(`after ${limitMs / 1_000} s it is still not true that ${what}: ${last}`);
      }
      return last === undefined;
    },
    { interval: everyMs },
  );
}

type Server = pg.Pool | pg.Client;

const REPLAY_LIMIT_MS = 90_000;

/** Waits until the standby has replayed all that the primary has written. */
export async function waitForStandby(primary: Server, standby: Server): Promise<void> {
  const written = await primary.query('SELECT pg_current_wal_insert_lsn()::text AS position');
  const { position } = written.rows[0];
  const options = { limitMs: REPLAY_LIMIT_MS, everyMs: 5 };
  await waitUntil('the standby shows all that the primary has', options, async () => {
    const { rows } = await standby.query(
      `SELECT pg_last_wal_replay_lsn()::text AS replayed, pg_last_wal_replay_lsn() >= $1::pg_lsn AS level`,
      [position],
    );
    return rows[0].level ? undefined : `it has replayed ${rows[0].replayed} of ${position}`;
  });
}

/** Waits until one session of the database waits for a lock, with a statement that contains `statement`. */
export function waitForLock(primary: pg.Pool, statement = ''): Promise<void> {
  return waitUntil('one session waits for a lock', { limitMs: 20_000 }, async () => {
    const { rows } = await primary.query(
      `SELECT FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND datname = current_database() AND strpos(query, $1) > 0`,
      [statement],
    );
    return rows.length === 1 ? undefined : `${rows.length} sessions wait`;
  });
}

/** Waits until the sequencer has assigned every journal entry its position. */
export function waitForSequencer(primary: pg.Pool, limitMs = 30_000): Promise<void> {
  return waitUntil('every journal entry has a position', { limitMs }, async () => {
    const entries = await entriesWithoutPosition(primary);
    return entries === 0 ? undefined : `${entries} have none`;
  });
}

/** The number of journal entries without a position. */
export async function entriesWithoutPosition(primary: pg.Pool): Promise<number> {
  const { rows } = await primary.query(`
    SELECT count(*)::int AS entries FROM journal j
    WHERE NOT EXISTS (SELECT FROM journal_position p WHERE p.journal_id = j.id)`);
  return rows[0].entries;
}

export interface Row {
  readonly table: 'account' | 'bundle';
  readonly id: number;
}

/** Starts a request while its row is locked, runs `meanwhile`, unlocks the row, and returns the response. */
export async function whileItWaits<T>(
  primary: pg.Pool,
  { table, id }: Row,
  start: () => Promise<T>,
  meanwhile: () => Promise<void>,
): Promise<T> {
  const holder = await primary.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
    const waiting = start();
    await waitForLock(primary);
    await meanwhile();
    await holder.query('COMMIT');
    return await waiting;
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
}
