import type pg from 'pg';
import type { Tracing } from '../tracing/index.ts';
import { createPool, type Execute, executeOn, ormOn, type PoolOptions, type ReadOrm } from './connection.ts';
import { isConnectionLost, isPoolTimeout, PoolExhausted } from './connection-errors.ts';
import type { WalPosition } from './position.ts';
import { watchPrimaryLog } from './primary-log.ts';
import { type ReplicaStatus, replica } from './replica.ts';
import { ANSWER_WITHIN_MS, watchReplicas } from './replicas.ts';
import {
  type DefaultLimits,
  RESET_LIMITS,
  requestLimits,
  setLimits,
  type TimeLimits,
  timeLimits,
} from './time-limits.ts';
import { tracedPool } from './traced-pool.ts';
import { createTransact, type DomainEvent, databaseError, type Transact } from './transaction.ts';

export interface DatabaseOptions {
  readonly writeUrl: string;
  readonly readUrls: readonly string[];
  /** The key with which writes prove their actors (`DATABASE_ACTOR_KEY`). */
  readonly actorKey?: string | undefined;
  readonly poolSize: number;
  /** By default those of requests. */
  readonly limits?: DefaultLimits | undefined;
  /** The time limit for a write to wait for the standbys. */
  readonly replicaWaitMs: number;
  /** The lag above which reads go to the primary. */
  readonly replicaMaxLagMs: number;
  readonly onError: (error: Error) => void;
  readonly tracing?: Tracing | undefined;
}

/** Read-only access to one server. */
export interface Reader {
  readonly orm: ReadOrm;
  readonly execute: Execute;
}

/** The connections of this process to one server, for one purpose. */
export interface PoolStatus {
  readonly server: string;
  readonly use: 'write' | 'read';
  readonly size: number;
  readonly connections: number;
  readonly idle: number;
  /** The number of requests that wait for a connection. */
  readonly waiting: number;
}

export interface ReadOptions {
  /** Never answer from an earlier state than this. */
  readonly atLeast?: WalPosition | undefined;
  /** Time limits other than those of a page. */
  readonly limits?: TimeLimits | undefined;
}

/** Access to the primary and the standbys. No other code distinguishes the servers. */
export interface Database {
  readonly transact: Transact;
  /**
   * Reads from a standby, or from the primary while no standby is available. `work` may run twice.
   *
   * @throws {PoolExhausted} if no connection became free in time: the read is not repeated on the primary.
   */
  read<T>(work: (reader: Reader) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Reads from the primary: for reads that a write depends on. */
  readPrimary<T>(work: (reader: Reader) => Promise<T>, options?: Pick<ReadOptions, 'limits'>): Promise<T>;
  /** Waits, within a limit, until every standby has replayed `position`. Returns `false` if one of them has not. */
  waitForReplicas(position: WalPosition): Promise<boolean>;
  /** Whether `position` is past the end of the primary's log, so that no write returned it. `false` while the primary is down. */
  isFuture(position: WalPosition): Promise<boolean>;
  status(): { primary: 'up' | 'down'; replicas: ReplicaStatus[] };
  pools(): PoolStatus[];
  /** The number of requests that wait for the busiest pool that such a request may use now. */
  waiting(use: PoolStatus['use']): number;
  /** Calls `listener` for every event of every commit, until the returned function is called. */
  listen(listener: (event: DomainEvent) => void): () => void;
  stop(): Promise<void>;
}

/**
 * Class 08: connection lost; 53: out of resources; 57P: shutting down; 40001: a conflict with recovery. A statement beyond
 * its time limit (57014) is not repeated: it would take as long on the primary.
 */
const TRANSIENT = /^(08|53|57P|40001)/;
/** Cancelled because of a conflict with recovery: the statement must be repeated elsewhere, the standby is healthy. */
const RECOVERY_CONFLICT = '40001';

function isTransient(error: unknown): boolean {
  const rejection = databaseError(error);
  if (rejection) return TRANSIENT.test(rejection.code ?? '');
  return isConnectionLost(error);
}

/** Whether a read failed because all connections of its pool were busy. */
function isExhausted(error: unknown, { options, totalCount, idleCount }: pg.Pool): boolean {
  return isPoolTimeout(error) && totalCount - idleCount >= options.max;
}

/** All pools of this process; requests wait for those in `served`. */
function openPools({
  poolSize: size,
  onError,
  writeUrl,
  readUrls,
  replicaMaxLagMs: maxLagMs,
  tracing,
  limits,
}: DatabaseOptions & { readonly limits: DefaultLimits }) {
  const all: pg.Pool[] = [];
  const served: (() => PoolStatus)[] = [];
  const pool = (poolOptions: Omit<PoolOptions, 'onError'>) => {
    const opened = createPool({ ...poolOptions, onError });
    all.push(opened);
    return opened;
  };
  const serving = (server: string, use: PoolStatus['use'], opened: pg.Pool) => {
    served.push(() => poolStatus(server, use, opened));
    return tracing ? tracedPool(opened, server, tracing) : opened;
  };
  const timeouts = { connectWithinMs: ANSWER_WITHIN_MS, answerWithinMs: ANSWER_WITHIN_MS };
  // Transactions set their own limits. A `transaction_timeout` that has begun with the connection's value could not be shortened.
  const forWrites = { readOnly: false, limits: timeLimits.none };
  const forReads = { readOnly: true, limits: limits.read };
  const monitor = (url: string) => pool({ url, size: 1, ...forReads, ...timeouts });
  return {
    primary: serving('primary', 'write', pool({ url: writeUrl, size, ...forWrites })),
    primaryReads: serving('primary', 'read', pool({ url: writeUrl, size, ...forReads })),
    primaryMonitor: monitor(writeUrl),
    standbys: readUrls.map((url, index) => {
      const name = `standby ${index + 1}`;
      const reads = pool({ url, size, ...forReads, connectWithinMs: ANSWER_WITHIN_MS });
      return replica({ name, pool: serving(name, 'read', reads), monitor: monitor(url), maxLagMs });
    }),
    statuses: () => served.map((status) => status()),
    end: () => Promise.all(all.map((each) => each.end())),
  };
}

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { limits: defaults = requestLimits } = options;
  const pools = openPools({ ...options, limits: defaults });
  const { primary, primaryReads } = pools;
  const listeners = new Set<(event: DomainEvent) => void>();
  const primaryLog = watchPrimaryLog(pools.primaryMonitor);
  const replicas = watchReplicas(primaryLog, pools.standbys);
  await replicas.observe();

