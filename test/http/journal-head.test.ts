import pg from 'pg';
import { describe, expect } from 'vitest';
import { signAnchor } from '../../src/anchor/anchor.ts';
import { insertAnchor } from '../../src/anchor/anchor-table.ts';
import { executeOn, types } from '../../src/database/connection.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { aKey, someFacts } from '../harness/anchors.ts';
import { untilReplicated } from '../harness/builders.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

/** Assigns positions to all entries. */
async function order(registry: TestRegistry, work: (client: pg.Client) => Promise<unknown> = async () => {}) {
  const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL, types });
  await client.connect();
  await sequence(executeOn(client), new AbortController().signal);
  await work(client);
  await client.end();
  await untilReplicated(registry);
}

describe('GET /journal/head', () => {
  test('returns nothing for an empty journal', async ({ registry }) => {
    const client = await registry.as('AUDIT_USER');
    const { statusCode, body } = await client.get('/journal/head');
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({ position: null, hash: null, anchor: null });
  });

  test('returns the last event and the last anchor to every user', async ({ registry }) => {
    const client = await registry.as('TRADING_USER');
    const anchor = signAnchor(someFacts, aKey());
    await order(registry, (connection) => insertAnchor(executeOn(connection), anchor));
    const { rows } = await registry.primary.query(`
      SELECT position::int, encode(hash, 'hex') AS hash FROM journal_position ORDER BY position DESC LIMIT 1`);
    const { statusCode, body } = await client.get('/journal/head');
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({ ...rows[0], anchor });
  });

  test('requires a user', async ({ registry }) => {
    expect((await registry.app.inject('/journal/head')).statusCode).toBe(401);
  });
});

test('GET /events/verify verifies no anchors without keys', async ({ registry, admin }) => {
  await order(registry, (client) => insertAnchor(executeOn(client), signAnchor(someFacts, aKey())));
  const { body } = await admin.get('/events/verify');
  expect(JSON.parse(body)).toMatchObject({ difference: null, places: null });
});
