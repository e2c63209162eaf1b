import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type PostgresContainers, startPostgresContainers } from '../harness/containers.ts';

const WITHIN = { timeout: 120_000, interval: 500 };

let servers: PostgresContainers;

beforeEach(async () => {
  servers = await startPostgresContainers('0');
});
afterEach(() => servers.stop());

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

const onStandby = (statement: string) => ask(servers.urls.standby, statement);
const inStandby = async (script: string) =>
  (await servers.standby.exec(['bash', '-c', script])).output.trim();

test('a standby whose primary was recreated copies the new one, and keeps its earlier data', async () => {
  await ask(servers.urls.primary, `CREATE TABLE mark AS SELECT 'the earlier primary' AS text`);
  await vi.waitFor(async () => expect(await onStandby('SELECT text FROM mark')).toHaveLength(1), WITHIN);

  const primary = await servers.renewPrimary();
  await ask(primary, `CREATE TABLE mark AS SELECT 'the new primary' AS text`);
  await vi.waitFor(
    async () => expect(await onStandby('SELECT text FROM mark')).toEqual(['the new primary']),
    WITHIN,
  );
  expect(await inStandby('cat "$PGDATA.kept/PG_VERSION"')).toBe('18');

  await servers.renewPrimary();
  const kept = await inStandby('stat -c %i "$PGDATA.kept"');
  await vi.waitFor(async () => expect(await onStandby(`SELECT to_regclass('mark')`)).toEqual([null]), WITHIN);
  expect(await inStandby('stat -c %i "$PGDATA.kept"')).toBe(kept);
}, 400_000);

test('a standby that needs WAL that is gone copies its primary again', async () => {
  const before = await inStandby('stat -c %i "$PGDATA"');
  const [receiver] = await onStandby('SELECT pid FROM pg_stat_wal_receiver');
  await inStandby(`kill -STOP ${receiver}`);
  await ask(servers.urls.primary, 'CREATE TABLE mark AS SELECT 1 AS number');
  for (let round = 0; round < 8; round++) {
    await ask(servers.urls.primary, `CREATE TABLE filler_${round} (number int)`);
    await ask(servers.urls.primary, 'SELECT pg_switch_wal()');
    await ask(servers.urls.primary, 'CHECKPOINT');
  }
  await ask(servers.urls.primary, 'SELECT pg_terminate_backend(pid) FROM pg_stat_replication');
  await inStandby(`kill -KILL ${receiver}`);

  await vi.waitFor(async () => expect(await onStandby('SELECT number FROM mark')).toEqual([1]), WITHIN);
  expect(await inStandby('stat -c %i "$PGDATA"')).not.toBe(before);
  expect(await inStandby('ls -d "$PGDATA.kept" 2>/dev/null || echo none')).toBe('none');
}, 400_000);

test('a promoted standby keeps its role and its data, whatever happens to the primary', async () => {
  await inStandby('pg_ctl promote --wait');
  await onStandby('CREATE TABLE mark AS SELECT 1 AS number');
  await servers.renewPrimary();
  await servers.standby.restart();
  const moved = new URL(servers.urls.standby);
  moved.port = String(servers.standby.getMappedPort(5432));
  await vi.waitFor(async () => expect(await ask(moved.href, 'SELECT number FROM mark')).toEqual([1]), WITHIN);
  expect(await ask(moved.href, 'SELECT pg_is_in_recovery()')).toEqual([false]);
}, 400_000);
