import { chown, cp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { aCluster, aFolder, query, valuesOn, write } from './clusters.ts';

/** A standby that cannot follow its primary is made anew at the next start. */

test('a standby whose folder was deleted, or is broken, is made anew from the primary', async () => {
  const dataDir = await aFolder();
  const first = await aCluster({ dataDir });
  await write(first, 'one');
  await first.stop();
  await rm(join(dataDir, 'standby'), { recursive: true });

  const second = await aCluster({ dataDir });
  expect(await valuesOn(second.standby)).toEqual(['one']);
  await second.stop();
  await rm(join(dataDir, 'standby', 'pg_wal'), { recursive: true });

  const third = await aCluster({ dataDir });
  expect(await valuesOn(third.standby)).toEqual(['one']);
});

test('a standby is made anew also when the primary was not shut down', async () => {
  const dataDir = await aFolder();
  const first = await aCluster({ dataDir });
  await write(first, 'one');
  await first.primary.kill();
  await first.stop();
  await rm(join(dataDir, 'standby'), { recursive: true });
  const second = await aCluster({ dataDir });
  expect(await valuesOn(second.standby)).toEqual(['one']);
});

test('a standby that was promoted, and has written on its own, is made anew', async () => {
  const dataDir = await aFolder();
  const first = await aCluster({ dataDir });
  await write(first, 'one');
  await query(first.standby, 'select pg_promote()');
  await query(first.standby, "insert into note values ('astray')");
  await first.stop();
  const second = await aCluster({ dataDir });
  expect(await valuesOn(second.standby)).toEqual(['one']);
});

test('a standby of another primary is made anew', async () => {
  const dataDir = await aFolder();
  await (await aCluster({ dataDir })).stop();
  await rm(join(dataDir, 'primary'), { recursive: true });
  const cluster = await aCluster({ dataDir });
  await write(cluster, 'one');
  await vi.waitFor(async () => expect(await valuesOn(cluster.standby)).toEqual(['one']));
});

test('a standby that is ahead of its primary, which an older one has replaced, is made anew', async () => {
  const dataDir = await aFolder();
  const [primary, older] = [join(dataDir, 'primary'), join(dataDir, 'older')];
  await (await aCluster({ dataDir })).stop();
  const { uid, gid } = await stat(primary);
  await cp(primary, older, { recursive: true, verbatimSymlinks: true });
  // As root the copy has to go back to whom Postgres runs as.
  for (const entry of ['.', ...(await readdir(older, { recursive: true }))])
    await chown(join(older, entry), uid, gid);

  const second = await aCluster({ dataDir });
  await write(second, 'lost');
  await second.stop();
  await rm(primary, { recursive: true });
  await rename(older, primary);

  const log = vi.fn();
  const third = await aCluster({ dataDir, log });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/ahead/));
  expect(await valuesOn(third.standby)).toEqual([]);
});
