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

/** The symbolic link in a data folder to the folder of its nodes, if Postgres cannot enter the data folder. */
const LINK_NAME = 'elsewhere';

export const NODE_NAMES = ['primary', 'standby'] as const;
export type NodeName = (typeof NODE_NAMES)[number];

/** The folder that contains the nodes, and the user that runs them. */
export interface DataLocation {
  readonly nodesDir: string;
  readonly osUser: OsUser | undefined;
}

/** Creates the data folder if it is missing. @returns its real path. */
export async function makeDataDir(path: string): Promise<string> {
  await mkdir(resolve(path), { recursive: true });
  const dataDir = await realpath(path);
  // The user of Postgres must be able to enter the folder. The files in it have modes of their own.
  if ((await readdir(dataDir)).length === 0) await chmod(dataDir, isRoot() ? 0o711 : 0o700);
  return dataDir;
}

/**
 * Finds the folder of the nodes: the data folder itself, unless the user of Postgres cannot enter it. The caller must
 * hold the lock of the data folder.
 */
export async function findDataLocation(dataDir: string, log: (line: string) => void): Promise<DataLocation> {
  const elsewhere = await linkTarget(join(dataDir, LINK_NAME));
  const osUser = await osUserForPostgres(NODE_NAMES.map((name) => join(elsewhere ?? dataDir, name)));
  if (elsewhere) {
    if (!osUser)
      throw new EmbeddedPostgresError(
        `${dataDir} was created by root, and its data is in ${elsewhere}: start it as root`,
      );
    return { nodesDir: await makeTraversableDir(elsewhere), osUser };
  }
  if (!osUser || canEnter(osUser, dataDir)) return { nodesDir: dataDir, osUser };
  return { nodesDir: await relocate(dataDir, osUser, log), osUser };
}

async function relocate(dataDir: string, osUser: OsUser, log: (line: string) => void): Promise<string> {
  // The inode distinguishes a new data folder from a renamed one at the same path, whose link still leads to its data.
  const { dev, ino } = await stat(dataDir);
  const name = createHash('sha256').update(`${dataDir}:${dev}:${ino}`).digest('hex').slice(0, 16);
  const target = join(await makeTraversableDir(SHARED_DIR), `data-${name}`);
  // A removed data folder may have had the same path and inode; its data must not appear in the new one.
  for (const node of NODE_NAMES) await stopOrphanProcesses(join(target, node), log);
  await rm(target, { recursive: true, force: true });
  await makeTraversableDir(target);
  await symlink(target, join(dataDir, LINK_NAME));
  log(`Postgres runs as ${osUser.name}, which cannot enter ${dataDir}: its data is in ${target}`);
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
