import pg from 'pg';
import { migrateTemplate } from './template.ts';
import { atDatabase, type ClusterUrls, TEMPLATE } from './urls.ts';

/**
 * A primary and its standby that run already, for tests alone: the roles of the tests are made there, with their passwords.
 * This run's databases have names that no other run has, and are dropped at its end.
 *
 * @param given URLs of a superuser; the database that they name is not touched.
 */
export async function useExternalServers(
  given: ClusterUrls,
): Promise<{ urls: ClusterUrls; stop(): Promise<void> }> {
  const template = `${TEMPLATE}_${crypto.randomUUID().slice(0, 8)}`;
  const urls = {
    primary: atDatabase(given.primary, template),
    standby: atDatabase(given.standby, template),
  };
  await onServer(given.primary, (client) => client.query(`CREATE DATABASE ${template}`));
  await migrateTemplate(urls);
  return {
    urls,
    stop: () =>
      onServer(given.primary, async (client) => {
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
