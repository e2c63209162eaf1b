import type { SQL } from 'drizzle-orm';
import type pg from 'pg';
import QueryStream from 'pg-query-stream';
import {
  compile,
  createPool,
  ormOn,
  type PoolOptions,
  type Query,
  queryOn,
  type ReadOrm,
  types,
} from './connection.ts';
import type { WalPosition } from './position.ts';
import { type ReplicaStatus, replica } from './replica.ts';
import { ANSWER_WITHIN_MS, watchReplicas } from './replicas.ts';
import { databaseError, type Transact, transactOn } from './transact.ts';

export interface DatabaseOptions {
  readonly writeUrl: string;
  readonly readUrls: readonly string[];
  readonly poolSize: number;
  /** How long a write waits until the standbys show it. */
  readonly replicaWaitMs: number;
  /** The lag past which reads go to the primary. */
  readonly replicaMaxLagMs: number;
  readonly onError: (error: Error) => void;
}

/** Read-only access to one server; `stream` gives rows as they come, with back-pressure. */
export interface Reader {
  readonly orm: ReadOrm;
  readonly query: Query;
}

export interface ReadOptions {
  /** Never answer from a state older than this. */
  readonly atLeast?: WalPosition | undefined;
}

/** The one place that knows that there are two servers. */
export interface Database {
  readonly transact: Transact;
  /** Reads from a standby, or from the primary while no standby can answer. `work` may run twice. */
  read<T>(work: (reader: Reader) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Reads from the primary: for what decides about a write. */
  readPrimary<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /** As {@link read}, row by row; once the first row has come, a lost server breaks the stream off. */
  stream(statement: SQL, options?: ReadOptions): AsyncIterable<Record<string, unknown>>;
  /** Waits, within bounds, until every standby shows `position`; `false` when one of them does not. */
  mirrored(position: WalPosition): Promise<boolean>;
  status(): { primary: 'up' | 'down'; replicas: ReplicaStatus[] };
  stop(): Promise<void>;
}

/** Class 08 is a lost connection, 53 a server that is full, 57P one that shuts down. */
const PASSING = /^(08|53|57P|57014|40001)/;
/** Cancelled, mostly for a conflict with recovery: the statement has to go elsewhere, the standby is well. */
const CANCELLED = /^(57014|40001)$/;

function isPassing(error: unknown): boolean {
  const known = databaseError(error);
  if (known) return PASSING.test(known.code ?? '');
  return !(error instanceof RangeError) && hasSocketCause(error);
}

function hasSocketCause(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('E')) return true;
  return (
    /connection terminated|timeout exceeded|Connection ended/i.test(error.message) ||
    hasSocketCause(error.cause)
  );
}

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { poolSize: size, onError, writeUrl, readUrls, replicaMaxLagMs: maxLagMs } = options;
  const pools: pg.Pool[] = [];
  const pool = (poolOptions: Omit<PoolOptions, 'onError'>) => {
    const opened = createPool({ ...poolOptions, onError });
    pools.push(opened);
    return opened;
  };
  const patience = { connectWithinMs: ANSWER_WITHIN_MS, answerWithinMs: ANSWER_WITHIN_MS };
  const monitor = (url: string) => pool({ url, size: 1, readOnly: true, ...patience });

  const primary = pool({ url: writeUrl, size, readOnly: false });
  const primaryReads = pool({ url: writeUrl, size, readOnly: true });
  const standbys = readUrls.map((url, index) => {
    const reads = pool({ url, size, readOnly: true, connectWithinMs: ANSWER_WITHIN_MS });
    return replica({ name: `standby ${index + 1}`, pool: reads, monitor: monitor(url), maxLagMs });
  });
  const replicas = watchReplicas(monitor(writeUrl), standbys);
  await replicas.observe();

  const onPrimary = <T>(work: (reader: Reader) => Promise<T>) => work(readerOn(primaryReads));

  return {
    transact: transactOn(primary),
    async read(work, { atLeast } = {}) {
      const standby = await replicas.choose(atLeast, options.replicaWaitMs);
      if (standby === undefined) return onPrimary(work);
      try {
        return await work(readerOn(standby.pool));
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (!CANCELLED.test(databaseError(error)?.code ?? '')) standby.fail();
        return onPrimary(work);
      }
    },
    readPrimary: onPrimary,
    async *stream(statement, { atLeast } = {}) {
      const standby = await replicas.choose(atLeast, options.replicaWaitMs);
      let begun = false;
      try {
        for await (const row of streamFrom(standby?.pool ?? primaryReads, statement)) {
          begun = true;
          yield row;
        }
      } catch (error) {
        if (begun || standby === undefined || !isPassing(error)) throw error;
        yield* streamFrom(primaryReads, statement);
      }
    },
    mirrored: (position) => replicas.reached(position, options.replicaWaitMs),
    status: () => ({ primary: replicas.primaryReachable() ? 'up' : 'down', replicas: replicas.statuses() }),
    async stop() {
      await replicas.stop();
      await Promise.all(pools.map((each) => each.end()));
    },
  };
}

function readerOn(pool: pg.Pool): Reader {
  return { orm: ormOn(pool), query: queryOn(pool) };
}

const STREAM_BATCH = 1_000;

async function* streamFrom(pool: pg.Pool, statement: SQL): AsyncGenerator<Record<string, unknown>> {
  const client = await pool.connect();
  let finished = false;
  try {
    const { text, values } = compile(statement);
    const rows = client.query(new QueryStream(text, values, { batchSize: STREAM_BATCH, types }));
    yield* rows;
    finished = true;
  } finally {
    client.release(!finished);
  }
}
