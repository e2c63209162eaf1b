import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { isRoot } from './os-user.ts';
import { waitUntil } from './polling.ts';
import { POSTMASTER_FILE, readPostmasterFile } from './postmaster-file.ts';

/**
 * Stops the Postgres processes that an earlier run has left in a data folder, and removes a stale `postmaster.pid`.
 *
 * The working directory of a Postgres is its data folder. Only processes with this working directory are stopped.
 */
export async function stopOrphanProcesses(folder: string, log: (line: string) => void): Promise<void> {
  const found = postgresPidsIn(folder);
  const postmaster = (await readPostmasterFile(folder))?.pid;
  if (found.length > 0) {
    log(`stopping the Postgres that an earlier run has left in ${folder}`);
    if (postmaster !== undefined && found.includes(postmaster)) await stopPostmaster(folder, postmaster);
    await killRemaining(folder);
  }
  // Postgres replaces the file of a dead postmaster, but refuses to start if another process now has that pid. The file
  // of a running Postgres must stay: it prevents a second server in the same folder.
  if (postmaster !== undefined && process.platform !== 'win32' && commandOf(postmaster) !== 'postgres')
    await rm(join(folder, POSTMASTER_FILE), { force: true });
}

/** The pids of the Postgres processes whose working directory is this folder. */
function postgresPidsIn(folder: string): number[] {
  try {
    const realFolder = realpathSync(folder);
    if (process.platform === 'linux') return pidsOnLinux(realFolder);
    if (process.platform === 'darwin') return pidsOnMac(realFolder);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
  return [];
}

function pidsOnLinux(realFolder: string): number[] {
  const links = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === 'postgres')
    .map((pid) => `/proc/${pid}/cwd`);
  if (links.length === 0) return [];
  // Without CAP_SYS_PTRACE, as in a container, root cannot read the working directory of another user's process, but
  // that user can.
  const { uid, gid } = statSync(realFolder);
  const listing = outputOf('ls', ['-l', ...links], isRoot() ? { uid, gid } : {});
  return parsePids(realFolder, listing, / \/proc\/(\d+)\/cwd -> (.*)$/gm);
}

function commandOf(pid: string | number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined; // The process has exited.
  }
}

function pidsOnMac(realFolder: string): number[] {
  const listing = outputOf('lsof', ['-a', '-c', 'postgres', '-d', 'cwd', '-Fpn']);
  return parsePids(realFolder, listing, /^p(\d+)\n(?:f.*\n)?n(.*)$/gm);
}

/** The output of a command, also if it fails: `ls` and `lsof` fail when one of the processes has exited. */
function outputOf(command: string, args: string[], identity: { uid?: number; gid?: number } = {}): string {
  return spawnSync(command, args, { ...identity, cwd: '/', encoding: 'utf8' }).stdout ?? '';
}

function parsePids(realFolder: string, listing: string, pidAndFolder: RegExp): number[] {
  return [...listing.matchAll(pidAndFolder)]
    .filter(([, , folder]) => folder === realFolder)
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

/** Kills the child processes that do not exit by themselves within two seconds after their postmaster. */
async function killRemaining(folder: string): Promise<void> {
  if (await waitUntil(2_000, () => postgresPidsIn(folder).length === 0)) return;
  for (const pid of postgresPidsIn(folder)) send(pid, 'SIGKILL');
  if (await waitUntil(10_000, () => postgresPidsIn(folder).length === 0)) return;
  throw new EmbeddedPostgresError(
    `cannot stop the Postgres processes in ${folder}: ${postgresPidsIn(folder).join(', ')}`,
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}
