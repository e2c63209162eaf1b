import { chown, cp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { insertValue, makeFolder, query, readValues, startCluster } from './clusters.ts';

/** A standby that cannot follow its primary is made anew at the next start. */

test('a standby whose folder was deleted, or is broken, is made anew from the primary', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'one');
  await first.stop();
  await rm(join(dataDir, 'standby'), { recursive: true });

  const second = await startCluster({ dataDir });
  expect(await readValues(second.standby)).toEqual(['one']);
  await second.stop();
  await rm(join(dataDir, 'standby', 'pg_wal'), { recursive: true });

  const third = await startCluster({ dataDir });
  expect(await readValues(third.standby)).toEqual(['one']);
});

test('a standby is made anew also when the primary was not shut down', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'one');
  await first.primary.kill();
  await first.stop();
  await rm(join(dataDir, 'standby'), { recursive: true });
  const second = await startCluster({ dataDir });
  expect(await readValues(second.standby)).toEqual(['one']);
});

test('a standby that was promoted, and has written on its own, is made anew', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'one');
  await query(first.standby, 'select pg_promote()');
  await query(first.standby, "insert into note values ('astray')");
  await first.stop();
  const second = await startCluster({ dataDir });
  expect(await readValues(second.standby)).toEqual(['one']);
});

test('a standby of another primary is made anew', async () => {
  const dataDir = await makeFolder();
  await (await startCluster({ dataDir })).stop();
  await rm(join(dataDir, 'primary'), { recursive: true });
  const cluster = await startCluster({ dataDir });
  await insertValue(cluster, 'one');
  await vi.waitFor(async () => expect(await readValues(cluster.standby)).toEqual(['one']));
});

test('a standby that is ahead of its primary, which an older one has replaced, is made anew', async () => {
  const dataDir = await makeFolder();
  const [primary, older] = [join(dataDir, 'primary'), join(dataDir, 'older')];
  await (await startCluster({ dataDir })).stop();
  const { uid, gid } = await stat(primary);
  await cp(primary, older, { recursive: true, verbatimSymlinks: true });
  // As root the copy has to go back to whom Postgres runs as.
  for (const entry of ['.', ...(await readdir(older, { recursive: true }))])
    await chown(join(older, entry), uid, gid);

  const second = await startCluster({ dataDir });
  await insertValue(second, 'lost');
  await second.stop();
  await rm(primary, { recursive: true });
  await rename(older, primary);

  const log = vi.fn();
  const third = await startCluster({ dataDir, log });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/ahead/));
  expect(await readValues(third.standby)).toEqual([]);
});
