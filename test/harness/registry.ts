import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import pino from 'pino';
import { inject } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { issueAccessToken } from '../../src/authentication/access-token.ts';
import { hashPassword } from '../../src/authentication/index.ts';
import { createSession } from '../../src/authentication/session.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Database } from '../../src/database/database.ts';
import { recordIssuancePolicy } from '../../src/database/issuance-policy.ts';
import type { Role } from '../../src/rules/enums.ts';
import { openConfiguredDatabase } from '../../src/start.ts';
import { Client } from './client.ts';
import { METRICS_TOKEN } from './metrics.ts';
import { waitForStandby } from './polling.ts';
import { atDatabase, type ClusterUrls, databaseOf, READ_USER, WRITE_USER } from './urls.ts';

/** The time of every test registry, unless a test moves its clock. */
export const NOW = new Date('2026-03-15T12:00:00Z');
export const PASSWORD = 'correct horse battery';

export interface TestRegistry {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly config: Config;
  /** Connections of the superuser to both servers, behind the API. */
  readonly primary: pg.Pool;
  readonly standby: pg.Pool;
  setClock(now: Date): void;
  /** A new user of that role, as a client that is logged in. */
  as(role: Role, name?: string): Promise<Client>;
  /** The same user with a new token, after the clock was moved. */
  again(client: Client): Promise<Client>;
  close(): Promise<void>;
}

let passwordHash: Promise<string> | undefined;
let users = 0;

async function copyTemplate(primaryUrl: string, standbyUrl: string, name: string): Promise<void> {
  const primary = new pg.Client({ connectionString: atDatabase(primaryUrl, 'postgres') });
  const standby = new pg.Client({ connectionString: atDatabase(standbyUrl, 'postgres') });
  await Promise.all([primary.connect(), standby.connect()]);
  // A template that is being copied cannot be copied a second time at once.
  await primary.query('SELECT pg_advisory_lock(1)');
  await primary.query(`CREATE DATABASE ${name} TEMPLATE ${databaseOf(primaryUrl)}`);
  await waitForStandby(primary, standby);
  await Promise.all([primary.end(), standby.end()]);
}

/** A registry for a test file: its own database on the shared cluster, and a clock that the test sets. */
export async function openRegistry(
  settings: Record<string, string> = {},
  cluster: ClusterUrls = inject('cluster'),
  readThrough: (url: URL) => void = () => undefined,
): Promise<TestRegistry> {
  const name = `${databaseOf(cluster.primary)}_${crypto.randomUUID().replaceAll('-', '')}`;
  await copyTemplate(cluster.primary, cluster.standby, name);
  return registryIn(name, cluster, settings, readThrough);
}

/** The same database on other servers, after a restore or a promotion. */
export function reopenRegistry({ config }: TestRegistry, cluster: ClusterUrls): Promise<TestRegistry> {
  return registryIn(new URL(config.DATABASE_WRITE_URL).pathname.slice(1), cluster);
}

/** A registry in an existing, migrated database. */
export async function registryIn(
  name: string,
  cluster: ClusterUrls,
  settings: Record<string, string> = {},
  readThrough: (url: URL) => void = () => undefined,
): Promise<TestRegistry> {
  const readUrl = new URL(atDatabase(cluster.standby, name, READ_USER));
  readThrough(readUrl);
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_WRITE_URL: atDatabase(cluster.primary, name, WRITE_USER),
    DATABASE_READ_URLS: readUrl.toString(),
    REPLICA_WAIT_MS: '10000',
    // Machines that run tests are busy, which must not cause refusals.
    MAX_EVENT_LOOP_DELAY_MS: '0',
    RATE_LIMIT_PER_MINUTE: '0',
    MAX_MUTATIONS_PER_USER: '1000',
    REFUSALS_PER_MINUTE: '0',
    METRICS_TOKEN,
    JWT_SECRET_KEY: 'a secret that only the tests know, and no one else',
    ...settings,
  });
  await recordIssuancePolicy(atDatabase(cluster.primary, name), config);
  const level = process.env.TEST_LOG_LEVEL;
  // The level is set by tests, and nothing is printed.
  const log = pino({ level: level ?? 'silent' }, level ? process.stdout : { write: () => undefined });
  const database = await openConfiguredDatabase(config, log);
  let now = NOW;
  const logIn = async (userId: number): Promise<Client> => {
    const { value: session, position } = await database.transact({ userId: null, requestId: null }, (tx) =>
      createSession(tx, { userId, now, days: config.SESSION_EXPIRE_DAYS }),
    );
    await database.waitForReplicas(position);
    const { token } = await issueAccessToken(config, session, now);
    return new Client(app, token, userId);
  };
  const app = await buildApp({ config, database, clock: () => now, log });
  const primary = new pg.Pool({ connectionString: atDatabase(cluster.primary, name), max: 4 });
  const standby = new pg.Pool({ connectionString: atDatabase(cluster.standby, name), max: 2 });
  // A server that a test stops closes idle connections; that is no failure of the test.
  for (const pool of [primary, standby]) pool.on('error', () => undefined);

  return {
    app,
    database,
    config,
    primary,
    standby,
    setClock: (to) => {
      now = to;
    },
    async as(role, userName = `User ${++users}`) {
      passwordHash ??= hashPassword(PASSWORD);
      const userId = await insertUser(database, { role, name: userName, passwordHash: await passwordHash });
      return logIn(userId);
    },
    again: ({ userId }) => logIn(userId),
    async close() {
      await app.close();
      await Promise.all([database.stop(), primary.end(), standby.end()]);
    },
  };
}

async function insertUser(
  database: Database,
  { role, name, passwordHash: hash }: { role: Role; name: string; passwordHash: string },
): Promise<number> {
  const { value, position } = await database.transact({ userId: null, requestId: null }, async (tx) => {
    const email = `${crypto.randomUUID()}@example.com`;
    const [user] = await tx.execute<{ id: number }>(
      sql`INSERT INTO registry_user (name, email, role) VALUES (${name}, ${email}, ${role}) RETURNING id`,
    );
    if (user === undefined) throw new Error('no user was made');
    await tx.execute(sql`INSERT INTO credential (user_id, password_hash) VALUES (${user.id}, ${hash})`);
    return user.id;
  });
  await database.waitForReplicas(position);
  return value;
}
