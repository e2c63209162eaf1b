import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { aProcessThatStarts, killed } from './child-process.ts';
import { aCluster, aFolder, isAlive, someOptions, valuesOn, write } from './clusters.ts';

test('a start that is killed at any moment is made good by the next one', async () => {
  for (const afterMs of [500, 800, 1_100, 1_400]) {
    const dataDir = await aFolder();
    const child = aProcessThatStarts(await someOptions({ dataDir }));
    await sleep(afterMs);
    await killed(child);
    const cluster = await aCluster({ dataDir });
    await write(cluster, 'good');
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
  const dataDir = await aFolder();
  await writeFile(join(dataDir, 'cluster.lock.draft-3'), '');
  for (const draft of ['primary.draft-1', 'standby.draft-2']) {
    await mkdir(join(dataDir, draft, 'base'), { recursive: true });
    await writeFile(join(dataDir, draft, 'PG_VERSION'), '18\n');
  }
  await aCluster({ dataDir });
  expect((await readdir(dataDir)).filter((name) => name.includes('draft'))).toEqual([]);
});

test('a pid file that is stale, even one whose pid is now a stranger, is no obstacle and the stranger lives', async () => {
  const dataDir = await aFolder();
  const first = await aCluster({ dataDir });
  await write(first, 'kept');
  const pidFile = await readFile(join(dataDir, 'primary', 'postmaster.pid'), 'utf8');
  await first.stop();
  const stranger = process.ppid;
  await writeFile(join(dataDir, 'primary', 'postmaster.pid'), pidFile.replace(/^\d+/, String(stranger)));
  await writeFile(join(dataDir, 'standby', 'postmaster.pid'), pidFile.replace(/^\d+/, '99999999'));
  const second = await aCluster({ dataDir });
  expect(await valuesOn(second.primary)).toEqual(['kept']);
  expect(isAlive(stranger)).toBe(true);
});

test('a lock whose process is gone, and one that a crash has torn, are taken over', async () => {
  const dataDir = await aFolder();
  const ofBefore = JSON.stringify({ pid: process.pid, identity: 'of before' });
  for (const lock of [ofBefore, '{"pid":']) {
    await writeFile(join(dataDir, 'cluster.lock'), lock);
    await (await aCluster({ dataDir })).stop();
  }
  expect(await readdir(dataDir)).not.toContain('cluster.lock');
});

test('of many who find a stale lock one gets the folder', async () => {
  const dataDir = await aFolder();
  await writeFile(join(dataDir, 'cluster.lock'), JSON.stringify({ pid: 99_999_999, identity: '' }));
  const starts = await Promise.allSettled([1, 2, 3, 4].map(() => aCluster({ dataDir })));
  expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a primary whose password is gone, of another version, or broken, is an error and is left as it is', async () => {
  const dataDir = await aFolder();
  await (await aCluster({ dataDir })).stop();
  const password = await readFile(join(dataDir, 'password'));
  await rm(join(dataDir, 'password'));
  await expect(aCluster({ dataDir })).rejects.toThrow(/password is missing/);
  await writeFile(join(dataDir, 'password'), password, { mode: 0o600 });
  const primary = join(dataDir, 'primary');
  await writeFile(join(primary, 'PG_VERSION'), '17\n');
  await expect(aCluster({ dataDir })).rejects.toThrow(/written by PostgreSQL 17/);
  await rm(join(primary, 'global', 'pg_control'));
  await expect(aCluster({ dataDir })).rejects.toThrow(/primary is broken/);
});

test('a setting that Postgres refuses is an error with its words, and frees the folder', async () => {
  const dataDir = await aFolder();
  const settings = { fsync: 'off', shared_buffers: 'plenty' };
  await expect(aCluster({ dataDir, settings })).rejects.toThrow(
    /invalid value for parameter "shared_buffers"/,
  );
  await aCluster({ dataDir });
});
