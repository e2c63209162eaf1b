import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { useExternalServers } from '../harness/external-servers.ts';
import { openRegistry } from '../harness/registry.ts';
import { atDatabase, type ClusterUrls, databaseOf } from '../harness/urls.ts';

/** The servers of this run, as external ones. Nothing may connect to the template while tests copy it. */
const external = (): ClusterUrls => {
  const { primary, standby } = inject('cluster');
  return { primary: atDatabase(primary, 'postgres'), standby: atDatabase(standby, 'postgres') };
};

const databasesLike = async (name: string): Promise<string[]> => {
  const client = new pg.Client({ connectionString: external().primary });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [name],
    );
    return rows.map(({ datname }) => datname);
  } finally {
    await client.end();
  }
};

test('external servers serve a registry, and its databases are dropped afterwards', async () => {
  const { urls, stop } = await useExternalServers(external());
  const template = databaseOf(urls.primary);
  const registry = await openRegistry({}, urls);
  const admin = await registry.as('ADMIN');
  expect((await admin.get('/certificate/check')).json()).toMatchObject({ conserved: true });
  expect((await databasesLike(template)).length).toBeGreaterThan(1);
  await registry.close();
  await stop();
  expect(await databasesLike(template)).toEqual([]);
});
