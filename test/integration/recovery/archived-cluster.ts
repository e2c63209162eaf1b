import { execFileSync } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedCluster, startEmbeddedCluster } from 'embedded-postgres-cluster';
import pg from 'pg';
import { type ClusterUrls, startTestCluster, type TestCluster } from '../../harness/cluster.ts';
import { type Ended, ended } from '../../harness/program.ts';
import { TEMPLATE } from '../../harness/urls.ts';

const FAKE_BASEBACKUP = fileURLToPath(new URL('fake-basebackup.ts', import.meta.url));
const FAST = { fsync: 'off', shared_buffers: '16MB' };

/** A cluster whose primary archives its WAL, with the folders and programs for backup and restore. */
export interface ArchivedCluster {
  readonly urls: ClusterUrls;
  readonly cluster: EmbeddedCluster;
  readonly backups: string;
  readonly archive: string;
  /** The data folder of the primary, which remains after it is killed. */
  readonly primaryFolder: string;
  /** Runs a script of `ops`, as the user of Postgres if that is another one. */
  run(program: string, ...args: string[]): Promise<Ended>;
  /** The end of a restore: a cluster on a data folder, with a new standby. */
  startRestored(folder: RestoredFolder): Promise<EmbeddedCluster>;
  restoredFolder(name: string): Promise<RestoredFolder>;
  stop(): Promise<void>;
}

/** The target of a restore: the folder of a cluster, and in it that of its primary. */
export interface RestoredFolder {
  readonly dataDir: string;
  readonly primary: string;
}

export async function anArchivedCluster(): Promise<ArchivedCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'recovery-'));
  await chmod(folder, 0o711); // As root, Postgres runs as another user, who must be able to enter.
  const [ops, backups, archive] = ['ops', 'backups', 'archive'].map((name) => join(folder, name));
  if (!ops || !backups || !archive) throw new Error('three folders');
  await cp('ops', ops, { recursive: true });
  const tested = await startTestCluster({
    primaryPort: 15_506,
    standbyPort: 15_508,
    settings: {
      ...FAST,
      archive_mode: 'on',
      archive_command: `${ops}/archive-wal ${archive} "%p" "%f"`,
    },
  });
  const primaryFolder = await dataFolderOf(tested);
  const { osUser, binDir } = tested.cluster;
  const own = async (path: string) => {
    await mkdir(path);
    if (osUser) await chown(path, osUser.uid, osUser.gid);
    return path;
  };
  await own(backups);
  await own(archive);
  const bin = await programs(folder, binDir);
  const started: EmbeddedCluster[] = [];

  return {
    ...tested,
    backups,
    archive,
    primaryFolder,
    async run(program, ...args) {
      const env = { PATH: process.env.PATH, PG_BIN: bin, DATABASE_OWNER_URL: tested.urls.primary };
      if (program === 'backup') {
        // Run as this process's own user: the fake pg_basebackup runs TypeScript of the project, which the other user
        // may not be able to read.
        const answer = await ended(join(ops, program), args, { env });
        if (osUser) execFileSync('chown', ['-R', `${osUser.uid}:${osUser.gid}`, backups]);
        return answer;
      }
      const as = osUser ? { uid: osUser.uid, gid: osUser.gid } : {};
      return ended(join(ops, program), args, { env, cwd: '/', ...as });
    },
    async restoredFolder(name) {
      const dataDir = await own(join(folder, name));
      return { dataDir, primary: join(dataDir, 'primary') };
    },
    async startRestored({ dataDir }) {
      await writeFile(join(dataDir, 'password'), new URL(tested.urls.primary).password, { mode: 0o600 });
      const ports = { primaryPort: 15_516, standbyPort: 15_518 };
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
 * A folder for PG_BIN: the programs of `TEST_PG_BIN`, if a complete PostgreSQL 18 is available, or else the embedded
 * ones with a fake `pg_basebackup`.
 */
async function programs(folder: string, embedded: string): Promise<string> {
  if (process.env.TEST_PG_BIN) return process.env.TEST_PG_BIN;
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = async (name: string, command: string) =>
    writeFile(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  await script('pg_basebackup', `'${process.execPath}' --import tsx '${FAKE_BASEBACKUP}'`);
  await script('pg_ctl', `'${embedded}/pg_ctl'`);
  return bin;
}
