import { join } from 'node:path';
import { prepareClusterLayout } from './cluster-layout.ts';
import { makeDataDir } from './data-location.ts';
import { acquireLock } from './lock.ts';
import type { EmbeddedNode } from './node.ts';
import { DEFAULT_OPTIONS, type EmbeddedClusterOptions } from './options.ts';
import { type StartedNodes, startNodes } from './start-nodes.ts';

export type { EmbeddedClusterOptions } from './options.ts';

/** A Postgres primary with one streaming standby. They end when this process does, however it ends. */
export interface EmbeddedCluster {
  readonly primary: EmbeddedNode;
  readonly standby: EmbeddedNode;
  /** Stops both nodes and gives the data folder back; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster in a data folder, which is made, or repaired, if need be.
 *
 * On return both nodes accept connections, the standby streams and has the database. The cluster does not keep this
 * process alive, and does not listen to its signals: whoever handles SIGINT and SIGTERM calls `stop()`.
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
    return { ...nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The primary first: it waits until the standby has the last of its WAL. */
async function stopNodes({ primary, standby }: StartedNodes): Promise<void> {
  try {
    await primary?.stop();
  } finally {
    await standby?.stop();
  }
}
