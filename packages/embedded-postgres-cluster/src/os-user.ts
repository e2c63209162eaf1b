import { execFileSync } from 'node:child_process';
import { chmod, lchown, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.ts';

/** The user of this machine whom Postgres runs as, when that is not ourselves. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` exists everywhere; one that is meant for Postgres comes first. */
const PREFERRED_USERS = ['postgres', '_postgres', 'nobody'];

/** Where root keeps what the account must reach and cannot where it is; none but root may write there. */
export const SHARED_DIR = '/var/lib/embedded-postgres-cluster';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Whom Postgres, which refuses root, shall run as.
 *
 * @param folders data folders of earlier runs: their owner stays the one.
 * @returns undefined when we are an ordinary user and Postgres can run as us.
 * @throws {EmbeddedPostgresError} when this machine knows no such account.
 */
export async function osUserForPostgres(folders: readonly string[]): Promise<OsUser | undefined> {
  if (!isRoot()) return undefined;
  for (const folder of folders) {
    const owner = await lstat(folder).catch(() => undefined);
    if (owner && owner.uid !== 0) return { name: `of uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const table = await readFile('/etc/passwd', 'utf8');
  for (const name of PREFERRED_USERS) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(table) ?? [];
    if (Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and there is no account "postgres" or "nobody" to run it as',
  );
}

/** Whether the account gets into the folder, past all its parents: tried, for mode bits do not tell everything. */
export function canEnter(osUser: OsUser, folder: string): boolean {
  try {
    const { uid, gid } = osUser;
    execFileSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' });
    return true;
  } catch (error) {
    if (!isSystemError(error, 'EPERM', 'EINVAL')) return false;
    throw new EmbeddedPostgresError(
      `Postgres refuses to run as root, and this root may not run it as ${osUser.name} either`,
    );
  }
}

/** Hands a folder with everything in it to the account. Links are handed over, not followed. */
export async function changeOwner(folder: string, osUser: OsUser | undefined): Promise<void> {
  if (!osUser) return;
  for (const entry of await readdir(folder, { recursive: true }))
    await lchown(join(folder, entry), osUser.uid, osUser.gid);
  await lchown(folder, osUser.uid, osUser.gid);
}

/** Makes a folder that the account can pass, though not list. */
export async function makeTraversableDir(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711); // Whatever the umask says.
  return folder;
}
