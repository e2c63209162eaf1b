import { open, stat, truncate } from 'node:fs/promises';
import { isSystemError } from './error.ts';

const TAIL_BYTES = 2_000;
const LONGEST_BYTES = 10_000_000;

/** How long the log is now: what comes later starts here. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** Starts a log that has grown too long from the beginning. */
export async function truncateIfLarge(path: string): Promise<void> {
  if ((await sizeOf(path)) > LONGEST_BYTES) await truncate(path);
}

/** What was logged since `start`, at most the last two kilobytes. */
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

/** Where the log is and how it ends, for an error message. */
export async function describeTail(path: string, start = 0): Promise<string> {
  return `the end of ${path}:\n${(await readLogFrom(path, start)).trimEnd()}`;
}
