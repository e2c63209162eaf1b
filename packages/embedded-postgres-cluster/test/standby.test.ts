import { chown, cp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { insertValue, makeFolder, query, readValues, startCluster } from './clusters.ts';

/** A start replaces a standby that cannot follow its primary. */

test('a deleted or broken standby is copied from the primary again', async () => {
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

test('a standby is also replaced if the primary was not shut down cleanly', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'one');
  await first.primary.kill();
  await first.stop();
  await rm(join(dataDir, 'standby'), { recursive: true });
  const second = await startCluster({ dataDir });
  expect(await readValues(second.standby)).toEqual(['one']);
});

test('a standby that was promoted and written to is replaced', async () => {
  const dataDir = await makeFolder();
  const first = await startCluster({ dataDir });
  await insertValue(first, 'one');
  await query(first.standby, 'select pg_promote()');
  await query(first.standby, "insert into note values ('diverged')");
  await first.stop();
  const second = await startCluster({ dataDir });
  expect(await readValues(second.standby)).toEqual(['one']);
});

test('a standby of another primary is replaced', async () => {
  const dataDir = await makeFolder();
  await (await startCluster({ dataDir })).stop();
  await rm(join(dataDir, 'primary'), { recursive: true });
  const cluster = await startCluster({ dataDir });
  await insertValue(cluster, 'one');
  await vi.waitFor(async () => expect(await readValues(cluster.standby)).toEqual(['one']));
});

test('a standby that is ahead of a primary restored to an earlier state is replaced', async () => {
  const dataDir = await makeFolder();
  const [primary, older] = [join(dataDir, 'primary'), join(dataDir, 'older')];
  await (await startCluster({ dataDir })).stop();
  const { uid, gid } = await stat(primary);
  await cp(primary, older, { recursive: true, verbatimSymlinks: true });
  // As root, the copy must belong to the user that runs Postgres.
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
