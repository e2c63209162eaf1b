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

/** A folder of its own, which goes when the test does. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(folder, 0o711); // As root, Postgres runs as another user, who has to pass.
  // Called last first: a cluster that was started in it is stopped by then.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = await listening();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A port that somebody listens on, until the test ends. */
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

/** Options of a cluster that is small and careless about crashes of the machine. */
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

/** A running cluster; stopped when the test ends. */
export async function startCluster(options: Partial<EmbeddedClusterOptions> = {}): Promise<EmbeddedCluster> {
  const cluster = await startEmbeddedCluster(await clusterOptions(options));
  onTestFinished(() => cluster.stop());
  return cluster;
}

/** The rows of one statement, on a connection of its own. */
export async function query(node: EmbeddedNode, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: node.url() });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Writes a value on the primary; the table is made by the first. */
export async function insertValue(cluster: EmbeddedCluster, value: string): Promise<void> {
  await query(cluster.primary, 'create table if not exists note (value text)');
  await query(cluster.primary, `insert into note values ('${value}')`);
}

/** What was written, as far as it has come to this node. */
export async function readValues(node: EmbeddedNode): Promise<string[]> {
  const rows = await query(node, 'select value from note order by value').catch(() => []);
  return rows.map((row) => String(row.value));
}

/** Whether the process runs; one that has ended, but that nobody has asked after, does not. */
export function isAlive(pid: number | undefined): boolean {
  return pid !== undefined && processIdentity(pid) !== undefined;
}
