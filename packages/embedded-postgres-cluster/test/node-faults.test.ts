import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type EmbeddedCluster, startEmbeddedCluster } from '../src/index.ts';
import { clusterOptions, insertValue, isAlive, query, readValues } from './clusters.ts';

/** Outages of one node, as tests of an application cause them. */
const waitOptions = { timeout: 30_000, interval: 50 };
let dataDir: string;
let cluster: EmbeddedCluster;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'embedded-'));
  cluster = await startEmbeddedCluster(await clusterOptions({ dataDir }));
});
beforeEach(() => insertValue(cluster, 'before'));
afterEach(async () => {
  await cluster.primary.start();
  await cluster.standby.start();
  await query(cluster.primary, 'drop table note');
});
afterAll(async () => {
  await cluster.stop();
  await rm(dataDir, { recursive: true });
});

const standbyHas = (...values: string[]) =>
  vi.waitFor(async () => expect(await readValues(cluster.standby)).toEqual(values), waitOptions);

test('a killed primary starts again with its data and its port, and the standby follows', async () => {
  const { primary } = cluster;
  const [pid, url] = [primary.pid(), primary.url()];
  await primary.kill();
  expect(isAlive(pid)).toBe(false);
  expect(primary.pid()).toBeUndefined();
  await primary.start();
  expect(primary.url()).toBe(url);
  await insertValue(cluster, 'later');
  await standbyHas('before', 'later');
});

test('a primary that was stopped in immediate mode recovers what was committed', async () => {
  await cluster.primary.stop('immediate');
  await cluster.primary.start();
  expect(await readValues(cluster.primary)).toEqual(['before']);
});

test('a standby answers while its primary is stopped', async () => {
  await standbyHas('before');
  await cluster.primary.stop();
  expect(await readValues(cluster.standby)).toEqual(['before']);
});

test('a stopped or killed standby catches up, and commits do not wait for it', async () => {
  await cluster.standby.stop();
  await insertValue(cluster, 'during');
  await cluster.standby.start();
  await standbyHas('before', 'during');
  await cluster.standby.kill();
  await insertValue(cluster, 'once more');
  await cluster.standby.start();
  await standbyHas('before', 'during', 'once more');
});

test('stopping a stopped node and starting a running node have no effect', async () => {
  const { standby } = cluster;
  await Promise.all([standby.stop(), standby.stop()]);
  expect(standby.pid()).toBeUndefined();
  await Promise.all([standby.start(), standby.start()]);
  const pid = standby.pid();
  await standby.start();
  expect(standby.pid()).toBe(pid);
});
