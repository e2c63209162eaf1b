import { mkdir, writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { type EmbeddedCluster, EmbeddedPostgresError, startEmbeddedCluster } from 'embedded-postgres-cluster';
import { type Config, ConfigError, readConfig } from '../src/config.ts';
import type { Database } from '../src/database/database.ts';
import { recordIssuancePolicy } from '../src/database/issuance-policy.ts';
import { migrate } from '../src/database/migrate.ts';
import { noLimits } from '../src/database/time-limits.ts';
import { DEMO_ENVIRONMENT } from '../src/environment.ts';
import { makeLog } from '../src/log.ts';
import { runProgram } from '../src/program.ts';
import { stopOnSignal } from '../src/shutdown.ts';
import { openConfiguredDatabase, startRegistry } from '../src/start.ts';
import { SAMPLE_USERS } from './people.ts';
import { seedSampleRegistry } from './sample-registry.ts';

/** Where the front end of the previous registry runs during development. */
const LOCAL_PAGES = 'http://localhost:8080,http://127.0.0.1:8080';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Runs the registry on a machine that has only Node.js: an embedded Postgres pair, sample data and the API. */
async function demo(): Promise<void> {
  await mkdir('.registry', { recursive: true });
  say('Starting a Postgres primary and its standby …');
  const cluster = await startEmbeddedCluster({
    dataDir: '.registry/cluster',
    primaryPort: portSetting('PRIMARY_PORT', 5436),
    standbyPort: portSetting('STANDBY_PORT', 5438),
    database: 'registry',
    log: (line) => say(`  ${line}`),
  });
  let stopRegistry = async () => {};
  const stop = async () => {
    await stopRegistry();
    await cluster.stop();
  };
  stopOnSignal(stop, say);
  try {
    const settings = await connectTo(cluster);
    const config = readConfig({ LOG_LEVEL: 'warn', CORS_ORIGINS: LOCAL_PAGES, ...process.env, ...settings });
    await recordIssuancePolicy(settings.DATABASE_OWNER_URL, config);
    await fill(config);
    const registry = await startOnFreePort(config);
    stopRegistry = registry.stop;
    welcome(registry.url, cluster, config);
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A port from the environment, or the default.
 *
 * @throws {ConfigError} when it is not a port.
 */
function portSetting(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new ConfigError(`${name} must be a port between 1 and 65535, not "${text}".`);
}

/** Migrates the database, and writes the addresses to the file in which the other commands look for them. */
async function connectTo(cluster: EmbeddedCluster) {
  const ownerUrl = cluster.primary.url();
  const { password } = new URL(ownerUrl);
  const database = 'registry';
  const settings = {
    DATABASE_OWNER_URL: ownerUrl,
    DATABASE_WRITE_URL: cluster.primary.url(database, 'registry_app', password),
    DATABASE_READ_URLS: cluster.standby.url(database, 'registry_reader', password),
  };
  await migrate({
    ownerUrl,
    writeUrl: settings.DATABASE_WRITE_URL,
    readUrls: [settings.DATABASE_READ_URLS],
  });
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(DEMO_ENVIRONMENT, lines.join(''), { mode: 0o600 });
  return settings;
}

/** Loads the sample data into an empty registry, and leaves any other registry as it is. */
async function fill(config: Config): Promise<void> {
  // Without warnings: a Ctrl-C during the load ends idle connections.
  const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'error' }), {
    limits: noLimits,
  });
  try {
    if (await isUsed(database)) return;
    say('Loading the sample data …');
    await seedSampleRegistry({
      database,
      config,
      today: new Date(),
      report: (line) => say(`  ${line}`),
    });
  } finally {
    await database.stop();
  }
}

async function isUsed(database: Database): Promise<boolean> {
  const [answer] = await database.readPrimary(({ execute }) =>
    execute<{ used: boolean }>(sql`SELECT EXISTS (SELECT FROM issuance) AS used`),
  );
  return answer?.used ?? false;
}

const PORTS_TO_TRY = 50;

async function startOnFreePort(config: Config) {
  const log = makeLog(config);
  for (let port = config.PORT; ; port++) {
    try {
      return await startRegistry({ ...config, PORT: port }, log);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || port >= config.PORT + PORTS_TO_TRY) throw error;
      say(`  Port ${port} is taken, trying ${port + 1}.`);
    }
  }
}

const DEFAULT_PORT = '8000';

function welcome(url: string, { primary, standby }: EmbeddedCluster, { SEED_PASSWORD }: Config): void {
  const users = SAMPLE_USERS.map(({ email, role }) => `    ${email.padEnd(34)}${role}`).join('\n');
  say(`
The registry is running.

  Try it in a browser   ${url}/docs
  Read the reference    ${url}/redoc
  Check its health      ${url}/health/ready
  Databases             primary on port ${primary.port}, standby on port ${standby.port}; addresses in ${DEMO_ENVIRONMENT}

  Log in with the password ${SEED_PASSWORD} as one of the sample users:
${users}
${new URL(url).port === DEFAULT_PORT ? '' : commandsForPort(url)}
Press Ctrl-C to stop. The data stays in .registry; delete that folder to start over.`);
}

/** The commands of the README assume port 8000. */
const commandsForPort = (url: string) => `
  This is not port ${DEFAULT_PORT}. Before you run commands of the README or the guide in another terminal, paste:

export REGISTRY=${url}
`;

runProgram(demo, { negative: [EmbeddedPostgresError] });
