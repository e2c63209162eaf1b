import { sql } from 'drizzle-orm';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import {
  type Anchoring,
  configuredKey,
  configuredKeys,
  createAnchoring,
  openStores,
} from './anchor/index.ts';
import { buildApp } from './app.ts';
import { refuseDefaultPasswords } from './authentication/index.ts';
import { type Config, ConfigError } from './config.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database/database.ts';
import { databaseError } from './database/transaction.ts';
import { listenForMetrics, type MetricsListener } from './http/metrics-listener.ts';
import { startJournal } from './journal/index.ts';
import { startScheduler } from './scheduler/index.ts';
import { startTracing, type Tracing } from './tracing/index.ts';

export interface RunningRegistry {
  readonly app: FastifyInstance;
  readonly url: string;
  /** Finishes running requests, then stops the jobs and closes the databases. */
  stop(): Promise<void>;
}

export function openConfiguredDatabase(
  config: Config,
  log: FastifyBaseLogger,
  options: Pick<DatabaseOptions, 'tracing' | 'limits'> = {},
): Promise<Database> {
  return openDatabase({
    writeUrl: config.DATABASE_WRITE_URL,
    readUrls: config.DATABASE_READ_URLS,
    actorKey: config.DATABASE_ACTOR_KEY,
    poolSize: config.DATABASE_POOL_SIZE,
    replicaWaitMs: config.REPLICA_WAIT_MS,
    replicaMaxLagMs: config.REPLICA_MAX_LAG_MS,
    onError: (error) => log.warn({ err: error }, 'an idle database connection was lost'),
    ...options,
  });
}

async function startConfiguredTracing(config: Config, log: FastifyBaseLogger): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config;
  if (endpoint === undefined) return undefined;
  return startTracing({
    endpoint,
    serviceName: config.OTEL_SERVICE_NAME,
    sampleRatio: config.OTEL_TRACES_SAMPLER_ARG,
    onError: (error, what) => log.warn({ err: error }, what),
  });
}

/** Absent without a key that signs. @throws {ConfigError} */
function openConfiguredAnchoring(
  config: Config,
  clock: () => Date,
  log: FastifyBaseLogger,
): Anchoring | undefined {
  const key = configuredKey(config);
  if (key === undefined) {
    if (config.ANCHOR_DIRECTORY ?? config.ANCHOR_S3_URL)
      log.warn('no anchors are signed, because ANCHOR_KEY_FILE is not set');
    return undefined;
  }
  return createAnchoring({
    key,
    keys: configuredKeys(config, key),
    intervalMs: config.ANCHOR_INTERVAL_SECONDS * 1_000,
    stores: openStores(config),
    clock,
    onError: (error, what) => log.warn({ err: error }, what),
  });
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** Upper bound of the clock difference between hosts that use NTP. */
const MAX_CLOCK_SKEW_MS = 60_000;

/**
 * Checks that the primary accepts the writes of this process, and in production that no sample user has the published
 * sample password. While the primary is down the checks are skipped: reads can be served.
 *
 * @throws {ConfigError} naming the setting or the user to change.
 */
async function requireSafeDatabase(
  database: Database,
  config: Config,
  log: FastifyBaseLogger,
): Promise<void> {
  try {
    await requireProvenWrites(database);
    if (config.NODE_ENV === 'production') await refuseDefaultPasswords(database);
  } catch (error) {
    if (!(error instanceof ConfigError)) return log.warn({ err: error }, 'could not check the database');
    await database.stop();
    throw error;
  }
}

/**
 * Writes no row. The database requires the proof of the actor of every statement (decision 0033).
 *
 * @throws {ConfigError} if it requires another key than this process has.
 */
async function requireProvenWrites({ transact }: Database): Promise<void> {
  try {
    await transact({ userId: null, requestId: null }, (tx) =>
      tx.execute(sql`DELETE FROM login_throttle WHERE false`),
    );
  } catch (error) {
    if (databaseError(error)?.code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new ConfigError(
      'DATABASE_ACTOR_KEY is not the key that the database requires: set the one given to make db.update',
    );
  }
}

/** The API starts without its servers and uses them once they are reachable, so a wrong address must be logged. */
function warnOfUnreachable(database: Database, log: FastifyBaseLogger): void {
  const { primary, replicas } = database.status();
  if (primary === 'down') {
    log.warn(
      'the primary database cannot be reached: check DATABASE_WRITE_URL. Writes are answered 503 until it can',
    );
  }
  for (const { name } of replicas.filter(({ state }) => state === 'unreachable')) {
    log.warn(
      `${name} cannot be reached: check DATABASE_READ_URLS. The other servers answer its reads until it can`,
    );
  }
}

/**
 * Builds the database, the journal, the application and the scheduler, then listens. `stop` ends them in reverse
 * order.
 */
export async function startRegistry(config: Config, log: FastifyBaseLogger): Promise<RunningRegistry> {
  const clock = () => new Date();
  const anchoring = openConfiguredAnchoring(config, clock, log);
  const tracing = await startConfiguredTracing(config, log);
  const database = await openConfiguredDatabase(config, log, { tracing });
  warnOfUnreachable(database, log);
  await requireSafeDatabase(database, config, log);
  const journal = startJournal({
    writeUrl: config.DATABASE_SEQUENCER_URL ?? config.DATABASE_WRITE_URL,
    eventStore: config.ESDB_CONNECTION_STRING,
    stream: config.ESDB_STREAM,
    requiresUser: config.NODE_ENV === 'production',
    onError: (error, what) => log.warn({ err: error }, what),
    warn: (what) => log.warn(what),
    tracing,
    tasks: anchoring?.tasks,
  });
  const app = await buildApp({
    config,
    database,
    clock,
    log,
    journal,
    scheduler: { status: () => scheduler.status() },
    ...(tracing ? { tracing } : {}),
    ...(anchoring ? { anchoring } : {}),
  });
  // After the application, whose metrics subscribe to committed actions.
  const scheduler = startScheduler({
    database,
    writeUrl: config.DATABASE_WRITE_URL,
    clock,
    clockMayDifferMs: MAX_CLOCK_SKEW_MS,
    onError: (error, what) => log.warn({ err: error }, what),
  });
  const stop = async () => {
    await metricsListener?.stop();
    await app.close();
    await scheduler.stop();
    await journal.stop();
    await anchoring?.close();
    await database.stop();
    await tracing?.stop();
  };
  let metricsListener: MetricsListener | undefined;
  try {
    metricsListener = await listenForMetrics(app.metrics, config, log);
    const url = await app.listen({ host: config.HOST, port: config.PORT });
    return { app, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
