import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EmbeddedCluster } from 'embedded-postgres-cluster';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Journal, startJournal } from '../../../src/journal/index.ts';
import { type Action, type TradingPair, tradingPair } from '../../harness/builders.ts';
import { openEventStore, type TestEventStore } from '../../harness/event-store.ts';
import { environmentOf, runProgram } from '../../harness/program.ts';
import { openRegistry, reopenRegistry, type TestRegistry } from '../../harness/registry.ts';
import { type ArchivedCluster, anArchivedCluster } from './archived-cluster.ts';
import { type Load, startLoad } from './load.ts';

/** Long, because a restore starts four servers. */
const TIMEOUT_MS = 300_000;
vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });

/**
 * One disaster and the ways to recover. Under a load of issuances and transfers, a backup is taken and a restore point
 * is set; then the primary is killed during writes.
 */
let server: ArchivedCluster;
let lost: TestRegistry;
let market: TradingPair;
let eventStore: TestEventStore;
let load: Load;
let backup: string;
/** Where a restore stops, in each of the supported forms. */
const point = { name: 'before the mistake', lsn: '', time: '' };
/** What was answered before that point, and one transfer requested after it. */
let beforeThePoint: readonly number[];
let afterThePoint: number;

beforeAll(async () => {
  [server, eventStore] = await Promise.all([anArchivedCluster(), openEventStore()]);
  lost = await openRegistry({}, server.urls);
  market = await tradingPair(lost);
  const { DATABASE_WRITE_URL: writeUrl } = lost.config;
  const journal = startJournal({ writeUrl, ...eventStore.options, onError: () => {} });
  load = startLoad(market);
  await load.grow(20);

  const made = await server.run('backup', server.backups);
  expect(made).toMatchObject({ code: 0 });
  backup = made.output.trim();
  await archived();
  await load.grow(40);
  await archived();

  beforeThePoint = load.acknowledged.map(({ actionId }) => actionId);
  await setPoint();
  const later: Action = JSON.parse((await market.transfer([(await market.bundle()).id])).body);
  afterThePoint = later.id;
  await archived();
  await load.grow(40);

  await server.cluster.primary.kill();
  await load.end();
  await journal.stop();
  await lost.close();
  await server.cluster.stop();
});
afterAll(async () => {
  await eventStore.stop();
  await server.stop();
});

/** The response to a write contains its WAL position. */
async function setPoint(): Promise<void> {
  const last = await market.transfer([(await market.bundle()).id]);
  const action: Action = JSON.parse(last.body);
  beforeThePoint = [...beforeThePoint, action.id];
  point.lsn = String(last.headers['registry-consistency']);
  const { rows } = await lost.primary.query(
    `SELECT pg_create_restore_point($1),
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time`,
    [point.name],
  );
  point.time = rows[0].time;
}

/** The current segment is archived when it is full, or on request. */
async function archived(): Promise<void> {
  const { rows } = await lost.primary.query('SELECT pg_walfile_name(pg_switch_wal()) AS segment');
  await vi.waitFor(
    async () => {
      const answer = await lost.primary.query(
        'SELECT last_archived_wal >= $1 AS kept FROM pg_stat_archiver',
        [rows[0].segment],
      );
      expect(answer.rows[0].kept).toBe(true);
    },
    { timeout: 30_000, interval: 50 },
  );
}

const isSegment = (name: string) => /^[0-9A-F]{24}$/.test(name);

const successes = async ({ primary }: TestRegistry): Promise<number[]> =>
  (await primary.query("SELECT id::int FROM action WHERE action_result = 'Success'")).rows.map(
    ({ id }) => id,
  );

async function reopen(cluster: EmbeddedCluster): Promise<{ registry: TestRegistry; ownerUrl: string }> {
  const urls = { primary: cluster.primary.url(), standby: cluster.standby.url() };
  return { registry: await reopenRegistry(lost, urls), ownerUrl: urls.primary };
}

