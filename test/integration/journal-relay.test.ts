import pg from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { executeOn, types } from '../../src/database/connection.ts';
import { relay } from '../../src/journal/relay.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { openEventStore, type TestEventStore } from '../harness/event-store.ts';
import { openRelaySetup, type RelaySetup } from './relay-setup.ts';

let eventStore: TestEventStore;
let setup: RelaySetup;

beforeEach(async () => {
  eventStore = await openEventStore();
  setup = await openRelaySetup(eventStore);
});
afterEach(async () => {
  await setup.close();
  await eventStore.stop();
});

const lastRevision = async () => (await eventStore.log.last())?.revision ?? -1;

test('the relay reports its progress after every append, so readiness shows how far a long catch-up is', async () => {
  const { registry } = setup;
  await registry.primary.query(
    `INSERT INTO organisation (name) SELECT 'Organisation ' || n FROM generate_series(1, 1200) AS n`,
  );
  const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL, types });
  await client.connect();
  onTestFinished(() => client.end());
  const { signal } = new AbortController();
  await sequence(executeOn(client), signal);
  const reported: number[] = [];
  const all = await relay(executeOn(client), eventStore.log, 0, signal, (next) => reported.push(next));
  expect(all).toBe((await setup.entries()).length);
  expect(reported).toEqual([500, 1000, all]);
});

test('every entry is in the store once, as an event with its type, data and metadata', async () => {
  setup.start();
  await setup.trade(3);
  await setup.expectRelayed();
  const last = await eventStore.log.last();
  expect(last?.data).toMatchObject({
    entity_name: 'action',
    attributes_after: { action_type: 'transfer' },
  });
  expect(last?.metadata).toMatchObject({
    position: last?.revision,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    actor_id: setup.market.trader.userId,
  });
});

test('an entry is relayed soon after its commit, without a request', async () => {
  const journal = setup.start();
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('up'), 30_000);
  const before = await lastRevision();
  await setup.market.bundle();
  // Within a second on an idle machine; this one may be busy.
  await vi.waitFor(async () => expect(await lastRevision()).toBeGreaterThan(before), {
    timeout: 15_000,
    interval: 10,
  });
});

test('two processes relay each event once, and the second continues where the first stopped', async () => {
  const [first] = [setup.start(), setup.start()];
  await setup.trade(2);
  await setup.expectRelayed();
  await first?.stop();
  await setup.trade(2);
  await setup.expectRelayed();
});

test('a stream of another registry stops the relay with a clear error, and nothing is appended to it', async () => {
  await eventStore.appendForeign();
  const journal = setup.start();
  await setup.trade(1);
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('diverged'), 20_000);
  await vi.waitFor(
    () => expect(journal.status().problem).toMatch(/revision 0 of the stream has event id .* instead of/),
    20_000,
  );
  expect(await lastRevision()).toBe(0);
});

test('a stream that continues past the journal stops the relay', async () => {
  setup.start();
  await setup.trade(1);
  await setup.expectRelayed();
  await setup.stopAll();
  await eventStore.appendForeign();
  const journal = setup.start();
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('diverged'), 20_000);
  expect(journal.status().problem).toContain('which the journal has not reached');
});
