import { chmod, lstat, mkdir, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aCluster, aFolder, query, valuesOn, write } from './clusters.ts';

/** Postgres refuses root, so another user runs it, who may not be able to go where root keeps the data folder. */
const asRoot = test.runIf(process.getuid?.() === 0);

asRoot('as root, another user runs Postgres and owns its files', async () => {
  const dataDir = await aFolder();
  const { primary } = await aCluster({ dataDir });
  expect((await lstat(join(dataDir, 'primary'))).uid).not.toBe(0);
  expect(await query(primary, 'select 1 as one')).toEqual([{ one: 1 }]);
});

asRoot(
  'a data folder behind a closed one has its data elsewhere, and keeps it when it is renamed',
  async () => {
    const closed = await aFolder();
    await chmod(closed, 0o700);
    const [dataDir, renamed] = [join(closed, 'data'), join(closed, 'renamed')];
    const first = await aCluster({ dataDir });
    const elsewhere = await readlink(join(dataDir, 'elsewhere'));
    onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
    await write(first, 'one');
    await first.stop();
    await rename(dataDir, renamed);
    const other = await aCluster({ dataDir });
    const elsewhereToo = await readlink(join(dataDir, 'elsewhere'));
    onTestFinished(() => rm(elsewhereToo, { recursive: true, force: true }));
    expect(await valuesOn(other.primary)).toEqual([]);
    const second = await aCluster({ dataDir: renamed });
    expect(await valuesOn(second.primary)).toEqual(['one']);
  },
);

asRoot('a data folder that was removed does not come back with its old data', async () => {
  const closed = await aFolder();
  await chmod(closed, 0o700);
  const dataDir = join(closed, 'data');
  const first = await aCluster({ dataDir });
  const elsewhere = await readlink(join(dataDir, 'elsewhere'));
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  await write(first, 'one');
  await first.stop();
  await rm(join(dataDir, 'elsewhere'));
  await mkdir(dataDir, { recursive: true });
  const second = await aCluster({ dataDir });
  expect(await readlink(join(dataDir, 'elsewhere'))).toBe(elsewhere);
  expect(await valuesOn(second.primary)).toEqual([]);
});
