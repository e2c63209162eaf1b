import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const MARKER = '.draft-';

/** The name of its own that a file or folder has until it is whole: what a crash leaves under one is thrown away. */
export function tempPathFor(path: string): string {
  return `${path}${MARKER}${randomUUID()}`;
}

/** Removes what a start that was broken off has left half made. */
export async function removeTempPaths(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.includes(MARKER)) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 20 });
  }
}
