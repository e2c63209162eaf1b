import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const MARKER = '.tmp-';

/** A unique temporary path for a file or folder, which gets its final name when it is complete. */
export function tempPathFor(path: string): string {
  return `${path}${MARKER}${randomUUID()}`;
}

/** Removes the temporary files and folders of an interrupted start. */
export async function removeTempPaths(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.includes(MARKER)) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 20 });
  }
}