/** Starts the journal's service, and waits until the whole journal is in the stream. */
async function relayed(registry: TestRegistry, stream = eventStore.log.stream): Promise<Journal> {
  const { DATABASE_WRITE_URL: writeUrl } = registry.config;
  const journal = startJournal({ writeUrl, ...eventStore.options, stream, onError: () => {} });
  await vi.waitFor(
    async () => {
      const { rows } = await registry.primary.query('SELECT count(*)::int AS entries FROM journal');
      expect(journal.status()).toMatchObject({ eventStore: 'up', relayedUpTo: rows[0].entries });
    },
    { timeout: 60_000, interval: 50 },
  );
  return journal;
}

test('restored to the end, a registry that was killed under load has everything that it acknowledged', async () => {
  const folder = await server.restoredFolder('to-the-end');
  const wal = join(server.primaryFolder, 'pg_wal');
  const from = ['--backup', backup, '--archive', server.archive, '--old-wal', wal];
  expect(await server.run('restore', ...from, '--into', folder.primary)).toMatchObject({ code: 0 });
  const { registry, ownerUrl } = await reopen(await server.startRestored(folder));

  const there = new Set(await successes(registry));
  expect(load.acknowledged.length).toBeGreaterThan(100);
  const missing = load.acknowledged.filter(({ actionId }) => !there.has(actionId));
  expect(missing).toEqual([]);
  expect(there.has(afterThePoint)).toBe(true);
  const moved = load.acknowledged.flatMap(({ resultingBundleIds }) => resultingBundleIds);
  const { rows } = await registry.primary.query(
    'SELECT count(*)::int AS bundles FROM bundle WHERE id = ANY($1) AND account_id = $2',
    [moved, market.target.id],
  );
  expect(rows[0].bundles).toBe(moved.length);

  const environment = environmentOf(registry, ownerUrl, eventStore.environment);
  expect(await runProgram('update-database', environment)).toMatchObject({ code: 0 });
  const journal = await relayed(registry);
  expect(await runProgram('check-registry', environment)).toMatchObject({ code: 0 });
  expect(await runProgram('verify-journal', environment)).toMatchObject({ code: 0 });

  const trader = await registry.again(market.trader);
  const transfer = await trader.post('/certificate/transfer', {
    source_id: market.source.id,
    target_id: market.target.id,
    granular_certificate_bundle_ids: [(await aBundleLeft(registry)).id],
  });
  expect(transfer.statusCode, transfer.body).toBe(202);
  await journal.stop();
  await registry.close();
});

async function aBundleLeft({ primary }: TestRegistry): Promise<{ id: number }> {
  const { rows } = await primary.query(
    "SELECT id::int FROM bundle WHERE account_id = $1 AND status = 'Active' LIMIT 1",
    [market.source.id],
  );
  return rows[0];
}

test.each(['name', 'lsn', 'time'] as const)(
  'restored to a point before a mistake by its %s, it has what was acknowledged before and nothing later, and the stream is reported as ahead',
  async (by) => {
    const folder = await server.restoredFolder(`to-a-${by}`);
    const from = ['--backup', backup, '--archive', server.archive];
    const toPoint = [`--to-${by}`, point[by]];
    const answer = await server.run('restore', ...from, '--into', folder.primary, ...toPoint);
    expect(answer).toMatchObject({ code: 0 });
    const { registry, ownerUrl } = await reopen(await server.startRestored(folder));

    const there = new Set(await successes(registry));
    expect(beforeThePoint.filter((id) => !there.has(id))).toEqual([]);
    expect(there.has(afterThePoint)).toBe(false);

    const { DATABASE_WRITE_URL: writeUrl } = registry.config;
    const onOldStream = environmentOf(registry, ownerUrl, eventStore.environment);
    const before = await eventStore.log.last();
    const stopped = startJournal({ writeUrl, ...eventStore.options, onError: () => {} });
    await vi.waitFor(() => expect(stopped.status().eventStore).toBe('diverged'), 30_000);
    await stopped.stop();
    expect(await runProgram('verify-journal', onOldStream)).toMatchObject({ code: 1 });
    expect(await eventStore.log.last()).toEqual(before);

    const stream = `${eventStore.log.stream}-${by}`;
    const journal = await relayed(registry, stream);
    const onNewStream = { ...onOldStream, ESDB_STREAM: stream };
    expect(await runProgram('verify-journal', onNewStream)).toMatchObject({ code: 0 });
    expect(await runProgram('check-registry', onNewStream)).toMatchObject({ code: 0 });
    await journal.stop();
    await registry.close();
  },
);

