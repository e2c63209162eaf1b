import pg from 'pg';
import { SUPERUSER } from './configuration.ts';

/** Where a node listens, and the superuser's password. */
export interface Address {
  readonly port: number;
  readonly password: string;
}

/** Runs `work` on a connection of its own as the superuser. */
export async function withConnection<T>(
  address: Address,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...address,
    host: '127.0.0.1',
    user: SUPERUSER,
    database,
    ssl: false,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    application_name: 'embedded-cluster',
  });
  client.on('error', () => undefined); // A server that goes away while we wait: the query tells.
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
