import { execFileSync } from 'node:child_process';
import { chmod, lchown, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.ts';

/** The user of the operating system that runs Postgres, if it is another one than that of this process. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A user meant for Postgres is preferred to `nobody`, which exists on every system. */
const PREFERRED_USERS = ['postgres', '_postgres', 'nobody'];

/** Holds binaries and data that the other user could not reach at their usual path. Only root may write there. */
export const SHARED_DIR = '/var/lib/embedded-postgres-cluster';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Chooses the user that runs Postgres, because Postgres refuses to run as root.
 *
 * @param folders data folders of earlier runs; their owner is chosen again.
 * @returns undefined when this process does not run as root: Postgres then runs as the same user.
 * @throws {EmbeddedPostgresError} when the system has no suitable user.
 */
export async function osUserForPostgres(folders: readonly string[]): Promise<OsUser | undefined> {
  if (!isRoot()) return undefined;
  for (const folder of folders) {
    const owner = await lstat(folder).catch(() => undefined);
    if (owner && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const table = await readFile('/etc/passwd', 'utf8');
  for (const name of PREFERRED_USERS) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(table) ?? [];
    if (Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and this system has neither a user "postgres" nor "nobody"',
  );
}

/** Whether the user can enter the folder. Tried in a process, because mode bits do not decide it alone. */
export function canEnter(osUser: OsUser, folder: string): boolean {
  try {
    const { uid, gid } = osUser;
    execFileSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' });
    return true;
  } catch (error) {
    if (!isSystemError(error, 'EPERM', 'EINVAL')) return false;
    throw new EmbeddedPostgresError(
      `Postgres refuses to run as root, and this process may not run it as ${osUser.name}`,
    );
  }
}

/** Makes the user the owner of a folder and of everything in it. Does not follow symbolic links. */
export async function changeOwner(folder: string, osUser: OsUser | undefined): Promise<void> {
  if (!osUser) return;
  for (const entry of await readdir(folder, { recursive: true }))
    await lchown(join(folder, entry), osUser.uid, osUser.gid);
  await lchown(folder, osUser.uid, osUser.gid);
}

/** Creates a folder that every user can enter but not list. */
export async function makeTraversableDir(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711); // mkdir applies the umask, chmod does not.
  return folder;
}
