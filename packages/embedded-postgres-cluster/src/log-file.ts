import { open, stat, truncate } from 'node:fs/promises';
import { isSystemError } from './error.ts';

const TAIL_BYTES = 2_000;
const LONGEST_BYTES = 10_000_000;

/** The size of the log in bytes; 0 if it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** Empties a log of more than 10 MB. */
export async function truncateIfLarge(path: string): Promise<void> {
  if ((await sizeOf(path)) > LONGEST_BYTES) await truncate(path);
}

/** The text of the log after byte `start`, limited to the last 2 kB. */
export async function readLogFrom(path: string, start: number): Promise<string> {
  const end = await sizeOf(path);
  const from = Math.max(start, end - TAIL_BYTES, 0);
  if (end <= from) return '';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(end - from), position: from });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The path and the last lines of the log, for an error message. */
export async function describeTail(path: string, start = 0): Promise<string> {
  return `the end of ${path}:\n${(await readLogFrom(path, start)).trimEnd()}`;
}
