import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { processIdentity } from './process-identity.ts';
import { tempPathFor } from './temp-path.ts';

const Holder = z.object({ pid: z.number().int().positive(), identity: z.string() });

/** Gives a lock back. */
export type Release = () => Promise<void>;

/**
 * Takes the lock of a data folder for this process, also from a holder who is no more.
 *
 * @param path the lock's file, in that folder.
 * @throws {EmbeddedPostgresError} when a live process holds it (this one included).
 */
export async function acquireLock(path: string): Promise<Release> {
  for (;;) {
    const release = await createLock(path);
    if (release) return release;
    const text = await readText(path);
    if (text === undefined) continue; // Given back just now.
    const pid = livingHolder(text);
    if (pid !== undefined) {
      throw new EmbeddedPostgresError(
        `the data folder ${dirname(path)} is in use by process ${pid}: stop that one first, or use another folder`,
      );
    }
    await removeStale(path, text);
  }
}

/**
 * A link appears at once and whole: nobody ever reads half a lock. Who holds it throws drafts away, ours too: then there is
 * nothing to link.
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

/** Two who find the same stale lock must not remove each other's new one: only who holds the lock to remove it may. */
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

/** The holder's pid, if it still runs; a lock that a crash of the machine has torn has no holder. */
function livingHolder(text: string): number | undefined {
  try {
    const { pid, identity } = Holder.parse(JSON.parse(text));
    return processIdentity(pid) === identity ? pid : undefined;
  } catch {
    return undefined;
  }
}
