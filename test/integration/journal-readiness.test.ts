import pino from 'pino';
import { afterEach, expect, onTestFinished, vi } from 'vitest';
import { type RunningRegistry, startRegistry } from '../../src/start.ts';
import { tradingPair } from '../harness/builders.ts';
import { openBreakableEventStore, openEventStore, type TestEventStore } from '../harness/event-store.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const running: RunningRegistry[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

/** An API process as `main.ts` starts it. */
async function start(
  registry: TestRegistry,
  eventStore?: TestEventStore,
): Promise<() => Promise<Record<string, unknown>>> {
  const config = { ...registry.config, PORT: 0, ...eventStore?.environment };
  const started = await startRegistry(config, pino({ level: 'silent' }));
  running.push(started);
  return async () => JSON.parse(await (await fetch(`${started.url}/health/ready`)).text());
}

test('readiness tells that all is ordered and relayed', async ({ registry }) => {
  const eventStore = await openEventStore();
  onTestFinished(() => eventStore.stop());
  await tradingPair(registry);
  const { rows } = await registry.primary.query('SELECT count(*)::int AS entries FROM journal');
  const ready = await start(registry, eventStore);
  await vi.waitFor(
    async () =>
      expect(await ready()).toMatchObject({
        status: 'ready',
        journal: {
          leads: true,
          event_store: 'up',
          ordered_up_to: rows[0].entries,
          unordered: 0,
          relayed_up_to: rows[0].entries,
          unrelayed: 0,
          problem: null,
        },
      }),
    { timeout: 20_000, interval: 50 },
  );
});

test('readiness tells how much of the journal waits for an event store that is down', async ({
  registry,
}) => {
  const eventStore = await openBreakableEventStore();
  await eventStore.stop();
  await tradingPair(registry);
  const ready = await start(registry, eventStore);
  await vi.waitFor(
    async () =>
      expect(await ready()).toMatchObject({
        status: 'degraded',
        journal: { event_store: 'down', unordered: 0, problem: 'EventStoreDB does not accept events.' },
      }),
    { timeout: 20_000, interval: 50 },
  );
});

test('readiness tells that a stream is not the one of the journal', async ({ registry }) => {
  const eventStore = await openEventStore();
  onTestFinished(() => eventStore.stop());
  await eventStore.appendForeign();
  await tradingPair(registry);
  const ready = await start(registry, eventStore);
  await vi.waitFor(
    async () =>
      expect(await ready()).toMatchObject({
        status: 'degraded',
        journal: {
          event_store: 'diverged',
          problem: expect.stringMatching(/revision 0 of the stream has event id/),
        },
      }),
    { timeout: 20_000, interval: 50 },
  );
});

test('a process that does not lead tells how far the order is all the same', async ({ registry }) => {
  await tradingPair(registry);
  const { rows } = await registry.primary.query('SELECT count(*)::int AS entries FROM journal');
  const first = await start(registry);
  await vi.waitFor(async () => expect((await first()).journal).toMatchObject({ leads: true }), 20_000);
  const second = await start(registry);
  await vi.waitFor(
    async () =>
      expect((await second()).journal).toMatchObject({
        leads: false,
        event_store: 'absent',
        ordered_up_to: rows[0].entries,
        unordered: 0,
        unrelayed: null,
      }),
    { timeout: 20_000, interval: 50 },
  );
});

test('every process tells of the event store, whoever leads', async ({ registry }) => {
  const eventStore = await openBreakableEventStore();
  await tradingPair(registry);
  const { rows } = await registry.primary.query('SELECT count(*)::int AS entries FROM journal');
  const first = await start(registry, eventStore);
  await vi.waitFor(async () => expect((await first()).journal).toMatchObject({ leads: true }), 20_000);
  const second = await start(registry, eventStore);
  const expectSecond = (status: string, journal: object) =>
    vi.waitFor(
      async () => expect(await second()).toMatchObject({ status, journal: { leads: false, ...journal } }),
      { timeout: 30_000, interval: 50 },
    );
  const all = rows[0].entries;
  await expectSecond('ready', { event_store: 'up', relayed_up_to: all, unrelayed: 0, problem: null });

  await eventStore.server.stop();
  await registry.primary.query("INSERT INTO organisation (name) VALUES ('waits')");
  const problem = 'EventStoreDB does not accept events.';
  await expectSecond('degraded', { event_store: 'down', relayed_up_to: all, unrelayed: 1, problem });

  eventStore.server.memory.forget(eventStore.log.stream);
  await eventStore.server.restart();
  await expectSecond('degraded', {
    event_store: 'diverged',
    problem: expect.stringMatching(/^EventStoreDB: the stream has lost events/),
  });
  await eventStore.stop();
});
