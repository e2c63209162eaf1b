import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type Journal, verifyJournal } from '../../src/journal/index.ts';
import { relay } from '../../src/journal/relay.ts';
import { type BreakableEventStore, openBreakableEventStore } from '../harness/event-store.ts';
import { environmentOf, runProgram } from '../harness/program.ts';
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

const lose = (keep: number) => eventStore.server.memory.forget(eventStore.log.stream, keep);

async function relayed(): Promise<number> {
  await setup.trade(2);
  await setup.expectRelayed();
  return (await setup.entries()).length;
}

function verify() {
  const { registry } = setup;
  return runProgram(
    'verify-journal',
    environmentOf(registry, inject('cluster').primary, eventStore.environment),
  );
}

test('the program and the API report the number of compared events, and the first that EventStoreDB lacks', async () => {
  setup.start();
  const all = await relayed();
  await setup.stopAll();
  expect(await verify()).toMatchObject({
    code: 0,
    output: expect.stringContaining(
      `${all} events are right, in the journal, and ${all} of them in EventStoreDB.`,
    ),
  });
  const api = async () => (await setup.market.admin.get('/events/verify')).json();
  expect(await api()).toEqual({ verified: all, compared: all, difference: null, places: null });

  // Both wait ten seconds for the relay to append the events, so they run at the same time.
  lose(5);
  const [fromApi, fromProgram] = await Promise.all([api(), verify()]);
  const difference = 'position 5: EventStoreDB has no event here';
  expect(fromApi).toEqual({ verified: 5, compared: 5, difference, places: null });
  expect(fromProgram).toMatchObject({
    code: 1,
    output: expect.stringContaining(`DIFFERENCE: ${difference}`),
  });
});

test('a stream that has lost all its events differs at position 0', async () => {
  setup.start();
  await relayed();
  await setup.stopAll();
  lose(0);
  const verified = await setup.registry.database.readPrimary(({ execute }) =>
    verifyJournal(execute, { log: eventStore.log, waitMs: 0 }),
  );
  expect(verified).toEqual({
    verified: 0,
    compared: 0,
    difference: 'position 0: EventStoreDB has no event here',
  });
});

test('an event store that is down is not a difference: the API answers 503, and the program ends with 3', async () => {
  await eventStore.server.stop();
  expect((await setup.market.admin.get('/events/verify')).json()).toMatchObject({
    status: 503,
    detail: 'EventStoreDB is currently unavailable.',
  });
  const { code, output } = await verify();
  expect(code).toBe(3);
  expect(output).not.toContain('DIFFERENCE');
});

const held = () => eventStore.server.memory.events(eventStore.log.stream).length;

/** The process reports the reason. */
async function expectDiverged(journal: Journal, problem: RegExp): Promise<void> {
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('diverged'), 30_000);
  expect(journal.status()).toMatchObject({ problem: expect.stringMatching(problem), relayedUpTo: null });
}

const backUp = (journal: Journal) =>
  vi.waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', problem: null }), 30_000);

describe.each([0, 5])('a stream that keeps %i of its events', (keep) => {
  test('stops the relay, idle or not, until the events return', async () => {
    const journal = setup.start();
    const all = await relayed();
    await backUp(journal);
    lose(keep);
    await expectDiverged(journal, RegExp(`lost events: it held ${all} of them, and holds ${keep}$`));
    await setup.trade(1);
    await expectDiverged(journal, /lost events/);
    expect(held()).toBe(keep);

    // As a restore of EventStoreDB would do.
    const { signal } = new AbortController();
    await setup.registry.database.readPrimary(({ execute }) => relay(execute, eventStore.log, keep, signal));
    await backUp(journal);
    await setup.trade(1);
    await setup.expectRelayed();
  });

  test('is not filled by a new leader', async () => {
    const first = setup.start();
    await vi.waitFor(() => expect(first.status().leads).toBe(true), 30_000);
    const second = setup.start();
    const all = await relayed();
    await vi.waitFor(() => expect(second.status()).toMatchObject({ leads: false, relayedUpTo: all }), 30_000);
    await first.stop();
    lose(keep);
    await vi.waitFor(() => expect(second.status().leads).toBe(true), 30_000);
    await expectDiverged(second, /lost events/);
    expect(held()).toBe(keep);
  });

  test('is filled after a restart of all processes, with a warning', async () => {
    setup.start();
    const all = await relayed();
    await setup.stopAll();
    lose(keep);
    const warnings: string[] = [];
    const journal = setup.start((what) => warnings.push(what));
    await backUp(journal);
    await setup.expectRelayed();
    expect(warnings).toEqual([`EventStoreDB has ${keep} of ${all} events; the relay appends the others`]);
  });
});

test('a stream that looks correct but refuses every append is reported, and appended to once it accepts', async () => {
  const append = vi.spyOn(eventStore.server.memory, 'append');
  append.mockReturnValue({ result: 'wrong expected version', current: 41 });
  const journal = setup.start();
  await setup.trade(1);
  const problem = 'EventStoreDB does not accept events.';
  await vi.waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'down', problem }), 30_000);
  append.mockRestore();
  await setup.expectRelayed();
  await backUp(journal);
});

test('events stored at other revisions than their positions stop the relay', async () => {
  const append = vi.spyOn(eventStore.server.memory, 'append');
  append.mockReturnValue({ result: 'success', revision: 4_711, commit: 1 });
  const journal = setup.start();
  await expectDiverged(journal, /position \d+ was appended to the stream as revision 4711/);
});
