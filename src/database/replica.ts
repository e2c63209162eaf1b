import pg from 'pg';
import { parsePosition, type WalPosition } from './position.ts';
import type { PrimarySample } from './primary-log.ts';
import { createReplayWaiter } from './replay-waiter.ts';
import { databaseError } from './transaction.ts';

/** A `late` standby serves reads only while the primary is down, an `unreachable` one serves none. */
export type ReplicaState = 'streaming' | 'late' | 'unreachable';

export interface ReplicaStatus {
  /** Its position among the URLs. It is public and contains no address. */
  readonly name: string;
  readonly state: ReplicaState;
  readonly lagBytes: number | null;
  readonly lagSeconds: number | null;
}

export interface Replica {
  readonly pool: pg.Pool;
  /** Whether it currently serves reads. */
  usable(): boolean;
  /** Milliseconds. */
  lag(): number;
  status(): ReplicaStatus;
  /** Unreachable at the last two checks. Other processes check as often, and do not read from it either. */
  isGone(): boolean;
  /** Marks the standby as unreachable after a failed read, until it answers again. */
  fail(): void;
  /** Waits until the standby has replayed `position`. Returns `false` after the time limit. */
  reached(position: WalPosition, timeoutMs: number): Promise<boolean>;
  /** Checks how far the standby has replayed, compared with a sample of the primary (if there is one). */
  observe(primary: PrimarySample | undefined): Promise<void>;
}

const MAX_SAMPLES = 600;
const CHECKS_UNTIL_GONE = 2;

export interface ReplicaOptions {
  readonly name: string;
  readonly pool: pg.Pool;
  /** A separate connection with a timeout, so that neither busy reads nor a hung server delay the checks. */
  readonly monitor: pg.Pool;
  readonly maxLagMs: number;
}

/** Watches one streaming standby. Lag is measured against samples of the primary's own log, so an idle registry has none. */
export function replica({ name, pool, monitor, maxLagMs }: ReplicaOptions): Replica {
  const samples: PrimarySample[] = [];
  let failedChecks = 0;
  // Separate from reachability: a check that was running when this was found shows only that the server answers.
  let foreign = false;
  const abortReads = readsUnderWay(pool);
  const replay = createReplayWaiter(async () => {
    try {
      return await replayPosition(monitor);
    } catch (error) {
      const silent = databaseError(error) === undefined;
      if (silent) abortReads();
      throw error;
    }
  });

  const lag = () => {
    const behind = samples.find((sample) => !replay.hasReplayed(sample.position));
    return behind === undefined ? 0 : performance.now() - behind.at;
  };
  const state = (): ReplicaState => {
    if (foreign || !replay.reachable()) return 'unreachable';
    return lag() > maxLagMs ? 'late' : 'streaming';
  };

  const usable = () => state() === 'streaming';

  return {
    pool,
    usable,
    lag,
    status: () => ({
      name,
      state: state(),
      lagBytes: lagBytes(samples.at(-1)?.position, replay.replayed()),
      lagSeconds: state() !== 'unreachable' ? lag() / 1_000 : null,
    }),
    isGone: () => failedChecks >= CHECKS_UNTIL_GONE,
    fail: replay.fail,
    // No reads go to a late standby, so no write needs to wait for it.
    reached: async (position, timeoutMs) =>
      usable() ? replay.reached(position, timeoutMs) : !foreign && replay.hasReplayed(position),
    async observe(primary) {
      if (primary) foreign = (await isOfAnother(primary, monitor)) ?? foreign;
      if (foreign) replay.fail();
      else {
        if (primary) samples.push(primary);
        await replay.check();
      }
      failedChecks = state() === 'unreachable' ? failedChecks + 1 : 0;
      while (samples.length > 1 && samples[0] && replay.hasReplayed(samples[0].position)) samples.shift();
      if (samples.length > MAX_SAMPLES) samples.splice(1, 1);
    },
  };
}

/**
 * Tracks the connections in use. The returned function closes them all, so that reads that may never be answered fail now and can
 * be repeated on another server.
 */
function readsUnderWay(pool: pg.Pool): () => void {
  const busy = new Set<pg.ClientBase>();
  pool.on('acquire', (client) => busy.add(client));
  pool.on('release', (_, client) => busy.delete(client));
  return () => {
    for (const client of busy) if (client instanceof pg.Client) client.end(() => undefined);
  };
}

/**
 * Whether the server is a standby of another primary, such as the one before a rebuild: its log may be ahead, and it lacks what is
 * written now. `undefined` if the server does not answer.
 */
async function isOfAnother({ system }: PrimarySample, pool: pg.Pool): Promise<boolean | undefined> {
  try {
    const { rows } = await pool.query<{ system: string }>(
      'SELECT system_identifier::text AS system FROM pg_control_system()',
    );
    return rows[0]?.system !== system;
  } catch {
    return undefined;
  }
}

/** A primary in place of a standby (one server for all, as in small installations) has replayed everything. */
async function replayPosition(pool: pg.Pool): Promise<WalPosition> {
  const { rows } = await pool.query<{ position: string | null }>(
    `SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END)::text
            AS position`,
  );
  const position = parsePosition(rows[0]?.position ?? '');
  if (position === undefined) throw new Error('the standby does not say how far it has replayed');
  return position;
}

function lagBytes(primary: WalPosition | undefined, replayed: WalPosition | undefined): number | null {
  if (primary === undefined || replayed === undefined) return null;
  return Number(primary > replayed ? primary - replayed : 0n);
}
