import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { forkCluster, killProcess } from './child-process.ts';
import { clusterOptions, insertValue, isAlive, makeFolder, readValues, startCluster } from './clusters.ts';

test('the next start repairs a start that was killed at any moment', async () => {
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

test('a start removes the temporary files of an interrupted initdb, copy and lock', async () => {
  const dataDir = await makeFolder();
  await writeFile(join(dataDir, 'cluster.lock.tmp-3'), '');
  for (const tempPath of ['primary.tmp-1', 'standby.tmp-2']) {
    await mkdir(join(dataDir, tempPath, 'base'), { recursive: true });
    await writeFile(join(dataDir, tempPath, 'PG_VERSION'), '18\n');
  }
  await startCluster({ dataDir });
  expect((await readdir(dataDir)).filter((name) => name.includes('.tmp-'))).toEqual([]);
});

test('a stale pid file does not prevent a start, and another process with its pid is not touched', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'kept');
  const pidFile = await readFile(join(dataDir, 'primary', 'postmaster.pid'), 'utf8');
  await first.stop();
  const otherProcess = process.ppid;
  await writeFile(join(dataDir, 'primary', 'postmaster.pid'), pidFile.replace(/^\d+/, String(otherProcess)));
  await writeFile(join(dataDir, 'standby', 'postmaster.pid'), pidFile.replace(/^\d+/, '99999999'));
  const second = await startCluster({ dataDir });
  expect(await readValues(second.primary)).toEqual(['kept']);
  expect(isAlive(otherProcess)).toBe(true);
});

test('the lock of a process that no longer exists and a truncated lock are replaced', async () => {
  const dataDir = await makeFolder();
  const staleLock = JSON.stringify({ pid: process.pid, identity: 'of an earlier process' });
  for (const lock of [staleLock, '{"pid":']) {
    await writeFile(join(dataDir, 'cluster.lock'), lock);
    await (await startCluster({ dataDir })).stop();
  }
  expect(await readdir(dataDir)).not.toContain('cluster.lock');
});

test('of several starts that find a stale lock, one gets the folder', async () => {
  const dataDir = await makeFolder();
  await writeFile(join(dataDir, 'cluster.lock'), JSON.stringify({ pid: 99_999_999, identity: '' }));
  const starts = await Promise.allSettled([1, 2, 3, 4].map(() => startCluster({ dataDir })));
  expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a primary without its password, of another version, or broken is refused and left unchanged', async () => {
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

test('a setting that Postgres refuses fails with its message and releases the folder', async () => {
  const dataDir = await makeFolder();
  const settings = { fsync: 'off', shared_buffers: 'plenty' };
  await expect(startCluster({ dataDir, settings })).rejects.toThrow(
    /invalid value for parameter "shared_buffers"/,
  );
  await startCluster({ dataDir });
});
