import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { forkCluster, killProcess } from './child-process.ts';
import { clusterOptions, insertValue, isAlive, makeFolder, readValues, startCluster } from './clusters.ts';

test('a start that is killed at any moment is made good by the next one', async () => {
  for (const afterMs of [500, 800, 1_100, 1_400]) {
    const dataDir = await makeFolder();
    const child = forkCluster(await clusterOptions({ dataDir }));
    await sleep(afterMs);
    await killProcess(child);
    const cluster = await startCluster({ dataDir });
    await insertValue(cluster, 'good');
    await cluster.stop();
    expect((await readdir(dataDir)).sort()).toEqual([
      'password',
      'primary',
      'primary.log',
      'standby',
      'standby.log',
    ]);
  }
});

test('what a broken-off initdb, a broken-off copy and a broken-off lock have left is thrown away', async () => {
  const dataDir = await makeFolder();
  await writeFile(join(dataDir, 'cluster.lock.draft-3'), '');
  for (const tempPath of ['primary.draft-1', 'standby.draft-2']) {
    await mkdir(join(dataDir, tempPath, 'base'), { recursive: true });
    await writeFile(join(dataDir, tempPath, 'PG_VERSION'), '18\n');
  }
  await startCluster({ dataDir });
  expect((await readdir(dataDir)).filter((name) => name.includes('draft'))).toEqual([]);
});

test('a pid file that is stale, even one whose pid is now a stranger, is no obstacle and the stranger lives', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'kept');
  const pidFile = await readFile(join(dataDir, 'primary', 'postmaster.pid'), 'utf8');
  await first.stop();
  const stranger = process.ppid;
  await writeFile(join(dataDir, 'primary', 'postmaster.pid'), pidFile.replace(/^\d+/, String(stranger)));
  await writeFile(join(dataDir, 'standby', 'postmaster.pid'), pidFile.replace(/^\d+/, '99999999'));
  const second = await startCluster({ dataDir });
  expect(await readValues(second.primary)).toEqual(['kept']);
  expect(isAlive(stranger)).toBe(true);
});

test('a lock whose process is gone, and one that a crash has torn, are taken over', async () => {
  const dataDir = await makeFolder();
  const ofBefore = JSON.stringify({ pid: process.pid, identity: 'of before' });
  for (const lock of [ofBefore, '{"pid":']) {
    await writeFile(join(dataDir, 'cluster.lock'), lock);
    await (await startCluster({ dataDir })).stop();
  }
  expect(await readdir(dataDir)).not.toContain('cluster.lock');
});

test('of many who find a stale lock one gets the folder', async () => {
  const dataDir = await makeFolder();
  await writeFile(join(dataDir, 'cluster.lock'), JSON.stringify({ pid: 99_999_999, identity: '' }));
  const starts = await Promise.allSettled([1, 2, 3, 4].map(() => startCluster({ dataDir })));
  expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a primary whose password is gone, of another version, or broken, is an error and is left as it is', async () => {
  const dataDir = await makeFolder();
  await (await startCluster({ dataDir })).stop();
  const password = await readFile(join(dataDir, 'password'));
  await rm(join(dataDir, 'password'));
  await expect(startCluster({ dataDir })).rejects.toThrow(/password is missing/);
  await writeFile(join(dataDir, 'password'), password, { mode: 0o600 });
  const primary = join(dataDir, 'primary');
  await writeFile(join(primary, 'PG_VERSION'), '17\n');
  await expect(startCluster({ dataDir })).rejects.toThrow(/written by PostgreSQL 17/);
  await rm(join(primary, 'global', 'pg_control'));
  await expect(startCluster({ dataDir })).rejects.toThrow(/primary is broken/);
});

test('a setting that Postgres refuses is an error with its words, and frees the folder', async () => {
  const dataDir = await makeFolder();
  const settings = { fsync: 'off', shared_buffers: 'plenty' };
  await expect(startCluster({ dataDir, settings })).rejects.toThrow(
    /invalid value for parameter "shared_buffers"/,
  );
  await startCluster({ dataDir });
});
