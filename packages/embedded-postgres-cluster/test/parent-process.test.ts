import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startEmbeddedCluster } from '../src/index.ts';
import { forkCluster, interrupt, killProcess, postmasterPids } from './child-process.ts';
import { clusterOptions, insertValue, isAlive, makeFolder, startCluster } from './clusters.ts';

/** The end of the process that has started a cluster. */

test('Postgres stops when the process that started it is killed', async () => {
  const child = forkCluster(await clusterOptions());
  const pids = await postmasterPids(child);
  expect(pids.map(isAlive)).toEqual([true, true]);
  await killProcess(child);
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 30_000 });
});

test('a folder in use by another process is refused, and can be used as soon as that process is killed', async () => {
  const dataDir = await makeFolder();
  const child = forkCluster(await clusterOptions({ dataDir }));
  await postmasterPids(child);
  await expect(startEmbeddedCluster({ dataDir })).rejects.toThrow(`in use by process ${child.pid}`);
  await killProcess(child);
  const cluster = await startCluster({ dataDir });
  await insertValue(cluster, 'mine now');
});

test('the next start stops a Postgres whose parent and supervisor were killed', async () => {
  const dataDir = await makeFolder();
  const child = forkCluster(await clusterOptions({ dataDir }));
  const pids = await postmasterPids(child);
  const supervisors = pids.map(parentOf);
  child.kill('SIGSTOP'); // The parent must not notice the end of the supervisors.
  for (const supervisor of supervisors) process.kill(supervisor, 'SIGKILL');
  await killProcess(child);
  expect(pids.map(isAlive)).toEqual([true, true]);
  const cluster = await startCluster({ dataDir });
  expect(pids.map(isAlive)).toEqual([false, false]);
  await insertValue(cluster, 'mine now');
});

test('Ctrl-C, which signals the whole process group, does not interrupt an orderly shutdown', async () => {
  const dataDir = await makeFolder();
  const child = forkCluster(await clusterOptions({ dataDir }));
  const pids = await postmasterPids(child);
  expect(await interrupt(child)).toBe(0);
  expect(pids.map(isAlive)).toEqual([false, false]);
  for (const node of ['primary', 'standby']) {
    expect(await readFile(join(dataDir, `${node}.log`), 'utf8')).toMatch(/database system is shut down\n$/);
  }
});

function parentOf(pid: number): number {
  if (process.platform === 'linux')
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
}
