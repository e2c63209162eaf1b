import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type Database, openDatabase, type Reader } from '../../src/database/database.ts';
import { formatPosition, parsePosition } from '../../src/database/position.ts';
import { startTestCluster, type TestCluster } from '../harness/cluster.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

/** Several servers to read from, and several instances of the registry that do. */

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
  // The cluster has one standby. The primary, read as a standby is, never lags: it stands for a better one.
  const url = new URL(standbyUrl());
  url.port = String(own.cluster.primary.port);
  closer = url.toString();
});
afterAll(async () => {
  await registry.close();
  await own.stop();
});

const standbyUrl = () => String(registry.config.DATABASE_READ_URLS[0]);

/** Another instance; its standbys are never late. */
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

/** Where it reads: the fall-back to the primary does not come as the role that reads. */
async function whoAnswers({ execute }: Reader): Promise<string> {
  const [row] = await execute<{ server: string }>(sql`
    SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' WHEN current_user = 'registry_reader' THEN 'closer' ELSE 'primary' END AS server`);
  return row?.server ?? '';
}

/** The servers of eight reads, sorted. */
async function serversOf(database: Database): Promise<string[]> {
  const servers: string[] = [];
  for (let read = 0; read < 8; read++) servers.push(await database.read(whoAnswers));
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

test('of several standbys the one with the least lag answers, whatever their order', async () => {
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

test('when the best of several standbys is gone, another one answers, not the primary', async () => {
  const gone = new URL(closer);
  gone.port = '9';
  const database = await anInstance(gone.toString(), standbyUrl());
  expect(await database.read(whoAnswers)).toBe('standby');
  expect(database.status().replicas.map(({ state }) => state)).toEqual(['unreachable', 'streaming']);
});

test('no write waits for one of several standbys that is gone for good, and each waits for one that is late', async () => {
  const gone = new URL(closer);
  gone.port = '9';
  const database = await anInstance(gone.toString(), standbyUrl());
  const mirrored = async () => database.waitForReplicas((await written(database)).position);
  await vi.waitFor(async () => expect(await mirrored()).toBe(true), 30_000);
  await pauseReplay();
  expect(await mirrored()).toBe(false);
});

test('a write that no standby is left to show is not called mirrored', async () => {
  const gone = new URL(closer);
  gone.port = '9';
  const database = await anInstance(gone.toString());
  await vi.waitFor(
    () => expect(database.status().replicas).toMatchObject([{ state: 'unreachable' }]),
    30_000,
  );
  expect(await database.waitForReplicas((await written(database)).position)).toBe(false);
});

test('a standby whose connections are all in use is well: who waits too long is answered by the primary', async () => {
  const database = await anInstance(standbyUrl());
  const held = [1, 2].map(() => database.read(({ execute }) => execute(sql`SELECT pg_sleep(6)`)));
  expect(await database.read(whoAnswers)).toBe('primary');
  expect(database.status().replicas).toMatchObject([{ state: 'streaming' }]);
  await Promise.all(held);
});

test('the lag of a standby is told in bytes and in seconds, and is none once it has caught up', async () => {
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

test('the token of a write is honoured by an instance that has never seen the write', async () => {
  const [one, other] = [await anInstance(standbyUrl()), await anInstance(standbyUrl())];
  await pauseReplay();
  const { id, token } = await found(one);
  const seen = ({ execute }: Reader) => execute(sql`SELECT id FROM organisation WHERE id = ${id}`);
  expect(await other.read(seen)).toEqual([]);
  expect(await other.read(seen, { atLeast: parsePosition(token) })).toEqual([{ id }]);
});

test('a standby of another primary is none, however far its log is', async () => {
  const foreign = await anInstance(inject('cluster').standby);
  expect(foreign.status().replicas).toMatchObject([{ state: 'unreachable' }]);
  expect(await foreign.read(whoAnswers)).toBe('primary');
});
