import { execFileSync } from 'node:child_process';
import { chmod, lchown, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.ts';

/** The user of this machine whom Postgres runs as, when that is not ourselves. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Nobody's business but Postgres' own comes first; `nobody` exists everywhere. */
const PREFERRED = ['postgres', '_postgres', 'nobody', 'daemon'];

/** Where root keeps what another account must reach; none but root may write there. */
const ROOT_PLACES = ['/var/lib', '/var/tmp'];
const PLACE_NAME = 'granular-certificate-registry';

export function weAreRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Whom Postgres, which refuses root, shall run as.
 *
 * @param folders data folders of earlier runs: their owner stays the one.
 * @returns undefined when we are an ordinary user and Postgres can run as us.
 * @throws {EmbeddedPostgresError} when this machine knows no such account.
 */
export async function accountForPostgres(folders: readonly string[]): Promise<Account | undefined> {
  if (!weAreRoot()) return undefined;
  const accounts = await unprivilegedAccounts();
  for (const folder of folders) {
    const owner = await ownerOf(folder);
    const account = accounts.find(({ uid }) => uid === owner);
    if (account) return account;
  }
  const account = PREFERRED.flatMap((name) => accounts.find((one) => one.name === name) ?? [])[0];
  if (account) return account;
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and there is no account "postgres" or "nobody" to run it as',
  );
}

async function unprivilegedAccounts(): Promise<Account[]> {
  const table = await readFile('/etc/passwd', 'utf8');
  return table
    .split('\n')
    .filter((line) => /^[^#:]+:[^:]*:\d+:\d+:/.test(line))
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid !== 0);
}

async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).uid;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether the account gets into the folder, past all its parents: tried, for mode bits do not tell everything. */
export function canEnter(account: Account, folder: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
      uid: account.uid,
      gid: account.gid,
      cwd: '/',
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** Hands a file, or a folder with everything in it, to the account. Links are handed over, not followed. */
export async function handOver(path: string, account: Account | undefined): Promise<void> {
  if (!account) return;
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOTDIR')) return [];
    throw error;
  });
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), account.uid, account.gid);
  await lchown(path, account.uid, account.gid);
}

/**
 * A folder of root's that the account can enter and only root can change, made if need be.
 *
 * @throws {EmbeddedPostgresError} when someone else has put something in its place.
 */
export async function placeOfRoot(account: Account): Promise<string> {
  for (const parent of ROOT_PLACES) {
    const place = join(parent, PLACE_NAME);
    try {
      await mkdir(place);
      await chmod(place, 0o755); // Whatever the umask says.
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'EROFS', 'EACCES', 'EPERM')) continue;
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
    await assertOnlyRootCanChange(place);
    if (canEnter(account, place)) return place;
  }
  throw new EmbeddedPostgresError(
    `no folder that ${account.name} can enter: tried ${ROOT_PLACES.join(', ')}`,
  );
}

/** Another user could have planted a folder, or a link, with programs of their own under a well-known name. */
export async function assertOnlyRootCanChange(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return;
  throw new EmbeddedPostgresError(
    `${folder} is not a folder that only root can change: remove it, and start again`,
  );
}
