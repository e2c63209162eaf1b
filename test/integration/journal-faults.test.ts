import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type BreakableEventStore, openBreakableEventStore } from '../harness/event-store.ts';
import { openRelaySetup, type RelaySetup } from './relay-setup.ts';

let eventStore: BreakableEventStore;
let setup: RelaySetup;

beforeEach(async () => {
  eventStore = await openBreakableEventStore();
  setup = await openRelaySetup(eventStore);
});
afterEach(async () => {
  await setup.close();
  await eventStore.stop();
});

test('an append that is refused, loses its answer or meets a full disk neither loses nor duplicates an event', async () => {
  setup.start();
  eventStore.server.failNext('refuse', 'drop', 'full', 'drop', 'refuse', 'drop');
  await setup.trade(4);
  await setup.expectRelayed();
});

test('an append that is never answered is abandoned, and repeated once', async () => {
  eventStore.server.failNext('stall');
  setup.start();
  await setup.trade(1);
  await setup.expectRelayed();
});

test('failures of half of the answers neither lose nor duplicate an event', async () => {
  eventStore.server.failShare(0.5, 20_261_124);
  setup.start();
  await setup.trade(8);
  eventStore.server.failShare(0, 0);
  await setup.expectRelayed();
});

test('while the store is down writes continue, readiness reports it, and the relay catches up later', async () => {
  const journal = setup.start();
  await setup.trade(1);
  await setup.expectRelayed();
  await eventStore.server.stop();
  await setup.trade(3);
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('down'), 20_000);
  expect(journal.status().problem).toContain('EventStoreDB');
  await eventStore.server.restart();
  await setup.expectRelayed();
  await vi.waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', problem: null }), 10_000);
});

test('a store that lost its newest events receives them again', async () => {
  setup.start();
  await setup.trade(2);
  await setup.expectRelayed();
  await setup.stopAll();
  eventStore.server.memory.forget(eventStore.log.stream, 5);
  setup.start();
  await setup.expectRelayed();
});
