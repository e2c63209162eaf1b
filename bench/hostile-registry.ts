import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedCluster } from 'embedded-postgres-cluster';
import pg from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { REGISTRY_ACTOR } from '../seed/sample-registry.ts';
import { type Draft, issue } from '../src/certificate/index.ts';
import type { Config } from '../src/config.ts';
import type { Database } from '../src/database/database.ts';
import { recordIssuancePolicy } from '../src/database/issuance-policy.ts';
import type { Role } from '../src/rules/enums.ts';
import type { DeviceId, MetadataId } from '../src/rules/units.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { registerUser } from '../src/user/index.ts';
import { type ApiProcess, apiProcess } from '../test/faults/api-process.ts';
import { type HttpClient, httpClient } from './hostile-http.ts';

/*
 * The registry that is attacked: an API process with the settings of production, honest users who trade between two
 * accounts, and attackers with accounts of their own.
 */

export interface Person {
  readonly id: number;
  readonly email: string;
  readonly token: string;
}

/** An account, its device, and the bundles that it was issued. */
export interface Holding {
  readonly accountId: number;
  readonly deviceId: number;
  readonly bundles: readonly number[];
}

export interface HostileRegistry {
  readonly url: string;
  readonly owner: pg.Client;
  readonly metadataId: number;
  readonly admin: Person;
  readonly traders: readonly Person[];
  readonly source: Holding;
  readonly target: Holding;
  readonly attackers: Readonly<Record<'trader' | 'auditor' | 'watcher', Person>>;
  readonly attacked: Holding;
  /** Waits until the process is ready and has no backlog, for a limited time: attacks must not be measured in the next one. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export const PASSWORD = 'correct horse battery';

const TRADERS = 13;
const BUNDLES = { source: 6_000, target: 0, attacked: 12_000 } as const;
const BUNDLE_WH = 1_000_000;

/** The first hour after those for which bundles are issued. The honest issuer continues from there, backwards. */
const NEWEST_INTERVAL = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const ISSUED_AT_ONCE = 2_000;

export const intervalBefore = (hours: number) => ({
  start: new Date(NEWEST_INTERVAL - (hours + 1) * HOUR_MS),
  end: new Date(NEWEST_INTERVAL - hours * HOUR_MS),
});

export async function openHostileRegistry(
  cluster: EmbeddedCluster,
  config: Config,
  say: (line: string) => void,
): Promise<HostileRegistry> {
  const logFile = join(tmpdir(), `registry-hostile-${process.pid}.log`);
  const api = apiProcess('api', environmentOf(config), logFile);
  const owner = new pg.Client({ connectionString: cluster.primary.url('registry') });
  await Promise.all([api.start(), owner.connect()]);
  const database = await openConfiguredDatabase(config, pino({ level: 'silent' }));
  const http = httpClient(api.url(), '127.0.0.1');
  await recordIssuancePolicy(cluster.primary.url('registry'), { ...config, CERTIFICATE_EXPIRY_YEARS: 50 });
  try {
    const populated = await populate(database, http);
    say(`users, accounts and ${BUNDLES.source + BUNDLES.attacked} bundles are there`);
    const settle = () => untilSettled(api);
    await settle();
    return {
      ...populated,
      url: api.url(),
      owner,
      settle,
      async stop() {
        await api.kill();
        await owner.end();
        await rm(logFile, { force: true });
      },
    };
  } finally {
    http.close();
    await database.stop();
  }
}

/** The settings of production, apart from those that the bench cannot have: TLS, and databases on other machines. */
function environmentOf(config: Config): Record<string, string> {
  return {
    NODE_ENV: 'production',
    PORT: '0',
    JWT_SECRET_KEY: 'a secret that only this run of the bench knows',
    DATABASE_WRITE_URL: config.DATABASE_WRITE_URL,
    DATABASE_READ_URLS: config.DATABASE_READ_URLS.join(','),
  };
}

async function populate(database: Database, http: HttpClient) {
  const sign = (role: Role, name: string) => signUp(database, http, { role, name });
  const admin = await sign('ADMIN', 'admin');
  const traders: Person[] = [];
  for (let n = 1; n <= TRADERS; n++) traders.push(await sign('TRADING_USER', `trader-${n}`));
  const attackers = {
    trader: await sign('TRADING_USER', 'attacking-trader'),
    auditor: await sign('AUDIT_USER', 'attacking-auditor'),
    watcher: await sign('AUDIT_USER', 'attacking-watcher'),
  };
  const make = (path: string, body: object) => created(http, admin, path, body);
  const metadataId = await make('/certificate/create_metadata', METADATA);
  const hold = async (
    name: keyof typeof BUNDLES,
    users: readonly Person[],
    whitelist: readonly number[] = [],
  ) => {
    const accountId = await make('/account/create', {
      account_name: `Account ${name}`,
      user_ids: users.map(({ id }) => id),
      account_whitelist: whitelist,
    });
    const deviceId = await make('/device/create', {
      ...DEVICE,
      local_device_identifier: name,
      account_id: accountId,
    });
    const draft = {
      deviceId: deviceId as DeviceId,
      metadataId: metadataId as MetadataId,
      quantityWh: BUNDLE_WH,
    };
    return { accountId, deviceId, bundles: await issueBundles(database, draft, BUNDLES[name]) };
  };
  const source = await hold('source', traders);
  const target = await hold('target', traders, [source.accountId]);
  const attacked = await hold('attacked', Object.values(attackers), [source.accountId]);
  return { metadataId, admin, traders, attackers, source, target, attacked };
}

const METADATA = {
  country_of_issuance: 'GB',
  connected_grid_identification: 'NESO',
  issuing_body: 'Ofgem',
  issue_market_zone: 'GB',
};

const DEVICE = {
  device_name: 'A wind farm',
  grid: 'A grid',
  energy_source: 'wind',
  technology_type: 'wind_turbine',
  operational_date: '1990-01-01T00:00:00Z',
  power_mw: 100,
  peak_demand: 1,
  location: '57.2, -1.9',
  is_storage: false,
};

const Tokens = z.object({ access_token: z.string() });
const Made = z.object({ id: z.number() });

async function signUp(
  database: Database,
  http: HttpClient,
  { role, name }: { role: Role; name: string },
): Promise<Person> {
  const email = `${name}@example.com`;
  const { id } = await registerUser({ name, email, role, password: PASSWORD }, async (work) => {
    const { value, position } = await database.transact(REGISTRY_ACTOR, work);
    await database.waitForReplicas(position);
    return value;
  });
  const answer = await http.send({ path: '/auth/login', body: { username: email, password: PASSWORD } });
  if (answer.status !== 200) throw new Error(`${email} cannot log in: ${answer.text}`);
  return { id, email, token: Tokens.parse(JSON.parse(answer.text)).access_token };
}

async function created(http: HttpClient, { token }: Person, path: string, body: object): Promise<number> {
  const answer = await http.send({ path, token, body });
  if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  return Made.parse(JSON.parse(answer.text)).id;
}

/** Issues bundles for the hours before the newest interval, and returns their ids. */
async function issueBundles(
  database: Database,
  draft: Pick<Draft, 'deviceId' | 'metadataId' | 'quantityWh'>,
  count: number,
): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < count) {
    const drafts = Array.from({ length: Math.min(ISSUED_AT_ONCE, count - ids.length) }, (_, n) => ({
      ...draft,
      ...intervalBefore(ids.length + n),
    }));
    const { value } = await database.transact(REGISTRY_ACTOR, (tx) =>
      issue(tx, drafts, { now: new Date(), onError: 'fail' }),
    );
    ids.push(...value.flatMap((outcome) => (outcome.result === 'issued' ? [outcome.bundleId] : [])));
  }
  return ids;
}

const SETTLED_WITHIN_MS = 60_000;

async function untilSettled(api: ApiProcess): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  while (performance.now() < deadline) {
    const readiness = await api.readiness();
    if (readiness?.status === 'ready' && readiness.journal.unordered === 0) return;
    await sleep(200);
  }
}
