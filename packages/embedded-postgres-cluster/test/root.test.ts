import { chmod, lstat, mkdir, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { insertValue, makeFolder, query, readValues, startCluster } from './clusters.ts';

/** Postgres refuses to run as root, so another user runs it, which may not be able to enter the data folder. */
const asRoot = test.runIf(process.getuid?.() === 0);

asRoot('as root, another user runs Postgres and owns its files', async () => {
  const dataDir = await makeFolder();
  const { primary } = await startCluster({ dataDir });
  expect((await lstat(join(dataDir, 'primary'))).uid).not.toBe(0);
  expect(await query(primary, 'select 1 as one')).toEqual([{ one: 1 }]);
});

asRoot(
  'a data folder that the other user cannot enter has its data elsewhere, and keeps it when it is renamed',
  async () => {
    const closed = await makeFolder();
    await chmod(closed, 0o700);
    const [dataDir, renamed] = [join(closed, 'data'), join(closed, 'renamed')];
    const first = await startCluster({ dataDir });
    const elsewhere = await readlink(join(dataDir, 'elsewhere'));
    onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
    await insertValue(first, 'one');
    await first.stop();
    await rename(dataDir, renamed);
    const other = await startCluster({ dataDir });
    const elsewhereToo = await readlink(join(dataDir, 'elsewhere'));
    onTestFinished(() => rm(elsewhereToo, { recursive: true, force: true }));
    expect(await readValues(other.primary)).toEqual([]);
    const second = await startCluster({ dataDir: renamed });
    expect(await readValues(second.primary)).toEqual(['one']);
  },
);

asRoot('a new data folder at the path of a removed one does not contain the old data', async () => {
  const closed = await makeFolder();
  await chmod(closed, 0o700);
  const dataDir = join(closed, 'data');
  const first = await startCluster({ dataDir });
  const elsewhere = await readlink(join(dataDir, 'elsewhere'));
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  await insertValue(first, 'one');
  await first.stop();
  await rm(join(dataDir, 'elsewhere'));
  await mkdir(dataDir, { recursive: true });
  const second = await startCluster({ dataDir });
  expect(await readlink(join(dataDir, 'elsewhere'))).toBe(elsewhere);
  expect(await readValues(second.primary)).toEqual([]);
});
