import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type Database, openDatabase, type Reader } from '../../src/database/database.ts';
import { formatPosition, parsePosition } from '../../src/database/position.ts';
import { startTestCluster, type TestCluster } from '../harness/cluster.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

/** Several servers for reads, and several instances of the registry. */

let own: TestCluster;
let registry: TestRegistry;
let closer: string;

beforeAll(async () => {
  own = await startTestCluster({
    primaryPort: 15_486,
    standbyPort: 15_488,
    settings: { shared_buffers: '16MB' },
  });
  registry = await openRegistry({}, own.urls);
  // The cluster has one standby. The primary, read like a standby, never lags: it represents a faster one.
  const url = new URL(standbyUrl());
  url.port = String(own.cluster.primary.port);
  closer = url.toString();
});
afterAll(async () => {
  await registry.close();
  await own.stop();
});

const standbyUrl = () => String(registry.config.DATABASE_READ_URLS[0]);

/** Another instance, whose standbys are never late. */
async function anInstance(...readUrls: string[]): Promise<Database> {
  const database = await openDatabase({
    writeUrl: registry.config.DATABASE_WRITE_URL,
    readUrls,
    poolSize: 2,
    replicaWaitMs: 300,
    replicaMaxLagMs: 600_000,
    onError: () => undefined,
  });
  onTestFinished(() => database.stop());
  return database;
}

/** The server of a read: the fallback to the primary does not use the role for reads. */
async function answeringServer({ execute }: Reader): Promise<string> {
  const [row] = await execute<{ server: string }>(sql`
    SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' WHEN current_user = 'registry_reader' THEN 'closer' ELSE 'primary' END AS server`);
  return row?.server ?? '';
}

/** The servers of eight reads, sorted. */
async function serversOf(database: Database): Promise<string[]> {
  const servers: string[] = [];
  for (let read = 0; read < 8; read++) servers.push(await database.read(answeringServer));
  return servers.sort();
}

async function pauseReplay(): Promise<void> {
  const { standby } = registry;
  await standby.query('SELECT pg_wal_replay_pause()');
  onTestFinished(async () => void (await standby.query('SELECT pg_wal_replay_resume()')));
  await vi.waitFor(async () => {
    const { rows } = await standby.query('SELECT pg_get_wal_replay_pause_state() AS state');
    expect(rows).toEqual([{ state: 'paused' }]);
  }, 30_000);
}

function written(database: Database) {
  const nobody = { userId: null, requestId: null };
  const name = `Organisation ${crypto.randomUUID()}`;
  return database.transact(nobody, ({ execute }) =>
    execute<{ id: number }>(sql`INSERT INTO organisation (name) VALUES (${name}) RETURNING id`),
  );
}

async function found(database: Database): Promise<{ id: number; token: string }> {
  const { value, position } = await written(database);
  return { id: value[0]?.id ?? 0, token: formatPosition(position) };
}

test('the standby with the least lag answers, whatever the order', async () => {
  for (const readUrls of [
    [standbyUrl(), closer],
    [closer, standbyUrl()],
  ]) {
    const database = await anInstance(...readUrls);
    await pauseReplay();
    await found(database);
    await vi.waitFor(async () => expect(await serversOf(database)).toEqual(Array(8).fill('closer')), 30_000);
  }
});

test('standbys with equal lag take turns', async () => {
  const database = await anInstance(standbyUrl(), closer);
  const equalShares = [...Array(4).fill('closer'), ...Array(4).fill('standby')];
  await vi.waitFor(async () => expect(await serversOf(database)).toEqual(equalShares), 30_000);
});

test('when the best standby is lost, another one answers, not the primary', async () => {
  const gone = new URL(closer);
  gone.port = '9';
  const database = await anInstance(gone.toString(), standbyUrl());
  expect(await database.read(answeringServer)).toBe('standby');
  expect(database.status().replicas.map(({ state }) => state)).toEqual(['unreachable', 'streaming']);
});

test('no write waits for a lost standby, and each waits for a late one', async () => {
  const gone = new URL(closer);
  gone.port = '9';
  const database = await anInstance(gone.toString(), standbyUrl());
  const isReplicated = async () => database.waitForReplicas((await written(database)).position);
  await vi.waitFor(async () => expect(await isReplicated()).toBe(true), 30_000);
  await pauseReplay();
  expect(await isReplicated()).toBe(false);
});

test('a write that no remaining standby can show is not reported as replicated', async () => {
  const gone = new URL(closer);
  gone.port = '9';
  const database = await anInstance(gone.toString());
  await vi.waitFor(
    () => expect(database.status().replicas).toMatchObject([{ state: 'unreachable' }]),
    30_000,
  );
  expect(await database.waitForReplicas((await written(database)).position)).toBe(false);
});

test('the lag of a standby is reported in bytes and seconds, and is 0 once it has caught up', async () => {
  const database = await anInstance(standbyUrl());
  await pauseReplay();
  await found(database);
  const lag = () => database.status().replicas[0];
  await vi.waitFor(() => {
    expect(lag()?.lagBytes).toBeGreaterThan(0);
    expect(lag()?.lagSeconds).toBeGreaterThan(0);
  }, 30_000);
  await registry.standby.query('SELECT pg_wal_replay_resume()');
  await vi.waitFor(() => expect(lag()).toMatchObject({ lagBytes: 0, lagSeconds: 0 }), 30_000);
});

test('an instance honours the token of a write that it has not seen', async () => {
  const [one, other] = [await anInstance(standbyUrl()), await anInstance(standbyUrl())];
  await pauseReplay();
  const { id, token } = await found(one);
  const seen = ({ execute }: Reader) => execute(sql`SELECT id FROM organisation WHERE id = ${id}`);
  expect(await other.read(seen)).toEqual([]);
  expect(await other.read(seen, { atLeast: parsePosition(token) })).toEqual([{ id }]);
});

test('a standby of another primary is not used, however far its WAL is', async () => {
  const foreign = await anInstance(inject('cluster').standby);
  expect(foreign.status().replicas).toMatchObject([{ state: 'unreachable' }]);
  expect(await foreign.read(answeringServer)).toBe('primary');
});
