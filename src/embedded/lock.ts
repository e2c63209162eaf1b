import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { identityOfProcess } from './process-identity.ts';

const Holder = z.object({ pid: z.number().int().positive(), identity: z.string(), token: z.string() });
type Holder = z.output<typeof Holder>;

/** Gives a lock back. */
export type Release = () => Promise<void>;

/**
 * Takes the lock of a data folder for this process, also from a holder who is no more.
 *
 * @throws {EmbeddedPostgresError} when a live process holds it (this one included).
 */
export async function acquireLock(path: string): Promise<Release> {
  for (;;) {
    const release = await createLock(path);
    if (release) return release;
    const holder = await readHolder(path);
    if (holder && isStillThere(holder)) {
      throw new EmbeddedPostgresError(`${path}: in use by a running cluster of process ${holder.pid}`);
    }
    await removeStale(path, holder);
  }
}

/** A link appears at once and whole: nobody ever reads half a lock. */
async function createLock(path: string): Promise<Release | undefined> {
  const token = randomUUID();
  const draft = `${path}.${token}`;
  const holder: Holder = { pid: process.pid, identity: identityOfProcess(process.pid) ?? '', token };
  await writeFile(draft, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return undefined;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readHolder(path))?.token === token) await rm(path, { force: true });
  };
}

/** Two who find the same stale lock must not remove each other's new one: only who holds the lock to remove it may. */
async function removeStale(path: string, seen: Holder | undefined): Promise<void> {
  const release = await acquireLock(`${path}.takeover`);
  try {
    if ((await readHolder(path))?.token === seen?.token) await rm(path, { force: true });
  } finally {
    await release();
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM')) throw error;
    return undefined; // Gone, or torn by a crash of the machine.
  }
}

function isStillThere(holder: Holder): boolean {
  return identityOfProcess(holder.pid) === holder.identity;
}
