import pg from 'pg';
import { migrateTemplate } from './template.ts';
import { atDatabase, type ClusterUrls, TEMPLATE } from './urls.ts';

/**
 * Prepares a running primary and standby, which must be for tests alone: creates the tests' roles with their passwords.
 * The databases of a run have unique names and are dropped at its end.
 *
 * @param external URLs of a superuser; the database that they name is not changed.
 */
export async function useExternalServers(
  external: ClusterUrls,
): Promise<{ urls: ClusterUrls; stop(): Promise<void> }> {
  const template = `${TEMPLATE}_${crypto.randomUUID().slice(0, 8)}`;
  const urls = {
    primary: atDatabase(external.primary, template),
    standby: atDatabase(external.standby, template),
  };
  await onServer(external.primary, (client) => client.query(`CREATE DATABASE ${template}`));
  await migrateTemplate(urls);
  return {
    urls,
    stop: () =>
      onServer(external.primary, async (client) => {
        const { rows } = await client.query<{ name: string }>(
          'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
          [template],
        );
        for (const { name } of rows) await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      }),
  };
}

async function onServer(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
