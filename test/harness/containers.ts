import { readFile } from 'node:fs/promises';
import { GenericContainer, Network, type StartedTestContainer, Wait } from 'testcontainers';
import { parse } from 'yaml';
import { z } from 'zod';
import { migrateTemplate } from './template.ts';
import { type ClusterUrls, TEMPLATE } from './urls.ts';

const PASSWORD = 'superuser-password';
const REPLICATION_PASSWORD = 'replication-password';
const PRIMARY = 'primary';
const START_LIMIT_MS = 180_000;
const HEALTH = { interval: 500, timeout: 5_000, retries: 240 };
/** A standby needs at least as many connection slots as its primary. */
const SETTINGS = ['max_connections=200', 'fsync=off', 'full_page_writes=off'].flatMap((each) => ['-c', each]);

const Services = z.object({
  services: z.record(z.string(), z.object({ image: z.string(), healthcheck: z.unknown().optional() })),
});
const HealthCheck = z.object({
  test: z.union([z.tuple([z.literal('CMD-SHELL'), z.string()]), z.tuple([z.literal('CMD')], z.string())]),
});

/** A service of compose.yml, which is the only place for the versions and health checks of servers. */
async function serviceOf(name: string): Promise<{ image: string; healthcheck?: unknown }> {
  const { services } = Services.parse(parse(await readFile('compose.yml', 'utf8')));
  const service = services[name];
  if (service === undefined) throw new Error(`compose.yml has no service ${name}`);
  return service;
}

async function containerOf(name: string): Promise<GenericContainer> {
  const { image, healthcheck } = await serviceOf(name);
  return new GenericContainer(image)
    .withHealthCheck({ test: HealthCheck.parse(healthcheck).test, ...HEALTH })
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(START_LIMIT_MS);
}

export interface PostgresContainers {
  readonly urls: ClusterUrls;
  readonly standby: StartedTestContainer;
  /** Replaces the primary by an empty one. Returns its URL. */
  renewPrimary(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A primary and its streaming standby in containers, by the scripts of the compose files, with a migrated template.
 * @param logKept how much WAL the primary keeps for a standby that is behind.
 */
export async function startPostgresContainers(logKept = '1GB'): Promise<PostgresContainers> {
  const network = await new Network().start();
  const startPrimary = async () => (await primaryContainer(logKept)).withNetwork(network).start();
  let primary = await startPrimary();
  const standby = await (await standbyContainer()).withNetwork(network).start();
  const urls = { primary: urlOf(primary), standby: urlOf(standby) };
  await migrateTemplate(urls);
  return {
    urls,
    standby,
    async renewPrimary() {
      await primary.stop();
      primary = await startPrimary();
      return urlOf(primary);
    },
    async stop() {
      await standby.stop();
      await primary.stop();
      await network.stop();
    },
  };
}

async function primaryContainer(logKept: string): Promise<GenericContainer> {
  return (await containerOf('postgres_db_write'))
    .withNetworkAliases(PRIMARY)
    .withEnvironment({ POSTGRES_PASSWORD: PASSWORD, POSTGRES_DB: TEMPLATE, REPLICATION_PASSWORD })
    .withCopyFilesToContainer([
      {
        source: 'docker/postgres/replication.sh',
        target: '/docker-entrypoint-initdb.d/10-replication.sh',
        mode: 0o755,
      },
    ])
    .withCommand(['postgres', '-c', `wal_keep_size=${logKept}`, ...SETTINGS])
    .withSharedMemorySize(256 * 2 ** 20)
    .withExposedPorts(5432);
}

async function standbyContainer(): Promise<GenericContainer> {
  return (await containerOf('postgres_db_read'))
    .withUser('postgres')
    .withEnvironment({ PRIMARY_HOST: PRIMARY, REPLICATION_PASSWORD, STANDBY_PATIENCE_S: '5' })
    .withCopyFilesToContainer([{ source: 'docker/postgres/standby.sh', target: '/standby.sh', mode: 0o755 }])
    .withEntrypoint(['bash', '/standby.sh'])
    .withCommand(SETTINGS)
    .withSharedMemorySize(256 * 2 ** 20)
    .withExposedPorts(5432);
}

function urlOf(container: StartedTestContainer): string {
  return `postgresql://postgres:${PASSWORD}@${container.getHost()}:${container.getMappedPort(5432)}/${TEMPLATE}`;
}

/** A real EventStoreDB in a container, in memory and without TLS. */
export async function startEventStoreContainer(): Promise<{
  connectionString: string;
  stop(): Promise<void>;
}> {
  const container = await new GenericContainer((await serviceOf('eventstore')).image)
    .withEnvironment({
      EVENTSTORE_CLUSTER_SIZE: '1',
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_MEM_DB: 'true',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
    })
    .withExposedPorts(2113)
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCodeMatching((code) => code < 300))
    .withStartupTimeout(START_LIMIT_MS)
    .start();
  return {
    connectionString: `esdb://${container.getHost()}:${container.getMappedPort(2113)}?tls=false`,
    stop: async () => void (await container.stop()),
  };
}
