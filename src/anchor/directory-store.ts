import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { textOf } from './anchor.ts';
import {
  type AnchorStore,
  FILE_NAME,
  fileNameOf,
  NO_FINDINGS,
  requireSame,
  type StoredText,
  StoreUnavailable,
  storedAnchor,
} from './store.ts';

/** Where files are written before they get their names. */
const INCOMING = 'incoming';

/**
 * A directory that exists, with one file per anchor, named by its position. A file is linked to its name when it is
 * complete and on the disk: it is never overwritten, and a crash leaves no part of one. The file system must have hard
 * links.
 */
export function directoryStore(directory: string): AnchorStore {
  return {
    name: 'directory',
    async last() {
      const name = (await namesIn(directory)).at(-1);
      return name === undefined ? undefined : readAnchor(directory, name);
    },
    async *read() {
      for (const name of await namesIn(directory)) yield await readAnchor(directory, name);
    },
    async put(anchor) {
      const name = fileNameOf(anchor);
      await makeIncoming(directory);
      const incoming = join(directory, INCOMING, `${name}.${crypto.randomUUID()}`);
      await writeDurably(incoming, textOf(anchor));
      try {
        await link(incoming, join(directory, name));
      } catch (error) {
        if (!isFileExists(error)) throw error;
        requireSame(await stored(directory, name), anchor);
      } finally {
        await unlink(incoming);
      }
      await syncDirectory(directory);
    },
    inspect: async () => NO_FINDINGS,
    close: async () => {},
  };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => FILE_NAME.test(name)).sort();
  } catch (cause) {
    throw new StoreUnavailable('The directory of anchors cannot be read.', { cause });
  }
}

const readAnchor = async (directory: string, name: string) => storedAnchor(await stored(directory, name));

async function stored(directory: string, name: string): Promise<StoredText> {
  try {
    return { kind: 'file', name, text: await readFile(join(directory, name), 'utf8') };
  } catch (cause) {
    throw new StoreUnavailable('The directory of anchors cannot be read.', { cause });
  }
}

/** Does not create the directory itself: a volume that is not mounted must not go unnoticed. */
async function makeIncoming(directory: string): Promise<void> {
  try {
    await mkdir(join(directory, INCOMING));
  } catch (error) {
    if (!isFileExists(error)) throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o444);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is durable when the directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const isFileExists = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EEXIST';
