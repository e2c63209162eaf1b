import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedCluster, startEmbeddedCluster } from 'embedded-postgres-cluster';
import { type Config, readConfig } from '../src/config.ts';
import { migrate } from '../src/database/migrate.ts';

/** Runs `work` on a migrated cluster of its own, and removes the cluster afterwards. */
export async function withCluster(
  work: (cluster: EmbeddedCluster, config: Config) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'registry-bench-'));
  const cluster = await startEmbeddedCluster({
    dataDir,
    primaryPort: 25_436,
    standbyPort: 25_438,
    database: 'registry',
  });
  try {
    const ownerUrl = cluster.primary.url('registry');
    const { password } = new URL(ownerUrl);
    const config = readConfig({
      PORT: '0',
      RATE_LIMIT_PER_MINUTE: '0',
      DATABASE_WRITE_URL: cluster.primary.url('registry', 'registry_app', password),
      DATABASE_READ_URLS: cluster.standby.url('registry', 'registry_reader', password),
    });
    await migrate({ ownerUrl, writeUrl: config.DATABASE_WRITE_URL, readUrls: config.DATABASE_READ_URLS });
    await work(cluster, config);
  } finally {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
