import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { EmbeddedCluster } from 'embedded-postgres-cluster';
import pg from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { seedAccounts, seedMetadata, seedUsers } from '../../seed/people.ts';
import { REGISTRY_ACTOR } from '../../seed/sample-registry.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/database/database.ts';
import { recordIssuancePolicy } from '../../src/database/issuance-policy.ts';
import type { MigrationUrls } from '../../src/database/migrate.ts';
import { openConfiguredDatabase } from '../../src/start.ts';
import { type FakeEventStore, startEventStore } from '../eventstore/server.ts';
import { startTestCluster } from '../harness/cluster.ts';
import { METRICS_TOKEN } from '../harness/metrics.ts';
import { atDatabase, READ_USER, TEMPLATE, WRITE_USER } from '../harness/urls.ts';
import { type ApiProcess, apiProcess } from './api-process.ts';
import { logIn, send } from './client.ts';

const PASSWORD = 'correct horse battery';

/** The users of the requests, and the records they concern. */
export interface People {
  readonly admin: string;
  readonly trader: string;
  /** Two accounts of the trading user that accept transfers from each other, with a device each. */
  readonly accounts: readonly { readonly id: number; readonly deviceId: number }[];
  readonly metadataId: number;
}

/** All parts of a registry in production, each of which can be broken. */
export interface Environment {
  readonly cluster: EmbeddedCluster;
  readonly eventStore: FakeEventStore;
  readonly apis: readonly ApiProcess[];
  readonly people: People;
  readonly urls: MigrationUrls;
  /** Direct access: to the application's database, and as superuser to both servers. */
  readonly database: Database;
  readonly primary: pg.Pool;
  readonly standby: pg.Pool;
  /** The output of the processes. */
  readonly folder: string;
  stop(options: { keepFolder: boolean }): Promise<void>;
}

/** Starts Postgres and its standby, the event store, and `processes` API processes. */
export async function createEnvironment(processes: number): Promise<Environment> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-faults-'));
  const {
    cluster,
    urls: superuser,
    stop: stopCluster,
  } = await startTestCluster({ primaryPort: 15_466, standbyPort: 15_468 });
  const eventStore = await startEventStore();
  const urls = {
    ownerUrl: superuser.primary,
    writeUrl: atDatabase(superuser.primary, TEMPLATE, WRITE_USER),
    readUrls: [atDatabase(superuser.standby, TEMPLATE, READ_USER)],
  };
  const environment = environmentOf(urls, eventStore.connectionString);
  const apis = Array.from({ length: processes }, (_, index) =>
    apiProcess(`api ${index + 1}`, environment, join(folder, `api-${index + 1}.log`)),
  );
  const config = readConfig(environment);
  await recordIssuancePolicy(urls.ownerUrl, config);
  const database = await openConfiguredDatabase(config, pino({ level: 'silent' }));
  const [primary, standby] = [superuser.primary, superuser.standby].map((url) =>
    new pg.Pool({ connectionString: url, max: 2 }).on('error', () => undefined),
  );
  if (primary === undefined || standby === undefined) throw new Error('there are two servers');
  await Promise.all(apis.map((each) => each.start()));
  const stop: Environment['stop'] = async ({ keepFolder }) => {
    await Promise.all(apis.map((each) => each.kill()));
    await Promise.all([database.stop(), primary.end(), standby.end(), eventStore.stop()]);
    await stopCluster();
    if (!keepFolder) await rm(folder, { recursive: true, force: true });
  };
  const people = await settle(database, apis[0]?.url() ?? '');
  return { cluster, eventStore, apis, people, urls, database, primary, standby, folder, stop };
}

function environmentOf(urls: MigrationUrls, eventStore: string): Record<string, string> {
  return {
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_OWNER_URL: urls.ownerUrl,
    DATABASE_WRITE_URL: urls.writeUrl,
    DATABASE_READ_URLS: urls.readUrls.join(','),
    ESDB_CONNECTION_STRING: eventStore,
    JWT_SECRET_KEY: 'a secret of the campaign alone, which signs its tokens',
    // The clocks of the processes are set hours ahead.
    ACCESS_TOKEN_EXPIRE_MINUTES: '1440',
    CERTIFICATE_EXPIRY_YEARS: '50',
    REPLICA_MAX_LAG_MS: '2000',
    // A busy machine is not the subject of the test.
    MAX_EVENT_LOOP_DELAY_MS: '60000',
    RATE_LIMIT_PER_MINUTE: '0',
    MAX_MUTATIONS_PER_USER: '1000',
    REFUSALS_PER_MINUTE: '0',
    METRICS_TOKEN,
  };
}

async function settle(database: Database, url: string): Promise<People> {
  const { value, position } = await database.transact(REGISTRY_ACTOR, async (tx) => {
    await seedAccounts(tx, await seedUsers(tx, PASSWORD));
    const accounts = await tx.execute<{ id: number }>(sql`SELECT id FROM account ORDER BY id`);
    return { ids: accounts.map(({ id }) => id), metadataId: await seedMetadata(tx, 'Campaign') };
  });
  await database.waitForReplicas(position);
  const [admin, trader] = await Promise.all(
    ['admin', 'trading'].map((who) => logIn(url, `${who}_user@usermail.com`, PASSWORD)),
  );
  if (admin === undefined || trader === undefined) throw new Error('there are two users');
  // The second account already accepts transfers from the first.
  const [first, second] = value.ids;
  await make(`${url}/account/update_whitelist/${first}`, admin, { add_to_whitelist: [second] }, 'PATCH');
  const accounts = await Promise.all(
    value.ids.map(async (id) => ({ id, deviceId: await make(`${url}/device/create`, admin, aDevice(id)) })),
  );
  return { admin, trader, accounts, metadataId: value.metadataId };
}

const aDevice = (accountId: number) => ({
  device_name: `A wind farm of ${accountId}`,
  local_device_identifier: `MPAN ${accountId}`,
  grid: 'A grid',
  energy_source: 'wind',
  technology_type: 'wind_turbine',
  operational_date: '1990-01-01T00:00:00Z',
  power_mw: 100,
  peak_demand: 1,
  location: '57.2, -1.9',
  is_storage: false,
  account_id: accountId,
});

async function make(url: string, token: string, body: object, method = 'POST'): Promise<number> {
  const answer = await send(url, token, { body, method });
  if (answer === undefined || answer.status >= 300) throw new Error(`${url} answered ${answer?.text}`);
  return z.object({ id: z.number() }).parse(JSON.parse(answer.text)).id;
}
