import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EmbeddedCluster, startEmbeddedCluster } from '../src/index.ts';
import {
  clusterOptions,
  freePort,
  insertValue,
  isAlive,
  makeFolder,
  occupiedPort,
  query,
  readValues,
  startCluster,
} from './clusters.ts';

const waitOptions = { timeout: 30_000, interval: 50 };

describe('a running cluster', () => {
  const settings = { fsync: 'off', work_mem: '7MB', 'registry.note': "it's a \\ test", port: '1' };
  let dataDir: string;
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'embedded-'));
    cluster = await startEmbeddedCluster(await clusterOptions({ dataDir, settings, database: 'of its own' }));
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(dataDir, { recursive: true });
  });

  test('streams from the primary to the standby, which refuses writes', async () => {
    await insertValue(cluster, 'a');
    await vi.waitFor(async () => expect(await readValues(cluster.standby)).toEqual(['a']), waitOptions);
    await expect(query(cluster.standby, 'create table mine ()')).rejects.toThrow(/read-only/);
    expect(await query(cluster.primary, 'select state, sync_state from pg_stat_replication')).toEqual([
      { state: 'streaming', sync_state: 'async' },
    ]);
  });

  test('uses UTF-8 and listens on this machine only', async () => {
    const sql = `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as at`;
    expect(await query(cluster.primary, sql)).toEqual([{ encoding: 'UTF8', at: '127.0.0.1' }]);
  });

  test('requires its password, which only the owner of the folder can read', async () => {
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(cluster.primary.url());
    wrong.password = 'guess';
    await expect(query({ ...cluster.primary, url: () => wrong.href }, 'select 1')).rejects.toThrow(
      /password/,
    );
  });

  test('has URLs, also for another user and another database', async () => {
    const { primary } = cluster;
    expect(await query(primary, 'select current_database() as name')).toEqual([{ name: 'of its own' }]);
    expect(primary.url('registry', 'reader', 'p@ss')).toBe(
      `postgresql://reader:p%40ss@127.0.0.1:${primary.port}/registry`,
    );
    expect(primary.url('registry', 'reader')).toBe(`postgresql://reader@127.0.0.1:${primary.port}/registry`);
  });

  test('applies the settings of the caller to both nodes, except the port', async () => {
    for (const node of [cluster.primary, cluster.standby]) {
      const sql = `select current_setting('work_mem') as memory, current_setting('registry.note') as note`;
      expect(await query(node, sql)).toEqual([{ memory: '7MB', note: "it's a \\ test" }]);
    }
  });

  test('keeps running when a second cluster in its folder is refused', async () => {
    const refusal = `the data folder ${dataDir} is in use by process ${process.pid}`;
    await expect(startEmbeddedCluster({ dataDir })).rejects.toThrow(refusal);
    await expect(startEmbeddedCluster({ dataDir })).rejects.toThrow(refusal);
    expect(await query(cluster.primary, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

test('a restarted cluster has its data and its password, and creates nothing', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'kept');
  const password = new URL(first.primary.url()).password;
  await first.stop();
  const log = vi.fn();
  const second = await startCluster({ dataDir, log });
  expect(await readValues(second.primary)).toEqual(['kept']);
  expect(await readValues(second.standby)).toEqual(['kept']);
  expect(new URL(second.primary.url()).password).toBe(password);
  expect(log).not.toHaveBeenCalled();
});

test('the next free ports are used for ports that are taken, and the log reports them', async () => {
  const [one, two] = [await occupiedPort(), await occupiedPort()];
  const log = vi.fn();
  const { primary, standby } = await startCluster({ primaryPort: one, standbyPort: two, log });
  expect(primary.port).toBeGreaterThan(one);
  expect(standby.port).toBeGreaterThan(two);
  expect(log).toHaveBeenCalledWith(`port ${one} is taken: the primary listens on ${primary.port}`);
  expect(log).toHaveBeenCalledWith(`port ${two} is taken: the standby listens on ${standby.port}`);
});

test('clusters that start with the same ports at the same time in different folders all start', async () => {
  const [primaryPort, standbyPort] = [await freePort(), await freePort()];
  const clusters = await Promise.all([1, 2, 3].map(() => startCluster({ primaryPort, standbyPort })));
  const ports = clusters.flatMap(({ primary, standby }) => [primary.port, standby.port]);
  expect(new Set(ports).size).toBe(6);
});

test('after a stop no server runs, the folder is free, and a second stop has no effect', async () => {
  const dataDir = await makeFolder();
  const cluster = await startCluster({ dataDir });
  const pids = [cluster.primary.pid(), cluster.standby.pid()];
  expect(pids.map(isAlive)).toEqual([true, true]);
  await cluster.stop();
  await cluster.stop();
  expect(pids.map(isAlive)).toEqual([false, false]);
  for (const node of ['primary', 'standby']) {
    expect(await readFile(join(dataDir, `${node}.log`), 'utf8')).toMatch(/database system is shut down\n$/);
  }
  await expect(cluster.primary.start()).rejects.toThrow(/stopped/);
  await rm(dataDir, { recursive: true });
});
