import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedCluster } from 'embedded-postgres-cluster';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { type MigrationUrls, migrate } from '../../../src/database/migrate.ts';
import { replay } from '../../../src/journal/index.ts';
import { type Action, tradingPair } from '../../harness/builders.ts';
import type { ClusterUrls } from '../../harness/cluster.ts';
import { registryIn, type TestRegistry } from '../../harness/registry.ts';
import { atDatabase } from '../../harness/urls.ts';

const DATABASE = 'certificates';
const OWNER = { name: 'owner_of_certificates', password: 'owner-password' };

/** A cluster as a hosting provider offers it: a role that owns a database and can create roles, and no superuser. */
async function aHostedCluster(): Promise<ClusterUrls> {
  const dataDir = await mkdtemp(join(tmpdir(), 'registry-roles-'));
  await chmod(dataDir, 0o711); // As root, Postgres runs as another user, who must be able to enter.
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const settings = { fsync: 'off', shared_buffers: '16MB' };
  const cluster = await startEmbeddedCluster({ dataDir, primaryPort: 15_536, standbyPort: 15_538, settings });
  onTestFinished(() => cluster.stop());
  const { primary, standby } = cluster;
  const superuser = new pg.Client({ connectionString: primary.url() });
  await superuser.connect();
  await superuser.query(`CREATE ROLE ${OWNER.name} LOGIN CREATEROLE CREATEDB PASSWORD '${OWNER.password}'`);
  await superuser.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER.name}`);
  await superuser.end();
  return { primary: primary.url(), standby: standby.url() };
}

function urlsOf(cluster: ClusterUrls, generation: number, password = 'a-password'): MigrationUrls {
  const role = (name: string) => ({ name: `${name}_${generation}`, password });
  return {
    ownerUrl: atDatabase(cluster.primary, DATABASE, OWNER),
    writeUrl: atDatabase(cluster.primary, DATABASE, role('writer')),
    readUrls: [atDatabase(cluster.standby, DATABASE, role('reader'))],
  };
}

function open(cluster: ClusterUrls, { writeUrl, readUrls }: MigrationUrls): Promise<TestRegistry> {
  const settings = { DATABASE_WRITE_URL: writeUrl, DATABASE_READ_URLS: readUrls.join(',') };
  return registryIn(DATABASE, cluster, settings);
}

async function login(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.end();
}

test('roles with new names take over while the old ones still work; the owner need not be a superuser', async () => {
  const cluster = await aHostedCluster();
  const first = urlsOf(cluster, 1);
  await migrate(first);
  const before = await open(cluster, first);
  const market = await tradingPair(before);
  expect((await market.transfer([(await market.bundle()).id])).statusCode).toBe(202);

  const second = urlsOf(cluster, 2);
  await migrate(second);
  const after = await open(cluster, second);
  onTestFinished(() => after.close());
  const trader = await after.again(market.trader);
  const bundles = [await market.bundle(), await market.bundle()];
  expect((await market.transfer([bundles[0]?.id ?? 0])).statusCode).toBe(202);

  await before.close();
  const owner = new pg.Client({ connectionString: second.ownerUrl });
  await owner.connect();
  await owner.query('DROP ROLE writer_1, reader_1');
  await owner.end();
  await expect(login(first.writeUrl)).rejects.toThrow('password authentication failed');
  const answer = await trader.post('/certificate/transfer', {
    source_id: market.source.id,
    target_id: market.target.id,
    granular_certificate_bundle_ids: [bundles[1]?.id],
  });
  const action: Action = JSON.parse(answer.body);
  expect(action.action_result).toBe('Success');
});

test('a new password of a role is set by the next migration, and the old one is refused', async () => {
  const cluster = await aHostedCluster();
  const old = urlsOf(cluster, 1, 'old-password');
  await migrate(old);
  await login(old.writeUrl);
  const renewed = urlsOf(cluster, 1, 'new-password');
  await migrate(renewed);
  await login(renewed.writeUrl);
  await expect(login(old.writeUrl)).rejects.toThrow('password authentication failed');
});

test('the owner replays the journal into a copy, which is dropped, and no password changes', async () => {
  const cluster = await aHostedCluster();
  const urls = urlsOf(cluster, 1);
  await migrate(urls);
  const registry = await open(cluster, urls);
  const market = await tradingPair(registry);
  await market.transfer([(await market.bundle()).id], { certificate_quantity: 3 });
  await registry.close();
  const outdated = urlsOf(cluster, 1, 'a password of before');
  expect((await replay({ urls: { ...outdated, ownerUrl: urls.ownerUrl } })).difference).toBeNull();
  await login(urls.writeUrl);
  const owner = new pg.Client({ connectionString: urls.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query(`SELECT datname FROM pg_database WHERE datname LIKE 'registry_replay%'`);
  await owner.end();
  expect(rows).toEqual([]);
});