  const readPools = () => {
    const standbys = replicas.candidates().map(({ pool }) => pool);
    return standbys.length > 0 ? standbys : [primaryReads];
  };
  const transact = createTransact({
    pool: primary,
    actorKey: options.actorKey,
    limits: defaults.write,
    onEvent: (event) => {
      for (const listener of listeners) listener(event);
    },
    onCommitted: primaryLog.committed,
  });
  const onPrimary: Database['readPrimary'] = (work, { limits } = {}) => readOn(primaryReads, limits, work);

  return {
    transact,
    async read(work, { atLeast, limits } = {}) {
      const standby = await replicas.choose(atLeast, options.replicaWaitMs);
      if (standby === undefined) return onPrimary(work, { limits });
      try {
        return await readOn(standby.pool, limits, work);
      } catch (error) {
        // Reads that the connections to the standby do not suffice for would take those to the primary as well.
        if (error instanceof PoolExhausted || !isTransient(error)) throw error;
        if (databaseError(error)?.code !== RECOVERY_CONFLICT) standby.fail();
        return onPrimary(work, { limits });
      }
    },
    readPrimary: onPrimary,
    waitForReplicas: (position) => replicas.reached(position, options.replicaWaitMs),
    isFuture: primaryLog.isBehind,
    status: () => ({ primary: primaryLog.reachable() ? 'up' : 'down', replicas: replicas.statuses() }),
    pools: pools.statuses,
    waiting: (use) =>
      use === 'write'
        ? Math.max(primary.waitingCount, primaryReads.waitingCount)
        : Math.max(...readPools().map(({ waitingCount }) => waitingCount)),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      await replicas.stop();
      await pools.end();
    },
  };
}

function poolStatus(server: string, use: PoolStatus['use'], pool: pg.Pool): PoolStatus {
  const { totalCount: connections, idleCount: idle, waitingCount: waiting } = pool;
  return { server, use, size: pool.options.max, connections, idle, waiting };
}

function readerOn(connection: pg.Pool | pg.PoolClient): Reader {
  return { orm: ormOn(connection), execute: executeOn(connection) };
}

type ReadWork<T> = (reader: Reader) => Promise<T>;

/** @throws {PoolExhausted} if no connection became free in time. */
async function readOn<T>(pool: pg.Pool, limits: TimeLimits | undefined, work: ReadWork<T>): Promise<T> {
  try {
    return await (limits === undefined ? work(readerOn(pool)) : readWithin(pool, limits, work));
  } catch (error) {
    throw isExhausted(error, pool) ? new PoolExhausted(error) : error;
  }
}

/** Reads on one connection, within limits other than those of the pool. */
async function readWithin<T>(pool: pg.Pool, limits: TimeLimits, work: ReadWork<T>): Promise<T> {
  const client = await pool.connect();
  let unusable = true;
  try {
    await client.query(`SELECT ${setLimits(limits, 'end of session').join(', ')}`);
    const value = await work(readerOn(client));
    await client.query(RESET_LIMITS);
    unusable = false;
    return value;
  } finally {
    client.release(unusable);
  }
}
