import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedCluster, startEmbeddedCluster } from 'embedded-postgres-cluster';
import pg from 'pg';
import { findBinaries } from '../../../packages/embedded-postgres-cluster/src/binaries.ts';
import { changeOwner, osUserForPostgres } from '../../../packages/embedded-postgres-cluster/src/os-user.ts';
import { freePort } from '../../../packages/embedded-postgres-cluster/test/clusters.ts';
import { type ClusterUrls, startTestCluster, type TestCluster } from '../../harness/cluster.ts';
import { type Ended, ended } from '../../harness/program.ts';
import { TEMPLATE } from '../../harness/urls.ts';

const STAND_IN = fileURLToPath(new URL('stand-in-basebackup.ts', import.meta.url));
const FAST = { fsync: 'off', shared_buffers: '16MB' };

/** A cluster whose primary archives its log, and the folders and programs to back it up and to restore it. */
export interface ArchivedCluster {
  readonly urls: ClusterUrls;
  readonly cluster: EmbeddedCluster;
  readonly backups: string;
  readonly archive: string;
  /** The data folder of the primary, which stays when it is killed. */
  readonly primaryFolder: string;
  /** Runs one of `ops`, as Postgres' account where that is another than ours. */
  run(program: string, ...args: string[]): Promise<Ended>;
  /** The end of a restore: a cluster on a data folder, with a standby of its own. */
  startRestored(folder: RestoredFolder): Promise<EmbeddedCluster>;
  restoredFolder(name: string): Promise<RestoredFolder>;
  stop(): Promise<void>;
}

/** Where a restore goes: a cluster's folder, and in it that of its primary. */
export interface RestoredFolder {
  readonly dataDir: string;
  readonly primary: string;
}

export async function anArchivedCluster(): Promise<ArchivedCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'recovery-'));
  await chmod(folder, 0o711); // As root, Postgres runs as another user, who has to pass.
  const [ops, backups, archive] = ['ops', 'backups', 'archive'].map((name) => join(folder, name));
  if (!ops || !backups || !archive) throw new Error('three folders');
  await cp('ops', ops, { recursive: true });
  const tested = await startTestCluster({
    primaryPort: await freePort(),
    standbyPort: await freePort(),
    settings: {
      ...FAST,
      archive_mode: 'on',
      archive_command: `${ops}/archive-wal ${archive} "%p" "%f"`,
    },
  });
  const primaryFolder = await dataFolderOf(tested);
  const account = await osUserForPostgres([primaryFolder]);
  const own = async (path: string) => {
    await mkdir(path);
    if (account) await chown(path, account.uid, account.gid);
    return path;
  };
  await own(backups);
  await own(archive);
  const { pgCtl } = await findBinaries(account, () => undefined);
  const bin = await programs(folder, dirname(pgCtl));
  const started: EmbeddedCluster[] = [];

  return {
    ...tested,
    backups,
    archive,
    primaryFolder,
    async run(program, ...args) {
      const env = { PATH: process.env.PATH, PG_BIN: bin, DATABASE_OWNER_URL: tested.urls.primary };
      if (program === 'backup') {
        // By ourselves: the stand-in of pg_basebackup runs the project's TypeScript, which only we are sure to reach.
        const answer = await ended(join(ops, program), args, { env });
        await changeOwner(backups, account);
        return answer;
      }
      const as = account ? { uid: account.uid, gid: account.gid } : {};
      return ended(join(ops, program), args, { env, cwd: '/', ...as });
    },
    async restoredFolder(name) {
      const dataDir = await own(join(folder, name));
      return { dataDir, primary: join(dataDir, 'primary') };
    },
    async startRestored({ dataDir }) {
      await writeFile(join(dataDir, 'password'), new URL(tested.urls.primary).password, { mode: 0o600 });
      const ports = { primaryPort: await freePort(), standbyPort: await freePort() };
      const cluster = await startEmbeddedCluster({ dataDir, ...ports, database: TEMPLATE, settings: FAST });
      started.push(cluster);
      return cluster;
    },
    async stop() {
      for (const each of started) await each.stop();
      await tested.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

async function dataFolderOf({ urls }: TestCluster): Promise<string> {
  const client = new pg.Client({ connectionString: urls.primary });
  await client.connect();
  const { rows } = await client.query('SHOW data_directory');
  await client.end();
  return rows[0].data_directory;
}

/**
 * A folder to name as PG_BIN: the programs of `TEST_PG_BIN`, where a whole PostgreSQL 18 is at hand, or else the embedded
 * ones with a stand-in for `pg_basebackup`.
 */
async function programs(folder: string, embedded: string): Promise<string> {
  if (process.env.TEST_PG_BIN) return process.env.TEST_PG_BIN;
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = async (name: string, command: string) =>
    writeFile(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  await script('pg_basebackup', `'${process.execPath}' --import tsx '${STAND_IN}'`);
  await script('pg_ctl', `'${embedded}/pg_ctl'`);
  return bin;
}
