import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject } from 'vitest';
import { executeOn, types } from '../../src/database/connection.ts';
import { chainHash, sequencedEntries, verifyJournal } from '../../src/journal/index.ts';
import { relay } from '../../src/journal/relay.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { openEventStore, type TestEventStore } from '../harness/event-store.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { atDatabase } from '../harness/urls.ts';

/** A superuser, whom no trigger restricts. */
let client: pg.Client;
const NEVER = new AbortController().signal;

test.beforeEach(async ({ registry }) => {
  const name = new URL(registry.config.DATABASE_WRITE_URL).pathname.slice(1);
  client = new pg.Client({ connectionString: atDatabase(inject('cluster').primary, name), types });
  await client.connect();
  await client.query("INSERT INTO organisation (name) SELECT 'org ' || n FROM generate_series(1, 5) AS n");
  await client.query("UPDATE organisation SET address = 'x' WHERE id < 4");
  expect(await sequence(executeOn(client), NEVER)).toBe(8);
  await client.query('SET session_replication_role = replica');
});
afterEach(async () => {
  await client.end();
});

const at = (position: number) => `(SELECT journal_id FROM journal_position WHERE position = ${position})`;
const verified = () => verifyJournal(executeOn(client));

describe('verification of the journal', () => {
  test('confirms an unchanged journal', async () => {
    expect(await verified()).toEqual({ verified: 8, compared: null, difference: null });
  });

  test.each([
    [
      'an edited attribute',
      `UPDATE journal SET attributes_after = attributes_after || '{"name": "forged"}' WHERE id = ${at(2)}`,
      2,
      /^position 2: the entry of event \S+ does not fit its hash$/,
    ],
    [
      'an edited actor',
      `UPDATE journal SET actor_id = 1 WHERE id = ${at(3)}`,
      3,
      /^position 3: the entry of event \S+ does not fit its hash$/,
    ],
    [
      'a time edited by a microsecond',
      `UPDATE journal SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = ${at(0)}`,
      0,
      /^position 0: the entry of event \S+ does not fit its hash$/,
    ],
    [
      'an edited hash',
      'UPDATE journal_position SET hash = sha256(hash) WHERE position = 4',
      4,
      /^position 4: the entry of event \S+ does not fit its hash$/,
    ],
    [
      'a deleted entry',
      `DELETE FROM journal WHERE id = ${at(5)}`,
      5,
      /^position 5: missing; the next one is 6$/,
    ],
    [
      'the deletion of the last entry',
      `DELETE FROM journal WHERE id = ${at(7)}`,
      7,
      /^position 7: its entry is missing$/,
    ],
    [
      'a deleted position',
      'DELETE FROM journal_position WHERE position = 1',
      1,
      /^position 1: missing; the next one is 2$/,
    ],
    [
      'two swapped entries',
      `UPDATE journal_position SET journal_id = -journal_id WHERE position IN (1, 2); UPDATE journal_position SET journal_id = CASE position WHEN 1 THEN ${at(2)} ELSE ${at(1)} END * -1 WHERE position IN (1, 2)`,
      1,
      /^position 1: the entry of event \S+ does not fit its hash$/,
    ],
  ])('reports %s', async (_, statements, position, difference) => {
    await client.query(statements);
    const found = await verified();
    expect(found.difference).toMatch(difference);
    expect(found.verified).toBe(position);
  });

  test('reports an inserted entry', async () => {
    await client.query(`INSERT INTO journal (id, transaction_id, event_id, event_type, entity_name, entity_id, recorded_at) OVERRIDING SYSTEM VALUE
      SELECT 0, transaction_id, gen_random_uuid(), event_type, entity_name, 99, recorded_at FROM journal WHERE id = ${at(0)}`);
    expect((await verified()).difference).toBe('entry 0 has no position');
  });

  test('ignores entries without a position', async () => {
    await client.query('SET session_replication_role = origin');
    await client.query("INSERT INTO organisation (name) VALUES ('new')");
    expect(await verified()).toEqual({ verified: 8, compared: null, difference: null });
  });
});

describe('verification of EventStoreDB', () => {
  let eventStore: TestEventStore;

  beforeEach(async () => {
    eventStore = await openEventStore();
  });
  afterEach(() => eventStore.stop());

  async function difference(): Promise<string | null> {
    return (await verifyJournal(executeOn(client), { log: eventStore.log, waitMs: 0 })).difference;
  }

  async function relayed(): Promise<void> {
    expect(await relay(executeOn(client), eventStore.log, 0, NEVER)).toBe(8);
  }

  test('confirms the stream that the relay wrote', async () => {
    await relayed();
    expect(await difference()).toBeNull();
  });

  test('reports an event that differs from the entry at its position, though entry and hash agree', async () => {
    await relayed();
    await client.query(`UPDATE journal SET request_id = 'forged' WHERE id = ${at(7)}`);
    const [six, seven] = await sequencedEntries(executeOn(client), sql`p.position >= 6`, 2);
    if (six === undefined || seven === undefined) throw new Error('there are eight entries');
    const forged = chainHash(six.hash, seven);
    await client.query(`UPDATE journal_position SET hash = decode($1, 'hex') WHERE position = 7`, [forged]);
    expect(await verified()).toEqual({ verified: 8, compared: null, difference: null });
    expect(await difference()).toBe('position 7: EventStoreDB has other data');
  });

  test('reports a stream that continues after the journal was truncated', async () => {
    await relayed();
    await client.query(`DELETE FROM journal WHERE id = ${at(7)}`);
    await client.query('DELETE FROM journal_position WHERE position = 7');
    expect(await difference()).toBe('EventStoreDB goes on to revision 7, the journal does not');
  });

  test('reports the first event that the stream has lost, also if all are lost', async () => {
    expect(await difference()).toBe('position 0: EventStoreDB has no event here');
  });

  test('waits for the events still to be relayed, and reports how many it compared', async () => {
    const found = verifyJournal(executeOn(client), { log: eventStore.log });
    await relayed();
    expect(await found).toEqual({ verified: 8, compared: 8, difference: null });
  });
});
