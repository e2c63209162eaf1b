import pg from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { queryOn, types } from '../../src/database/connection.ts';
import { connectEventLog, firstDifference, type Journal, startJournal } from '../../src/journal/index.ts';
import { relay } from '../../src/journal/relay.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { type EventStoreStandIn, startEventStore } from '../eventstore/server.ts';
import { aMarket, type Market } from '../harness/builders.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let market: Market;
let eventStore: EventStoreStandIn;
const journals: Journal[] = [];

beforeEach(async () => {
  registry = await openRegistry();
  market = await aMarket(registry);
  eventStore = await startEventStore();
});
afterEach(async () => {
  await Promise.all(journals.splice(0).map((each) => each.stop()));
  await eventStore.stop();
  await registry.close();
});

function start(): Journal {
  const journal = startJournal({
    writeUrl: registry.config.DATABASE_WRITE_URL,
    eventStore: eventStore.connectionString,
    onError: () => {},
  });
  journals.push(journal);
  return journal;
}

const stored = () => eventStore.memory.events('registry-events');

async function entries(): Promise<string[]> {
  const { rows } = await registry.primary.query('SELECT event_id FROM journal ORDER BY id');
  return rows.map(({ event_id }) => event_id);
}

/** Everything is in the store, once, in order. */
async function expectRelayed(): Promise<void> {
  const all = await entries();
  await vi.waitFor(() => expect(stored().length).toBe(all.length), { timeout: 40_000, interval: 50 });
  expect(stored().map(({ id }) => id)).toEqual(all);
  const log = connectEventLog(eventStore.connectionString);
  try {
    const verified = await registry.database.readPrimary(({ query }) => firstDifference(query, log));
    expect(verified).toEqual({ verified: all.length, difference: null });
  } finally {
    await log.close();
  }
}

async function trade(times: number): Promise<void> {
  for (let round = 0; round < times; round++) {
    const { id } = await market.bundle();
    await market.transfer([id], { certificate_quantity: 10 });
  }
}

test('readiness can tell how far a long catch-up is: the relay says it after every append', async () => {
  await registry.primary.query(
    `INSERT INTO organisation (name) SELECT 'Organisation ' || n FROM generate_series(1, 1200) AS n`,
  );
  const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL, types });
  await client.connect();
  onTestFinished(() => client.end());
  const log = connectEventLog(eventStore.connectionString);
  onTestFinished(() => log.close());
  const { signal } = new AbortController();
  await sequence(queryOn(client), signal);
  const told: number[] = [];
  const all = await relay(queryOn(client), log, 0, signal, (next) => told.push(next));
  expect(all).toBe((await entries()).length);
  expect(told).toEqual([500, 1000, all]);
});

test('every entry is in the store once, as an event of its type, data and metadata', async () => {
  start();
  await trade(3);
  await expectRelayed();
  const last = stored().at(-1);
  expect(JSON.parse(Buffer.from(last?.data ?? []).toString())).toMatchObject({
    entity_name: 'action',
    attributes_after: { action_type: 'transfer' },
  });
  expect(JSON.parse(Buffer.from(last?.metadata ?? []).toString())).toMatchObject({
    position: last?.revision,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    actor_id: market.trader.userId,
  });
});

test('once all is well, an entry is in the store without anybody asking for it, soon after its commit', async () => {
  const journal = start();
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('up'), 30_000);
  const before = stored().length;
  await market.bundle();
  // Within a second on a machine that is not busy; this one may be.
  await vi.waitFor(() => expect(stored().length).toBeGreaterThan(before), { timeout: 15_000, interval: 10 });
});

test('an append that is refused, whose answer is lost, or that meets a full disk loses and doubles nothing', async () => {
  start();
  eventStore.failNext('refuse', 'drop', 'full', 'drop', 'refuse', 'drop');
  await trade(4);
  await expectRelayed();
});

test('an append that is never answered is given up, and done once', async () => {
  eventStore.failNext('stall');
  start();
  await trade(1);
  await expectRelayed();
});

test('half of the answers failing loses and doubles nothing', async () => {
  eventStore.failShare(0.5, 20_261_124);
  start();
  await trade(8);
  eventStore.failShare(0, 0);
  await expectRelayed();
});

test('while the store is down writes go on, readiness says so, and the relay catches up', async () => {
  const journal = start();
  await trade(1);
  await expectRelayed();
  await eventStore.stop();
  await trade(3);
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('down'), 20_000);
  expect(journal.status().problem).toContain('EventStoreDB');
  await eventStore.restart();
  await expectRelayed();
  await vi.waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', problem: null }), 10_000);
});

test('two processes relay as one, and the second goes on where the first was stopped', async () => {
  const [first] = [start(), start()];
  await trade(2);
  await expectRelayed();
  await first?.stop();
  await trade(2);
  await expectRelayed();
});

test('a stream of another registry stops the relay, with a clear error, and nothing is appended to it', async () => {
  eventStore.memory.append('registry-events', 'any', [
    {
      id: crypto.randomUUID(),
      type: 'CREATE',
      contentType: 'application/json',
      data: Buffer.from('{}'),
      metadata: Buffer.from('{}'),
    },
  ]);
  const journal = start();
  await trade(1);
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('diverged'), 20_000);
  await vi.waitFor(
    () => expect(journal.status().problem).toMatch(/revision 0 of the stream has event id .* instead of/),
    20_000,
  );
  expect(stored().length).toBe(1);
});

test('a stream that goes on past the journal stops the relay', async () => {
  start();
  await trade(1);
  await expectRelayed();
  await Promise.all(journals.splice(0).map((each) => each.stop()));
  eventStore.memory.append('registry-events', 'any', [
    {
      id: crypto.randomUUID(),
      type: 'CREATE',
      contentType: 'application/json',
      data: Buffer.from('{}'),
      metadata: Buffer.from('{}'),
    },
  ]);
  const journal = start();
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('diverged'), 20_000);
  expect(journal.status().problem).toContain('which the journal has not reached');
});

test('a store that lost its newest events gets them again', async () => {
  start();
  await trade(2);
  await expectRelayed();
  await Promise.all(journals.splice(0).map((each) => each.stop()));
  eventStore.memory.forget('registry-events', 5);
  start();
  await expectRelayed();
});
