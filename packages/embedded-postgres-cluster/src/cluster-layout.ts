import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries } from './binaries.ts';
import { assertVersion, createPrimary, type NodeTools, readControlData } from './data-folder.ts';
import { findDataLocation, NODE_NAMES, type NodeName } from './data-location.ts';
import { EmbeddedPostgresError } from './error.ts';
import { truncateIfLarge } from './log-file.ts';
import { stopOrphanProcesses } from './orphan-processes.ts';
import { removeTempPaths, tempPathFor } from './temp-path.ts';

/** The folders of the two nodes, and what is needed to work on them. */
export interface ClusterLayout {
  readonly folders: Readonly<Record<NodeName, string>>;
  readonly tools: Readonly<Record<NodeName, NodeTools>>;
}

/**
 * Prepares a data folder for a start. Stops processes and removes temporary files of an earlier run, and creates the
 * primary if it is missing. The caller must hold the lock of the folder.
 */
export async function prepareClusterLayout(
  dataDir: string,
  durable: boolean,
  log: (line: string) => void,
): Promise<ClusterLayout> {
  const { nodesDir, osUser } = await findDataLocation(dataDir, log);
  const binaries = await findBinaries(osUser, log);
  const folders = { primary: join(nodesDir, 'primary'), standby: join(nodesDir, 'standby') };
  for (const name of NODE_NAMES) await stopOrphanProcesses(folders[name], log);
  for (const folder of new Set([dataDir, nodesDir])) await removeTempPaths(folder);
  const password = await readOrCreatePassword(dataDir, folders.primary);
  const toolsOf = async (name: NodeName): Promise<NodeTools> => {
    const logFile = join(dataDir, `${name}.log`);
    await truncateIfLarge(logFile);
    return { binaries, osUser, password, durable, logFile };
  };
  const layout = { folders, tools: { primary: await toolsOf('primary'), standby: await toolsOf('standby') } };
  await preparePrimary(layout, log);
  return layout;
}

async function preparePrimary({ folders, tools }: ClusterLayout, log: (line: string) => void): Promise<void> {
  const { binaries } = tools.primary;
  if (await readControlData(folders.primary)) return assertVersion(folders.primary, binaries);
  if (existsSync(folders.primary) && (await readdir(folders.primary)).length > 0) {
    throw new EmbeddedPostgresError(
      `${folders.primary} is broken: it has no control file. Restore it, or remove it to create an empty one`,
    );
  }
  log(`creating a PostgreSQL ${binaries.major} cluster in ${folders.primary}`);
  await createPrimary(folders.primary, tools.primary);
}

/** Reads the password of the superuser from a file with mode 0600; creates both before the primary is created. */
async function readOrCreatePassword(dataDir: string, primary: string): Promise<string> {
  const path = join(dataDir, 'password');
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  if (await readControlData(primary)) {
    throw new EmbeddedPostgresError(
      `${path} is missing, and ${primary} cannot be used without it. ` +
        `Restore it, or remove ${primary} to create an empty one`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  const tempPath = tempPathFor(path);
  await writeFile(tempPath, `${password}\n`, { mode: 0o600 });
  await rename(tempPath, path);
  return password;
}
