import pg from 'pg';
import { afterEach, expect } from 'vitest';
import { executeOn, types } from '../../src/database/connection.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const clients: pg.Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.end()));
});

async function connect(registry: TestRegistry): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL, types });
  clients.push(client);
  await client.connect();
  return client;
}

/** An open transaction of a writer, which already has its transaction id. */
async function aTransaction(registry: TestRegistry): Promise<pg.Client> {
  const client = await connect(registry);
  await client.query('BEGIN');
  await client.query('SELECT pg_current_xact_id()');
  return client;
}

const found = (client: pg.Client, name: string) =>
  client.query('INSERT INTO organisation (name) VALUES ($1)', [name]);

async function ordered(registry: TestRegistry): Promise<string[]> {
  const { rows } = await registry.primary.query(
    `SELECT j.attributes_after ->> 'name' AS name FROM journal_position p JOIN journal j ON j.id = p.journal_id
     ORDER BY p.position`,
  );
  return rows.map(({ name }) => name);
}

test("no entry overtakes one of an open transaction, even if that transaction's id is later than all that have ended", async ({
  registry,
}) => {
  const early = await aTransaction(registry);
  const open = await aTransaction(registry);
  await found(open, 'first');
  await found(early, 'second');
  await early.query('COMMIT');

  const execute = executeOn(await connect(registry));
  await expect(sequence(execute, AbortSignal.timeout(300))).rejects.toThrow('abort');
  expect(await ordered(registry)).toEqual([]);

  await open.query('COMMIT');
  expect(await sequence(execute, new AbortController().signal)).toBe(2);
  expect(await ordered(registry)).toEqual(['first', 'second']);
});

test('entries that were rolled back are left out of the order, and no longer delay it', async ({
  registry,
}) => {
  const gone = await aTransaction(registry);
  await found(gone, 'never');
  await found(await connect(registry), 'kept');
  await gone.query('ROLLBACK');
  expect(await sequence(executeOn(await connect(registry)), new AbortController().signal)).toBe(1);
  expect(await ordered(registry)).toEqual(['kept']);
});

test('a tick without new entries draws no transaction id', async ({ registry }) => {
  const gone = await aTransaction(registry);
  await found(gone, 'never');
  await gone.query('ROLLBACK');
  const client = await connect(registry);
  await client.query('BEGIN');
  expect(await sequence(executeOn(client), new AbortController().signal)).toBe(0);
  const { rows } = await client.query('SELECT pg_current_xact_id_if_assigned() AS id');
  expect(rows).toEqual([{ id: null }]);
});
