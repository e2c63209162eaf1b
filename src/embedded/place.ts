import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Account, accountForPostgres, canEnter, placeOfRoot, weAreRoot } from './account.ts';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { evictLeftovers } from './leftovers.ts';

/** The link in a data folder that leads to its nodes, when Postgres cannot reach them there. */
const ELSEWHERE = 'elsewhere';

export const NODE_NAMES = ['primary', 'standby'] as const;

/** Where the nodes are, and whom they run as. */
export interface Place {
  readonly nodesDir: string;
  readonly account: Account | undefined;
}

/** Makes the data folder if need be. @returns its real path. */
export async function makeDataDir(path: string): Promise<string> {
  const made = await mkdir(resolve(path), { recursive: true });
  const dataDir = await realpath(path);
  // Postgres' account has to pass, and needs no more: what is inside is closed by itself.
  if (made !== undefined) await chmod(dataDir, weAreRoot() ? 0o711 : 0o700);
  return dataDir;
}

/** Finds the nodes' place for a data folder whose lock we hold: inside, unless Postgres' account cannot get there. */
export async function findPlace(dataDir: string, log: (line: string) => void): Promise<Place> {
  const elsewhere = await linkTarget(join(dataDir, ELSEWHERE));
  const account = await accountForPostgres(
    [elsewhere, dataDir].flatMap((parent) => (parent ? NODE_NAMES.map((name) => join(parent, name)) : [])),
  );
  if (!account) {
    if (elsewhere) throw new EmbeddedPostgresError(`${dataDir} belongs to root: its data is in ${elsewhere}`);
    return { nodesDir: dataDir, account };
  }
  if (elsewhere) {
    await makeFolder(elsewhere);
    return { nodesDir: elsewhere, account };
  }
  if (canEnter(account, dataDir)) return { nodesDir: dataDir, account };
  return { nodesDir: await moveElsewhere(dataDir, account, log), account };
}

async function moveElsewhere(
  dataDir: string,
  account: Account,
  log: (line: string) => void,
): Promise<string> {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const data = join(await placeOfRoot(account), 'data');
  await makeFolder(data);
  const target = join(data, name);
  // Left by a data folder that was removed, its link included: it must not come back to life in the new one.
  for (const node of NODE_NAMES) await evictLeftovers(join(target, node), log);
  await rm(target, { recursive: true, force: true });
  await makeFolder(target);
  await symlink(target, join(dataDir, ELSEWHERE));
  log(
    `the account ${account.name}, which runs Postgres for root, cannot enter ${dataDir}: data is in ${target}`,
  );
  return target;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
    await chmod(path, 0o711);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    if (!(await lstat(path)).isSymbolicLink()) return undefined;
    return await readlink(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
