import { dirname, join } from 'node:path';
import { prepareClusterLayout } from './cluster-layout.ts';
import { makeDataDir } from './data-location.ts';
import { acquireLock } from './lock.ts';
import type { EmbeddedNode } from './node.ts';
import { DEFAULT_OPTIONS, type EmbeddedClusterOptions } from './options.ts';
import type { OsUser } from './os-user.ts';
import { type StartedNodes, startNodes } from './start-nodes.ts';

export type { EmbeddedClusterOptions } from './options.ts';

/** A Postgres primary with one streaming standby. Both stop when this process ends, also when it crashes. */
export interface EmbeddedCluster {
  readonly primary: EmbeddedNode;
  readonly standby: EmbeddedNode;
  /** The operating system's user that runs Postgres, when this process is root; otherwise undefined. */
  readonly osUser: OsUser | undefined;
  /** The folder of the programs that the cluster runs: `postgres`, `initdb` and `pg_ctl`. */
  readonly binDir: string;
  /** Stops both nodes and releases the data folder; further calls have no effect. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster in a data folder. Creates the folder if it is missing and repairs it after a crash.
 *
 * When the promise resolves, both nodes accept connections, and the standby streams and has the database. The cluster
 * does not keep the Node.js process alive and installs no signal handlers: handlers of SIGINT and SIGTERM must call
 * `stop()`.
 *
 * @throws {EmbeddedPostgresError} when the folder is in use, the binaries are missing, or Postgres does not start.
 */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const complete = { ...DEFAULT_OPTIONS, ...options };
  const dataDir = await makeDataDir(complete.dataDir);
  const release = await acquireLock(join(dataDir, 'cluster.lock'));
  const started: StartedNodes = {};
  let open = true;
  let closing: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    open = false;
    closing ??= stopNodes(started).finally(release);
    return closing;
  };
  try {
    const layout = await prepareClusterLayout(dataDir, complete.settings.fsync !== 'off', complete.log);
    const nodes = await startNodes({ options: complete, layout, started, isOpen: () => open });
    const { binaries, osUser } = layout.tools.primary;
    return { ...nodes, osUser, binDir: dirname(binaries.postgres), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops the primary first, because it waits until the standby has received its last WAL. */
async function stopNodes({ primary, standby }: StartedNodes): Promise<void> {
  try {
    await primary?.stop();
  } finally {
    await standby?.stop();
  }
}
