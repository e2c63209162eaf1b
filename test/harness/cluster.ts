import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/database/migrate.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/index.ts';
import { atDatabase, READ_USER, TEMPLATE, WRITE_USER } from './urls.ts';

/** URLs of the superuser, to the template. */
export interface ClusterUrls {
  readonly primary: string;
  readonly standby: string;
}

export interface TestCluster {
  readonly cluster: EmbeddedCluster;
  readonly urls: ClusterUrls;
  stop(): Promise<void>;
}

/** A cluster with a migrated template, which registries copy. */
export async function startTestCluster(options: {
  primaryPort: number;
  standbyPort: number;
  settings?: Record<string, string>;
}): Promise<TestCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'registry-test-'));
  const cluster = await startEmbeddedCluster({
    ...options,
    dataDir,
    database: TEMPLATE,
    settings: { fsync: 'off', full_page_writes: 'off', ...options.settings },
  });
  const urls = { primary: cluster.primary.url(TEMPLATE), standby: cluster.standby.url(TEMPLATE) };
  await migrate({
    ownerUrl: urls.primary,
    writeUrl: atDatabase(urls.primary, TEMPLATE, WRITE_USER),
    readUrls: [atDatabase(urls.primary, TEMPLATE, READ_USER)],
  });
  return {
    cluster,
    urls,
    async stop() {
      await cluster.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
