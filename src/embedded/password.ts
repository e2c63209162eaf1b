import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isSystemError } from './error.ts';

/** Reads the superuser's password; undefined when none was made yet. */
export async function readPassword(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Makes a password and keeps it in a file that only we can read. */
export async function createPassword(path: string): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${password}\n`, { flag: 'wx', mode: 0o600 });
  await rename(draft, path);
  return password;
}
