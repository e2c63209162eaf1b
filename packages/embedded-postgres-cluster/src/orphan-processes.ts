import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { isRoot } from './os-user.ts';
import { waitUntil } from './polling.ts';
import { POSTMASTER_FILE, readPostmasterFile } from './postmaster-file.ts';

/**
 * Ends whatever Postgres an earlier run has left in a data folder, and clears its way for the next one.
 *
 * A Postgres works inside the folder that it serves: that is how we know it, and why no other is ever touched.
 */
export async function stopOrphanProcesses(folder: string, log: (line: string) => void): Promise<void> {
  const found = postgresPidsIn(folder);
  const postmaster = (await readPostmasterFile(folder))?.pid;
  if (found.length > 0) {
    log(`stopping what is left of a Postgres in ${folder}`);
    if (postmaster !== undefined && found.includes(postmaster)) await stopPostmaster(folder, postmaster);
    await killRemaining(folder);
  }
  // Postgres itself copes with the file of a dead postmaster, but not when the pid now belongs to someone else; to
  // one of Postgres' own it must be left: without the file nothing would keep a second server out of the folder.
  if (postmaster !== undefined && process.platform !== 'win32' && commandOf(postmaster) !== 'postgres')
    await rm(join(folder, POSTMASTER_FILE), { force: true });
}

/** The pids of the Postgres processes that work in this folder. */
function postgresPidsIn(folder: string): number[] {
  try {
    const place = realpathSync(folder);
    if (process.platform === 'linux') return pidsOnLinux(place);
    if (process.platform === 'darwin') return pidsOnMac(place);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
  return [];
}

function pidsOnLinux(place: string): number[] {
  const links = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === 'postgres')
    .map((pid) => `/proc/${pid}/cwd`);
  if (links.length === 0) return [];
  // Without CAP_SYS_PTRACE, as in a container, not even root sees where another user's process works; that user does.
  const { uid, gid } = statSync(place);
  const listing = outputOf('ls', ['-l', ...links], isRoot() ? { uid, gid } : {});
  return parsePids(place, listing, / \/proc\/(\d+)\/cwd -> (.*)$/gm);
}

function commandOf(pid: string | number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined; // It has ended.
  }
}

function pidsOnMac(place: string): number[] {
  const listing = outputOf('lsof', ['-a', '-c', 'postgres', '-d', 'cwd', '-Fpn']);
  return parsePids(place, listing, /^p(\d+)\n(?:f.*\n)?n(.*)$/gm);
}

/** What it prints also when it fails, as both do when a process has ended meanwhile. */
function outputOf(command: string, args: string[], identity: { uid?: number; gid?: number } = {}): string {
  return spawnSync(command, args, { ...identity, cwd: '/', encoding: 'utf8' }).stdout ?? '';
}

function parsePids(place: string, listing: string, pidAndFolder: RegExp): number[] {
  return [...listing.matchAll(pidAndFolder)]
    .filter(([, , folder]) => folder === place)
    .map(([, pid]) => Number(pid));
}

async function stopPostmaster(folder: string, postmaster: number): Promise<void> {
  const steps = [
    ['SIGINT', 20_000],
    ['SIGQUIT', 10_000],
  ] as const;
  for (const [signal, limitMs] of steps) {
    if (!postgresPidsIn(folder).includes(postmaster)) return;
    send(postmaster, signal);
    if (await waitUntil(limitMs, () => postgresPidsIn(folder).length === 0)) return;
  }
}

/** The children of a postmaster that was killed end by themselves, soon, unless they are busy. */
async function killRemaining(folder: string): Promise<void> {
  if (await waitUntil(2_000, () => postgresPidsIn(folder).length === 0)) return;
  for (const pid of postgresPidsIn(folder)) send(pid, 'SIGKILL');
  if (await waitUntil(10_000, () => postgresPidsIn(folder).length === 0)) return;
  throw new EmbeddedPostgresError(
    `cannot end the Postgres in ${folder}: ${postgresPidsIn(folder).join(', ')}`,
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}
