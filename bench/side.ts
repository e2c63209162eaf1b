import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedCluster, startEmbeddedCluster } from 'embedded-postgres-cluster';
import pg from 'pg';
import { type Data, fill } from './fill.ts';
import type { Revision } from './revision.ts';

/** A revision of the registry on a cluster of its own, with the same data as every other side. */
export interface Side {
  readonly name: string;
  /** The sources of the revision, built. */
  readonly folder: string;
  readonly cluster: EmbeddedCluster;
  /** The settings of the registry. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly data: Data;
  close(): Promise<void>;
}

export interface SideOptions {
  readonly bundles: number;
  /** Settings of Postgres beside those of the embedded cluster. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts a cluster, migrates it with the revision's own program, and fills it. */
export async function openSide(
  { name, folder }: Revision,
  { bundles, settings }: SideOptions,
): Promise<Side> {
  const dataDir = await mkdtemp(join(tmpdir(), 'registry-bench-'));
  const cluster = await startEmbeddedCluster({
    dataDir,
    primaryPort: 25_436,
    standbyPort: 25_438,
    database: 'registry',
    settings: { ...SETTINGS, ...settings },
  });
  const close = async () => {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const environment = environmentOf(cluster);
    const program = ['--import', 'tsx', 'src/command/update-database.ts'];
    await promisify(execFile)(process.execPath, program, {
      cwd: folder,
      env: { ...process.env, ...environment },
    });
    const data = await asOwner(cluster, (owner) => fill(owner, bundles));
    return { name, folder, cluster, environment, logFile: join(dataDir, 'registry.log'), data, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Loading a million rows must not end in a row of checkpoints, which would fall into the measurements. */
const SETTINGS = { max_wal_size: '4GB', checkpoint_timeout: '30min' };

/** Production settings, with limits that account for every request and refuse none. */
function environmentOf({ primary, standby }: EmbeddedCluster): Record<string, string> {
  const ownerUrl = primary.url('registry');
  const { password } = new URL(ownerUrl);
  return {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    RATE_LIMIT_PER_MINUTE: '1000000',
    MAX_MUTATIONS_PER_USER: '1000',
    REFUSALS_PER_MINUTE: '0',
    DATABASE_OWNER_URL: ownerUrl,
    DATABASE_WRITE_URL: primary.url('registry', 'registry_app', password),
    DATABASE_READ_URLS: standby.url('registry', 'registry_reader', password),
  };
}

/** Gives `work` a connection of the superuser to the primary. */
export async function asOwner<T>(
  { primary }: EmbeddedCluster,
  work: (owner: pg.Client) => Promise<T>,
): Promise<T> {
  const owner = new pg.Client({ connectionString: primary.url('registry'), options: '-c timezone=UTC' });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
