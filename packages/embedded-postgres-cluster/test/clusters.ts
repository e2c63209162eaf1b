import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import {
  type EmbeddedCluster,
  type EmbeddedClusterOptions,
  type EmbeddedNode,
  startEmbeddedCluster,
} from '../src/index.ts';
import { processIdentity } from '../src/process-identity.ts';

/** Creates a temporary folder, which is removed when the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(folder, 0o711); // As root, Postgres runs as another user, which must be able to enter.
  // The last registered runs first: a cluster in the folder is stopped before the folder is removed.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** A port on which nothing listened a moment ago. */
export async function freePort(): Promise<number> {
  const server = await listening();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A port on which a server listens until the test ends. */
export async function occupiedPort(): Promise<number> {
  const server = await listening();
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return portOf(server);
}

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

/** Options of a small cluster that does not sync to disk. */
export async function clusterOptions(
  options: Partial<EmbeddedClusterOptions> = {},
): Promise<EmbeddedClusterOptions> {
  return {
    dataDir: options.dataDir ?? join(await makeFolder(), 'data'),
    primaryPort: await freePort(),
    standbyPort: await freePort(),
    settings: { fsync: 'off', shared_buffers: '16MB' },
    ...options,
  };
}

/** Starts a cluster, which is stopped when the test ends. */
export async function startCluster(options: Partial<EmbeddedClusterOptions> = {}): Promise<EmbeddedCluster> {
  const cluster = await startEmbeddedCluster(await clusterOptions(options));
  onTestFinished(() => cluster.stop());
  return cluster;
}

/** The rows of one statement, on a new connection. */
export async function query(node: EmbeddedNode, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: node.url() });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Inserts a value on the primary. The first call creates the table. */
export async function insertValue(cluster: EmbeddedCluster, value: string): Promise<void> {
  await query(cluster.primary, 'create table if not exists note (value text)');
  await query(cluster.primary, `insert into note values ('${value}')`);
}

/** The values that this node has so far. */
export async function readValues(node: EmbeddedNode): Promise<string[]> {
  const rows = await query(node, 'select value from note order by value').catch(() => []);
  return rows.map((row) => String(row.value));
}

/** Whether the process runs; a zombie does not. */
export function isAlive(pid: number | undefined): boolean {
  return pid !== undefined && processIdentity(pid) !== undefined;
}
