import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from './error.ts';

export const POSTMASTER_FILE = 'postmaster.pid';

/** The line with the state of the server, counted from 0: LOCK_FILE_LINE_PM_STATUS of PostgreSQL's `pidfile.h`. */
const STATE_LINE = 7;

/** The contents of the file `postmaster.pid`, which remains after a crash. */
export interface PostmasterFile {
  readonly pid: number;
  /** Whether the server accepts connections. A standby does so when it is consistent. */
  readonly ready: boolean;
}

export async function readPostmasterFile(folder: string): Promise<PostmasterFile | undefined> {
  try {
    const lines = (await readFile(join(folder, POSTMASTER_FILE), 'utf8')).split('\n');
    const pid = Number.parseInt(lines[0] ?? '', 10);
    return pid > 0 ? { pid, ready: lines[STATE_LINE]?.trim() === 'ready' } : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EBUSY')) return undefined;
    throw error;
  }
}
