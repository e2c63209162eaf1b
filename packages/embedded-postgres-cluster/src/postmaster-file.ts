import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from './error.ts';

export const POSTMASTER_FILE = 'postmaster.pid';

/** Where PostgreSQL's `pidfile.h` has the state of the server: LOCK_FILE_LINE_PM_STATUS, counted from 0. */
const STATE_LINE = 7;

/** What a server writes about itself into its data folder; after a crash it still stands there. */
export interface PostmasterFile {
  readonly pid: number;
  /** It accepts connections; a standby does so once it is consistent. */
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
