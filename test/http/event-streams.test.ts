import { afterAll, describe, expect, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { aKey } from '../harness/api-key.ts';
import { Client } from '../harness/client.ts';
import { countedDatabase } from '../harness/counted-database.ts';
import { type EventStream, openEventStream, type StreamedEvent } from '../harness/event-stream.ts';
import { testWithOwnMarket as baseTest } from '../harness/fixtures.ts';
import { metricsOf } from '../harness/metrics.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { MAX_STREAMS: '100' });

let journal: Journal;
test.beforeAll(async ({ registry }) => {
  journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
  await registry.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => journal.stop());

const LIMIT = { timeout: 60_000, interval: 20 };
const positions = (stream: EventStream) => stream.events().map(({ position }) => position);
const upTo = (last: number) => Array.from({ length: last + 1 }, (_, position) => position);

/** The position of the last event, once everything has one and the API shows it. */
async function lastPosition({ primary, standby }: TestRegistry): Promise<number> {
  const { rows } = await primary.query('SELECT count(*)::int AS entries FROM journal');
  await vi.waitFor(async () => {
    const shown = await standby.query('SELECT count(*)::int AS entries FROM journal_position');
    expect(shown.rows).toEqual(rows);
  }, LIMIT);
  return rows[0].entries - 1;
}

const listed = async (client: Client): Promise<StreamedEvent[]> =>
  (await client.get('/events?limit=1000')).json();

describe('streams of one process', () => {
  test('read the journal and the rights of their callers together, however many they are', async ({
    registry,
    market,
  }) => {
    const { database, reads } = countedDatabase(registry.database);
    const { config } = registry;
    const app = await buildApp({ config, database, clock: () => NOW, log: registry.app.log });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const users = await Promise.all([1, 2, 3].map(() => registry.as('ADMIN')));
    const streams = await Promise.all(
      users.flatMap((user) => Array.from({ length: 20 }, () => openEventStream({ ...registry, app }, user))),
    );
    const last = await lastPosition(registry);
    await vi.waitFor(() => {
      for (const stream of streams) expect(stream.events().at(-1)?.position).toBe(last);
    }, LIMIT);
    const [began, before] = [performance.now(), reads().reads];
    await market.admin.post('/organisation/create', { name: crypto.randomUUID() });
    await vi.waitFor(() => {
      for (const stream of streams) expect(stream.events().at(-1)?.position).toBeGreaterThan(last);
    }, LIMIT);
    // One look every 500 ms, and at most one more for each event.
    expect(reads().reads - before).toBeLessThanOrEqual((performance.now() - began) / 500 + 3);
    for (const stream of streams) stream.close();
    await app.close();
  });

  test('each have every event once and in order, also those that join while others are written', async ({
    registry,
    market,
  }) => {
    const early = await openEventStream(registry, market.admin);
    const writing = (async () => {
      for (let many = 0; many < 30; many++) await market.bundle();
    })();
    const late = await Promise.all(
      ['', '?after=3', '?after=7'].map((query) => openEventStream(registry, market.admin, { query })),
    );
    await writing;
    const all = upTo(await lastPosition(registry));
    await vi.waitFor(() => expect(positions(early)).toEqual(all), LIMIT);
    for (const [index, first] of [0, 4, 8].entries()) {
      await vi.waitFor(() => expect(late[index] && positions(late[index])).toEqual(all.slice(first)), LIMIT);
    }
  });

  test('send what the list contains, redacted for their caller, live and afterwards', async ({
    registry,
    market,
  }) => {
    const callers = [market.admin, market.trader, market.receiver];
    const live = await Promise.all(callers.map((caller) => openEventStream(registry, caller)));
    const [moved, kept] = [await market.bundle(), await market.bundle()];
    const created = await lastPosition(registry);
    await vi.waitFor(() => expect(live[0]?.events().at(-1)?.position).toBe(created), LIMIT);
    await market.transfer([moved.id]);
    await market.cancel([kept.id], { certificate_quantity: 30 });
    await lastPosition(registry);
    for (const [index, caller] of callers.entries()) {
      const list = await listed(caller);
      const afterwards = await openEventStream(registry, caller);
      await vi.waitFor(() => expect(afterwards.events()).toEqual(list), LIMIT);
      // The receiver was not the holder yet when the bundle was created.
      const expected = list.filter(({ event_type: type }) => caller !== market.receiver || type === 'UPDATE');
      await vi.waitFor(() => expect(live[index]?.events()).toEqual(expect.arrayContaining(expected)), LIMIT);
    }
    expect(live[2]?.events().filter((each) => each.entity_name === 'bundle')).toMatchObject([
      { entity_id: moved.id, actor_id: null, attributes_after: { account_id: market.target.id } },
    ]);
  });

  test('apply the filters of their clients', async ({ registry, market }) => {
    const { id } = await market.bundle();
    const query = `?entity_name=bundle&entity_id=${id}`;
    const stream = await openEventStream(registry, market.admin, { query });
    await vi.waitFor(() => expect(stream.events()).toHaveLength(1), LIMIT);
    await market.bundle();
    await market.transfer([id]);
    await vi.waitFor(() => expect(stream.events()).toHaveLength(2), LIMIT);
    expect(stream.events()).toMatchObject([
      { entity_id: id, event_type: 'CREATE' },
      { entity_id: id, event_type: 'UPDATE' },
    ]);
  });
});

describe('a user who is removed from an account', () => {
  test('receives no further event of its bundles, on streams that are open', async ({ registry, market }) => {
    const { admin, trader, source } = market;
    const key = await aKey(trader, { permissions: ['read'] });
    const clients = [trader, new Client(registry.app, key.api_key, trader.userId)];
    const streams = await Promise.all(clients.map((client) => openEventStream(registry, client)));
    const all = await openEventStream(registry, admin);
    const ids = (stream: EventStream) =>
      stream.events().flatMap((each) => (each.entity_name === 'bundle' ? each.entity_id : []));
    const before = await market.bundle();
    for (const stream of streams) await vi.waitFor(() => expect(ids(stream)).toEqual([before.id]), LIMIT);
    const removed = await admin.patch(`/account/update/${source.id}`, { user_ids: [admin.userId] });
    expect(removed.statusCode, removed.body).toBe(200);
    const after = await market.bundle();
    const last = await lastPosition(registry);
    await vi.waitFor(() => expect(all.events().at(-1)?.position).toBe(last), LIMIT);
    expect(ids(all)).toContain(after.id);
    // The streams go on: they still receive what their user may see.
    const restored = { user_ids: [admin.userId, trader.userId] };
    expect((await admin.patch(`/account/update/${source.id}`, restored)).statusCode).toBe(200);
    const again = await market.bundle();
    for (const stream of streams) await vi.waitFor(() => expect(ids(stream)).toContain(again.id), LIMIT);
    for (const stream of streams) expect(ids(stream)).toEqual([before.id, again.id]);
  });
});

describe('a stream ends', () => {
  const open = async (registry: TestRegistry, client: Client) => {
    const stream = await openEventStream(registry, client);
    await vi.waitFor(() => expect(stream.events()).not.toEqual([]), LIMIT);
    return stream;
  };

  test('with the API key of its client', async ({ registry }) => {
    const admin = await registry.as('ADMIN');
    const key = await aKey(admin);
    const ofKey = await open(registry, new Client(registry.app, key.api_key, admin.userId));
    const ofSession = await open(registry, admin);
    expect((await admin.delete(`/auth/api_keys/${key.id}`)).statusCode).toBe(200);
    await vi.waitFor(() => expect(ofKey.ended()).toBe(true), LIMIT);
    expect(ofSession.ended()).toBe(false);
  });

  test('when its access token expires', async ({ registry, market }) => {
    const stream = await open(registry, market.admin);
    registry.setClock(new Date(NOW.getTime() + 3_601_000));
    await vi.waitFor(() => expect(stream.ended()).toBe(true), LIMIT);
    registry.setClock(NOW);
  });

  test('with its user', async ({ registry, market }) => {
    const admin = await registry.as('ADMIN');
    const stream = await open(registry, admin);
    expect((await market.admin.delete(`/user/delete/${admin.userId}`)).statusCode).toBe(200);
    await vi.waitFor(() => expect(stream.ended()).toBe(true), LIMIT);
  });

  test('and gives its place back when the client goes', async ({ registry, market }) => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(registry, market.admin)));
    expect((await openEventStream(registry, market.admin)).status).toBe(429);
    for (const stream of streams) stream.close();
    await vi.waitFor(
      async () => expect((await metricsOf(registry.app)).value('registry_streams_open')).toBe(0),
      LIMIT,
    );
  });
});
