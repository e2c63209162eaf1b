import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { eventually } from './patience.ts';

const PID_FILE = 'postmaster.pid';

/**
 * Ends whatever Postgres an earlier run has left in a data folder, and clears its way for the next one.
 *
 * A Postgres works inside the folder that it serves: that is how we know it, and why no other is ever touched.
 */
export async function evictLeftovers(folder: string, log: (line: string) => void): Promise<void> {
  const found = postgresIn(folder);
  const postmaster = await recordedPostmaster(folder);
  if (found.length > 0) {
    log(`stopping a Postgres that an earlier run left behind in ${folder}`);
    if (postmaster !== undefined && found.includes(postmaster)) await stopInOrder(folder, postmaster);
    await endAll(folder);
  }
  // Postgres itself copes with the file of a dead postmaster, but not when the pid now belongs to someone else.
  if (postmaster !== undefined && process.platform !== 'win32')
    await rm(join(folder, PID_FILE), { force: true });
}

/** The pids of the Postgres processes that work in this folder. */
function postgresIn(folder: string): number[] {
  try {
    const place = realpathSync(folder);
    if (process.platform === 'linux') return onLinux(place);
    if (process.platform === 'darwin') return onMac(place);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
  return [];
}

function onLinux(place: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres' &&
          readlinkSync(`/proc/${pid}/cwd`) === place
        );
      } catch {
        return false; // It has ended, or it is another user's.
      }
    })
    .map(Number);
}

function onMac(place: string): number[] {
  let listing = '';
  try {
    listing = execFileSync('lsof', ['-a', '-c', 'postgres', '-d', 'cwd', '-Fpn'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return []; // lsof fails when it finds nothing.
  }
  return [...listing.matchAll(/^p(\d+)\n(?:f.*\n)?n(.*)$/gm)]
    .filter(([, , cwd]) => cwd === place)
    .map(([, pid]) => Number(pid));
}

async function recordedPostmaster(folder: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(join(folder, PID_FILE), 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function stopInOrder(folder: string, postmaster: number): Promise<void> {
  const steps = [
    ['SIGINT', 20_000],
    ['SIGQUIT', 10_000],
  ] as const;
  for (const [signal, limitMs] of steps) {
    if (!postgresIn(folder).includes(postmaster)) return;
    send(postmaster, signal);
    if (await eventually(limitMs, () => postgresIn(folder).length === 0)) return;
  }
}

/** The children of a postmaster that was killed end by themselves, soon, unless they are busy. */
async function endAll(folder: string): Promise<void> {
  if (await eventually(2_000, () => postgresIn(folder).length === 0)) return;
  for (const pid of postgresIn(folder)) send(pid, 'SIGKILL');
  if (await eventually(10_000, () => postgresIn(folder).length === 0)) return;
  throw new EmbeddedPostgresError(`cannot end the Postgres in ${folder}: ${postgresIn(folder).join(', ')}`);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}
