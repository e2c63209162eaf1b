import { join } from 'node:path';
import { findBinaries } from './binaries.ts';
import { withConnection } from './connection.ts';
import {
  assertVersion,
  copyToStandby,
  createPrimary,
  type FolderTools,
  isStandbyOf,
  readControlData,
  removeDrafts,
} from './data-folder.ts';
import { EmbeddedPostgresError, messageOf } from './error.ts';
import { evictLeftovers } from './leftovers.ts';
import { acquireLock } from './lock.ts';
import { trim } from './log-file.ts';
import { createNode, type EmbeddedNode, type NodeSetup, PortTakenError } from './node.ts';
import { createPassword, readPassword } from './password.ts';
import { findPlace, makeDataDir, NODE_NAMES } from './place.ts';
import { nextFreePort } from './ports.ts';
import { untilStreaming } from './streaming.ts';

export interface EmbeddedClusterOptions {
  /** Holds everything; made if missing. One running cluster per folder. */
  dataDir: string;
  /** The port to try first; the next free one is taken when it is not. Default 5436. */
  primaryPort?: number;
  /** Default 5438. */
  standbyPort?: number;
  /** Made if missing. Default `registry`. */
  database?: string;
  /** More settings of postgresql.conf, for both nodes; for tests `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
  log?: (line: string) => void;
}

/** A Postgres primary with one streaming standby. They end when this process does, however it ends. */
export interface EmbeddedCluster {
  readonly primary: EmbeddedNode;
  readonly standby: EmbeddedNode;
  /** Stops both nodes and gives the data folder back; safe to call twice. */
  stop(): Promise<void>;
}

/** What the parts of a start have in common. */
interface Surroundings {
  readonly folders: Readonly<Record<'primary' | 'standby', string>>;
  readonly toolsOf: (name: 'primary' | 'standby') => FolderTools;
  readonly setup: (name: 'primary' | 'standby', port: number, primaryPort?: number) => NodeSetup;
  /** Every node that was started, for a start that fails half-way. */
  readonly started: EmbeddedNode[];
  readonly log: (line: string) => void;
}

const PORT_ATTEMPTS = 50;

/**
 * Starts a cluster in a data folder, which is made, or repaired, if need be.
 *
 * On return both nodes accept connections, the standby streams and has the database.
 *
 * @throws {EmbeddedPostgresError} when the folder is in use, the binaries are missing, or Postgres does not start.
 */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const dataDir = await makeDataDir(options.dataDir);
  const release = await acquireLock(join(dataDir, 'cluster.lock'));
  const started: EmbeddedNode[] = [];
  let open = true;
  const close = async (): Promise<void> => {
    open = false;
    // The primary first: it waits until the standby has the last of its WAL.
    for (const name of NODE_NAMES) for (const node of started) if (node.name === name) await node.stop();
    await release();
  };
  try {
    const surroundings = await look(options, dataDir, started, () => open);
    await preparePrimary(surroundings);
    const { primary, standby } = await startNodes(options, surroundings);
    let closing: Promise<void> | undefined;
    return {
      primary,
      standby,
      stop: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function look(
  options: EmbeddedClusterOptions,
  dataDir: string,
  started: EmbeddedNode[],
  isOpen: () => boolean,
): Promise<Surroundings> {
  const log = options.log ?? (() => undefined);
  const { nodesDir, account } = await findPlace(dataDir, log);
  const binaries = await findBinaries(account, log);
  const folders = { primary: join(nodesDir, 'primary'), standby: join(nodesDir, 'standby') };
  for (const name of NODE_NAMES) {
    await evictLeftovers(folders[name], log);
    await trim(join(dataDir, `${name}.log`));
  }
  await removeDrafts(nodesDir);
  const password = await passwordFor(dataDir, folders.primary);
  const settings = options.settings ?? {};
  const durable = settings.fsync !== 'off';
  const toolsOf = (name: 'primary' | 'standby'): FolderTools => {
    return { binaries, account, password, durable, logFile: join(dataDir, `${name}.log`) };
  };
  const setup = (name: 'primary' | 'standby', port: number, primaryPort?: number): NodeSetup => ({
    ...{ name, port, settings, log, isOpen },
    ...(primaryPort === undefined ? {} : { primaryPort }),
    folder: folders[name],
    database: options.database ?? 'registry',
    tools: toolsOf(name),
  });
  return { folders, toolsOf, setup, started, log };
}

async function passwordFor(dataDir: string, primary: string): Promise<string> {
  const path = join(dataDir, 'password');
  const known = await readPassword(path);
  if (known !== undefined) return known;
  if (await readControlData(primary)) {
    throw new EmbeddedPostgresError(
      `${path} is missing: without it ${primary} is closed. Remove both to start anew`,
    );
  }
  return createPassword(path);
}

async function preparePrimary({ folders, toolsOf, log }: Surroundings): Promise<void> {
  if (await readControlData(folders.primary)) {
    await assertVersion(folders.primary, toolsOf('primary').binaries);
    return;
  }
  log(`creating a PostgreSQL ${toolsOf('primary').binaries.major} cluster in ${folders.primary}`);
  await createPrimary(folders.primary, toolsOf('primary'));
}

async function startNodes(
  options: EmbeddedClusterOptions,
  surroundings: Surroundings,
): Promise<Record<'primary' | 'standby', EmbeddedNode>> {
  const { folders, setup } = surroundings;
  const control = await readControlData(folders.primary);
  const hasStandby = await isStandbyOf(folders.primary, folders.standby);
  // A primary that is shut down can be copied as it lies; after a crash it has to come to rest first.
  const copiesFirst = !hasStandby && control?.cleanlyShutDown === true;
  if (copiesFirst) await makeStandby(surroundings);
  const primary = await startOnFreePort(options.primaryPort ?? 5436, surroundings, (port) =>
    setup('primary', port),
  );
  const startStandby = (): Promise<EmbeddedNode> =>
    startOnFreePort(options.standbyPort ?? 5438, surroundings, (port) =>
      setup('standby', port, primary.port),
    );
  const { password } = setup('primary', primary.port).tools;
  await createDatabase(primary.port, password, options.database ?? 'registry');
  const follow = async (): Promise<EmbeddedNode> => {
    const standby = await startStandby();
    await untilStreaming({ port: primary.port, password }, { port: standby.port, password });
    return standby;
  };
  return { primary, standby: hasStandby || copiesFirst ? await followOrRebuild() : await rebuild() };

  async function followOrRebuild(): Promise<EmbeddedNode> {
    try {
      return await follow();
    } catch (error) {
      surroundings.log(`the standby cannot be used: ${messageOf(error)}`);
      return rebuild();
    }
  }

  async function rebuild(): Promise<EmbeddedNode> {
    for (const node of surroundings.started.splice(1)) await node.stop('immediate');
    await primary.stop();
    await makeStandby(surroundings);
    await primary.start();
    return follow();
  }
}

async function makeStandby({ folders, toolsOf, log }: Surroundings): Promise<void> {
  log(`copying the primary to make the standby in ${folders.standby}`);
  await copyToStandby(folders.primary, folders.standby, toolsOf('standby').account);
}

/** Two clusters that start at once may want the same port: whoever comes second tries the next one. */
async function startOnFreePort(
  wanted: number,
  { started, log }: Surroundings,
  setup: (port: number) => NodeSetup,
): Promise<EmbeddedNode> {
  let from = wanted;
  for (let attempt = 1; ; attempt += 1) {
    const port = await nextFreePort(from);
    const node = createNode(setup(port));
    try {
      await node.start();
      if (port !== wanted) log(`port ${wanted} is taken: the ${node.name} listens on ${port}`);
      started.push(node);
      return node;
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
      from = port + 1;
    }
  }
}

async function createDatabase(port: number, password: string, name: string): Promise<void> {
  await withConnection({ port, password }, 'postgres', async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}