test('a restore refuses what it cannot do, and changes nothing', async () => {
  const { primary } = await server.restoredFolder('refused');
  const archive = ['--archive', server.archive];
  const from = ['--backup', backup, ...archive];
  const refusals: [args: string[], code: number, why: string][] = [
    [from, 2, 'usage'],
    [[...from, '--into', primary, '--to-lsn', '0/1', '--to-name', 'a'], 2, 'usage'],
    [['--backup', server.backups, ...archive, '--into', primary], 1, 'is not a backup'],
    [['--backup', backup, '--archive', `${primary}-none`, '--into', primary], 1, 'there is no archive'],
    [[...from, '--into', server.archive], 1, 'is not empty'],
    [[...from, '--into', primary, '--to-name', "a'; rm"], 1, 'are refused'],
  ];
  for (const [args, code, why] of refusals) {
    const answer = await server.run('restore', ...args);
    expect(answer).toMatchObject({ code, output: expect.stringContaining(why) });
  }
});

test('a restore to a point that the WAL lacks fails with a message', async () => {
  const { primary } = await server.restoredFolder('never');
  const from = ['--backup', backup, '--archive', server.archive];
  const answer = await server.run(
    'restore',
    ...from,
    '--into',
    primary,
    '--to-name',
    'a point that never was',
  );
  expect(answer).toMatchObject({
    code: 1,
    output: expect.stringContaining('before configured recovery target'),
  });
});

test('a restore to the end does not accept a gap in the WAL as the end', async () => {
  const folder = await server.restoredFolder('beyond-a-gap');
  const gap = (await readdir(server.archive)).filter(isSegment).sort().at(-2) ?? '';
  const [there, away] = [join(server.archive, gap), join(folder.dataDir, gap)];
  await rename(there, away);
  const from = ['--backup', backup, '--archive', server.archive];
  const answer = await server.run('restore', ...from, '--into', folder.primary);
  await rename(away, there);
  expect(answer).toMatchObject({ code: 1, output: expect.stringContaining('the log breaks off after') });
});

test('pruning removes the oldest backups and the WAL that only they needed, and the others can be restored', async () => {
  await mkdir(join(server.backups, '20200101T000000Z'));
  const segments = async () => (await readdir(server.archive)).filter(isSegment);
  const kept = await segments();
  const answer = await server.run('prune-backups', server.backups, server.archive, '1');
  expect(answer).toMatchObject({ code: 0, output: expect.stringContaining('Removed 1 backups') });
  expect(await readdir(server.backups)).toEqual([basename(backup)]);
  const first = /kept from ([0-9A-F]{24}) on/.exec(answer.output)?.[1] ?? '';
  expect(kept).toContain(first);
  expect(await segments()).toEqual(kept.filter((name) => name >= first));
  expect((await segments()).length).toBeLessThan(kept.length);

  const { primary } = await server.restoredFolder('after-pruning');
  const from = ['--backup', backup, '--archive', server.archive, '--into', primary];
  expect(await server.run('restore', ...from)).toMatchObject({ code: 0 });
});

test('a WAL segment is archived once, and a different one of its name is refused', async () => {
  const archiveWal = (segment: string) =>
    server.run('archive-wal', server.archive, join(server.archive, segment), 'a-name');
  const [one = '', another = ''] = (await readdir(server.archive)).filter((name) =>
    /^[0-9A-F]{24}$/.test(name),
  );
  expect(await archiveWal(one)).toMatchObject({ code: 0 });
  expect(await archiveWal(one)).toMatchObject({ code: 0 });
  expect(await archiveWal(another)).toMatchObject({
    code: 1,
    output: expect.stringContaining('is not overwritten'),
  });
  expect(await readdir(server.archive)).toContain('a-name');
});
