import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { processIdentity } from './process-identity.ts';
import { tempPathFor } from './temp-path.ts';

const Holder = z.object({ pid: z.number().int().positive(), identity: z.string() });

/** Releases a lock. */
export type Release = () => Promise<void>;

/**
 * Acquires the lock of a data folder for this process. Replaces the lock of a process that no longer exists.
 *
 * @param path the file of the lock, in the data folder.
 * @throws {EmbeddedPostgresError} when a running process holds the lock, this one included.
 */
export async function acquireLock(path: string): Promise<Release> {
  for (;;) {
    const release = await createLock(path);
    if (release) return release;
    const text = await readText(path);
    if (text === undefined) continue; // Released in the meantime.
    const pid = livingHolder(text);
    if (pid !== undefined) {
      throw new EmbeddedPostgresError(
        `the data folder ${dirname(path)} is in use by process ${pid}: stop it, or use another folder`,
      );
    }
    await removeStale(path, text);
  }
}

/**
 * Creates the lock as a hard link, which is atomic: no process reads a partial lock. The holder of the lock removes
 * temporary files, which may include the one to link; then the lock is held, too.
 */
async function createLock(path: string): Promise<Release | undefined> {
  const token = randomUUID();
  const tempPath = tempPathFor(path);
  const text = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) ?? '', token });
  await writeFile(tempPath, text, { flag: 'wx', mode: 0o600 });
  try {
    await link(tempPath, path);
  } catch (error) {
    if (isSystemError(error, 'EEXIST', 'ENOENT')) return undefined;
    throw error;
  } finally {
    await rm(tempPath, { force: true });
  }
  return () => removeIfStill(path, text);
}

/** Removes a stale lock under a second lock, so that no process removes the new lock of another one. */
async function removeStale(path: string, seen: string): Promise<void> {
  const release = await acquireLock(`${path}.takeover`);
  try {
    await removeIfStill(path, seen);
  } finally {
    await release();
  }
}

async function removeIfStill(path: string, text: string): Promise<void> {
  if ((await readText(path)) === text) await rm(path, { force: true });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The pid of the holder, if it still runs. A lock that a crash of the machine has truncated has no holder. */
function livingHolder(text: string): number | undefined {
  try {
    const { pid, identity } = Holder.parse(JSON.parse(text));
    return processIdentity(pid) === identity ? pid : undefined;
  } catch {
    return undefined;
  }
}
