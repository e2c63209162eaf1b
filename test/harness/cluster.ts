import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedCluster, startEmbeddedCluster } from 'embedded-postgres-cluster';
import { migrateTemplate } from './template.ts';
import { type ClusterUrls, TEMPLATE } from './urls.ts';

export type { ClusterUrls };

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
  await migrateTemplate(urls);
  return {
    cluster,
    urls,
    async stop() {
      await cluster.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
