import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/database/migrate.ts';
import { startEmbeddedCluster } from '../../src/embedded/index.ts';
import { atDatabase, READ_USER, TEMPLATE, WRITE_USER } from './urls.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URLs of the superuser. */
    cluster: { primary: string; standby: string };
  }
}

/** One cluster for the whole run, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'registry-test-'));
  const cluster = await startEmbeddedCluster({
    dataDir,
    primaryPort: 15_436,
    standbyPort: 15_438,
    database: TEMPLATE,
    settings: { fsync: 'off', full_page_writes: 'off' },
  });
  const urls = { primary: cluster.primary.url(TEMPLATE), standby: cluster.standby.url(TEMPLATE) };
  await migrate({
    ownerUrl: urls.primary,
    writeUrl: atDatabase(urls.primary, TEMPLATE, WRITE_USER),
    readUrls: [atDatabase(urls.primary, TEMPLATE, READ_USER)],
  });
  project.provide('cluster', urls);
  return async () => {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
