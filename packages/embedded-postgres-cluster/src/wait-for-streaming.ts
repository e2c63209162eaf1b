import { z } from 'zod';
import { type Address, STANDBY_NAME } from './configuration.ts';
import { withConnection } from './connection.ts';
import { EmbeddedPostgresError } from './error.ts';
import { waitUntil } from './polling.ts';

/** The standby is considered stalled when its replay position has not changed for this long. */
const STALL_LIMIT_MS = 20_000;
const LIMIT_MS = 600_000;

const Goal = z.tuple([z.object({ lsn: z.string() })]);
const Replay = z.tuple([z.object({ lsn: z.string().nullable() })]);
const Progress = z.tuple([z.object({ ahead: z.boolean(), arrived: z.boolean() })]);

const PROGRESS = `
  select coalesce($1::pg_lsn > pg_current_wal_flush_lsn(), false) as ahead,
         coalesce($1::pg_lsn >= $2::pg_lsn, false)
           and exists (select from pg_stat_replication where application_name = $3 and state = 'streaming')
           as arrived`;

/**
 * Waits until the standby streams and has replayed everything that the primary had written when this was called.
 *
 * @throws {EmbeddedPostgresError} when the standby has diverged or needs WAL that the primary no longer has.
 */
export async function waitForStreaming(primary: Address, standby: Address): Promise<void> {
  await withConnection(primary, 'postgres', (onPrimary) =>
    withConnection(standby, 'postgres', async (onStandby) => {
      const [goal] = Goal.parse((await onPrimary.query('select pg_current_wal_lsn()::text as lsn')).rows);
      let reached: string | null = null;
      let since = performance.now();
      const streams = await waitUntil(LIMIT_MS, async () => {
        const replay = await onStandby.query('select pg_last_wal_replay_lsn()::text as lsn');
        const [{ lsn }] = Replay.parse(replay.rows);
        const progress = await onPrimary.query(PROGRESS, [lsn, goal.lsn, STANDBY_NAME]);
        const [{ ahead, arrived }] = Progress.parse(progress.rows);
        if (ahead) throw new EmbeddedPostgresError('the standby is ahead of the primary: they have diverged');
        if (lsn !== reached) since = performance.now();
        if (performance.now() - since > STALL_LIMIT_MS) {
          throw new EmbeddedPostgresError('the standby does not stream from the primary');
        }
        reached = lsn;
        return arrived;
      });
      if (!streams) throw new EmbeddedPostgresError('the standby does not catch up with the primary');
    }),
  );
}
