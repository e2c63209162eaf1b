import pg from 'pg';
import { type Address, SUPERUSER } from './configuration.ts';

/** Runs `work` on a new connection of the superuser, and closes the connection. */
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
    application_name: 'embedded-postgres-cluster',
  });
  client.on('error', () => undefined); // The query reports a lost connection.
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
