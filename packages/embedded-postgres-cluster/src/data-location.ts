import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readlink, realpath, rm, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { stopOrphanProcesses } from './orphan-processes.ts';
import {
  canEnter,
  isRoot,
  makeTraversableDir,
  type OsUser,
  osUserForPostgres,
  SHARED_DIR,
} from './os-user.ts';

/** The link in a data folder that leads to its nodes, when Postgres cannot reach them there. */
const LINK_NAME = 'elsewhere';

export const NODE_NAMES = ['primary', 'standby'] as const;
export type NodeName = (typeof NODE_NAMES)[number];

/** Where the nodes are, and whom they run as. */
export interface DataLocation {
  readonly nodesDir: string;
  readonly osUser: OsUser | undefined;
}

/** Makes the data folder if need be. @returns its real path. */
export async function makeDataDir(path: string): Promise<string> {
  await mkdir(resolve(path), { recursive: true });
  const dataDir = await realpath(path);
  // Postgres' account has to pass, and needs no more: what is inside is closed by itself.
  if ((await readdir(dataDir)).length === 0) await chmod(dataDir, isRoot() ? 0o711 : 0o700);
  return dataDir;
}

/** Finds the nodes' place for a data folder whose lock we hold: inside, unless Postgres' account cannot get there. */
export async function findDataLocation(dataDir: string, log: (line: string) => void): Promise<DataLocation> {
  const elsewhere = await linkTarget(join(dataDir, LINK_NAME));
  const osUser = await osUserForPostgres(NODE_NAMES.map((name) => join(elsewhere ?? dataDir, name)));
  if (elsewhere) {
    if (!osUser) throw new EmbeddedPostgresError(`${dataDir} belongs to root: its data is in ${elsewhere}`);
    return { nodesDir: await makeTraversableDir(elsewhere), osUser };
  }
  if (!osUser || canEnter(osUser, dataDir)) return { nodesDir: dataDir, osUser };
  return { nodesDir: await relocate(dataDir, osUser, log), osUser };
}

async function relocate(dataDir: string, osUser: OsUser, log: (line: string) => void): Promise<string> {
  // The inode too: a data folder that was renamed still has its link, and must not lose its data to a new one.
  const { dev, ino } = await stat(dataDir);
  const name = createHash('sha256').update(`${dataDir}:${dev}:${ino}`).digest('hex').slice(0, 16);
  const target = join(await makeTraversableDir(SHARED_DIR), `data-${name}`);
  // Left by a data folder that was removed, its link included: it must not come back to life in the new one.
  for (const node of NODE_NAMES) await stopOrphanProcesses(join(target, node), log);
  await rm(target, { recursive: true, force: true });
  await makeTraversableDir(target);
  await symlink(target, join(dataDir, LINK_NAME));
  log(`Postgres runs as ${osUser.name}, who cannot enter ${dataDir}: its data is in ${target}`);
  return target;
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
