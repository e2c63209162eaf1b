import { z } from 'zod';
import { STANDBY_NAME } from './configuration.ts';
import { type Address, withConnection } from './connection.ts';
import { EmbeddedPostgresError } from './error.ts';
import { eventually } from './patience.ts';

const CONNECT_LIMIT_MS = 20_000;
const CATCH_UP_LIMIT_MS = 120_000;

const Position = z.tuple([z.object({ lsn: z.string() })]);
const Flag = z.tuple([z.object({ yes: z.boolean() })]);

/**
 * Waits until the standby streams, and has replayed everything that the primary had written by now.
 *
 * @throws {EmbeddedPostgresError} when it does not: it may have diverged.
 */
export async function untilStreaming(primary: Address, standby: Address): Promise<void> {
  await withConnection(primary, 'postgres', async (onPrimary) => {
    const { rows } = await onPrimary.query('select pg_current_wal_lsn()::text as lsn');
    const [{ lsn }] = Position.parse(rows);
    const connects = 'select exists (select from pg_stat_replication where application_name = $1) as yes';
    const isConnected = async (): Promise<boolean> => isTrue(await onPrimary.query(connects, [STANDBY_NAME]));
    if (!(await eventually(CONNECT_LIMIT_MS, isConnected))) {
      throw new EmbeddedPostgresError('the standby does not stream from the primary');
    }
    await withConnection(standby, 'postgres', async (onStandby) => {
      const reaches = 'select coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) as yes';
      const isThere = async (): Promise<boolean> => isTrue(await onStandby.query(reaches, [lsn]));
      if (await eventually(CATCH_UP_LIMIT_MS, isThere)) return;
      throw new EmbeddedPostgresError('the standby does not catch up with the primary');
    });
    const streams = `${connects.replace('$1', "$1 and state = 'streaming'")}`;
    const isStreaming = async (): Promise<boolean> => isTrue(await onPrimary.query(streams, [STANDBY_NAME]));
    if (await eventually(CONNECT_LIMIT_MS, isStreaming)) return;
    throw new EmbeddedPostgresError('the standby has lost its stream from the primary');
  });
}

function isTrue(result: { rows: unknown }): boolean {
  return Flag.parse(result.rows)[0].yes;
}
