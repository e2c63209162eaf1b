import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type BreakableEventStore, openBreakableEventStore } from '../harness/event-store.ts';
import { environmentOf, runProgram } from '../harness/program.ts';
import { openRelaying, type Relaying } from './relaying.ts';

let eventStore: BreakableEventStore;
let relaying: Relaying;

beforeEach(async () => {
  eventStore = await openBreakableEventStore();
  relaying = await openRelaying(eventStore);
});
afterEach(async () => {
  await relaying.close();
  await eventStore.stop();
});

const lose = (keep: number) => eventStore.server.memory.forget(eventStore.log.stream, keep);

async function relayed(): Promise<number> {
  await relaying.trade(2);
  await relaying.expectRelayed();
  return (await relaying.entries()).length;
}

function verify() {
  const { registry } = relaying;
  return runProgram(
    'verify-journal',
    environmentOf(registry, inject('cluster').primary, eventStore.environment),
  );
}

test('the program and the API say how many events they compared, and where EventStoreDB has none', async () => {
  relaying.start();
  const all = await relayed();
  await relaying.stopAll();
  expect(await verify()).toMatchObject({
    code: 0,
    output: expect.stringContaining(
      `${all} events are right, in the journal, and ${all} of them in EventStoreDB.`,
    ),
  });
  const api = async () => (await relaying.market.admin.get('/events/verify')).json();
  expect(await api()).toEqual({ verified: all, compared: all, difference: null });

  lose(5);
  expect(await api()).toEqual({
    verified: 5,
    compared: 5,
    difference: 'position 5: EventStoreDB has no event here',
  });
  lose(0);
  expect(await verify()).toMatchObject({
    code: 1,
    output: expect.stringContaining('DIFFERENCE: position 0: EventStoreDB has no event here'),
  });
});
