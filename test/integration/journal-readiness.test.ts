import pino from 'pino';
import { afterEach, expect, onTestFinished, vi } from 'vitest';
import { type RunningRegistry, startRegistry } from '../../src/start.ts';
import { tradingPair } from '../harness/builders.ts';
import { openBreakableEventStore, openEventStore, type TestEventStore } from '../harness/event-store.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { metricsOf } from '../harness/metrics.ts';
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

/** The positions that the last started process reports. */
async function positions() {
  const app = running.at(-1)?.app;
  if (app === undefined) throw new Error('no process was started');
  const metrics = await metricsOf(app);
  return {
    ordered: metrics.value('registry_journal_position'),
    relayed: metrics.value('registry_relay_position'),
  };
}

test('readiness reports that everything is ordered and relayed', async ({ registry }) => {
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
          unordered: 0,
          unrelayed: 0,
          problem: null,
        },
      }),
    { timeout: 20_000, interval: 50 },
  );
  const { entries } = rows[0];
  await vi.waitFor(
    async () => expect(await positions()).toEqual({ ordered: entries, relayed: entries }),
    20_000,
  );
});

test('readiness reports the backlog for an event store that is down', async ({ registry }) => {
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

test('readiness reports that the stream is not that of the journal', async ({ registry }) => {
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

test('a follower reports the progress of the order, too', async ({ registry }) => {
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
        unordered: 0,
        unrelayed: null,
      }),
    { timeout: 20_000, interval: 50 },
  );
  await vi.waitFor(
    async () => expect(await positions()).toEqual({ ordered: rows[0].entries, relayed: undefined }),
    20_000,
  );
});

test('every process reports the state of the event store, whichever leads', async ({ registry }) => {
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
  await expectSecond('ready', { event_store: 'up', unrelayed: 0, problem: null });
  const relayed = rows[0].entries;
  await vi.waitFor(async () => expect(await positions()).toMatchObject({ relayed }), 20_000);

  await eventStore.server.stop();
  await registry.primary.query("INSERT INTO organisation (name) VALUES ('waits')");
  const problem = 'EventStoreDB does not accept events.';
  await expectSecond('degraded', { event_store: 'down', unrelayed: 1, problem });
  expect(await positions()).toMatchObject({ relayed });

  eventStore.server.memory.forget(eventStore.log.stream);
  await eventStore.server.restart();
  await expectSecond('degraded', {
    event_store: 'diverged',
    problem: expect.stringMatching(/^EventStoreDB: the stream has lost events/),
  });
  await eventStore.stop();
});
