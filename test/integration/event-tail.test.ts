import { getEventListeners } from 'node:events';
import pg from 'pg';
import { afterAll, describe, expect, onTestFinished } from 'vitest';
import { loadCaller } from '../../src/authentication/index.ts';
import { executeOn, ormOn, types } from '../../src/database/connection.ts';
import type { Database } from '../../src/database/database.ts';
import { type StreamCall, serverSentEvents } from '../../src/event/server-sent.ts';
import { createEventTail, type EventTail, type Subscription, tailOf } from '../../src/event/tail.ts';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import type { Caller } from '../../src/operation/caller.ts';
import type { Client } from '../harness/client.ts';
import { type CountedDatabase, countedDatabase } from '../harness/counted-database.ts';
import { test } from '../harness/fixtures.ts';
import { anAccountOfMany } from '../harness/many-bundles.ts';
import { waitForSequencer, waitForStandby } from '../harness/polling.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

/** More than one page examines. */
const MANY = 12_000;
const PAGE_EVENTS = 500;

let journal: Journal;
test.beforeAll(async ({ registry, market }) => {
  journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
  const { admin, metadataId } = market;
  await anAccountOfMany(registry, admin, { count: MANY, metadataId });
  await settled(registry);
}, 180_000);
afterAll(() => journal.stop());

const clock = () => NOW;

/** Waits until everything has a position, also on the standby. Returns the last one. */
async function settled({ primary, standby }: TestRegistry): Promise<number> {
  await waitForSequencer(primary, 120_000);
  await waitForStandby(primary, standby);
  const { rows } = await primary.query('SELECT max(position)::int AS last FROM journal_position');
  return rows[0].last;
}

async function callerOf({ database, primary }: TestRegistry, { userId }: Client): Promise<Caller> {
  const caller = await database.readPrimary((reader) => loadCaller(reader, userId));
  const { rows } = await primary.query('SELECT id::int AS id FROM session WHERE user_id = $1', [userId]);
  if (caller === undefined) throw new Error(`there is no user ${userId}`);
  return { ...caller, sessionId: rows[0].id };
}

/** Subscriptions that end with the test, after their first look. */
async function subscribed(
  tail: EventTail,
  callers: readonly Caller[],
  { signal: closing } = new AbortController(),
): Promise<Subscription[]> {
  const subscriptions = callers.map((caller) => tail.subscribe({ caller, atLeast: undefined }, closing));
  onTestFinished(() => {
    for (const each of subscriptions) each.end();
  });
  await Promise.all(subscriptions.map((each) => each.state()));
  return subscriptions;
}

const looks = async (subscriptions: readonly Subscription[], many: number) => {
  for (let look = 0; look < many; look++) await Promise.all(subscriptions.map((each) => each.next()));
};

describe('one look', () => {
  const LOOKS = 3;

  test('is one read of as many statements for 600 streams as for one', async ({ registry, market }) => {
    const counted = countedDatabase(registry.database);
    const caller = await callerOf(registry, market.trader);
    const costOf = async (streams: number) => {
      const tail = createEventTail({ database: counted.database, clock });
      const subscriptions = await subscribed(tail, Array(streams).fill(caller));
      counted.reset();
      await looks(subscriptions, LOOKS);
      const cost = counted.reads();
      for (const each of subscriptions) each.end();
      return cost;
    };
    const ofOne = await costOf(1);
    expect(ofOne.reads).toBe(LOOKS);
    expect(await costOf(600)).toEqual(ofOne);
  });

  test('reads nothing once no stream is left', async ({ registry, market }) => {
    const counted = countedDatabase(registry.database);
    const tail = createEventTail({ database: counted.database, clock });
    const caller = await callerOf(registry, market.trader);
    const [first] = await subscribed(tail, [caller]);
    first?.end();
    counted.reset();
    // Another tail looks twice in the meantime.
    const other = await subscribed(createEventTail({ database: registry.database, clock }), [caller]);
    await looks(other, 2);
    expect(counted.reads()).toEqual({ reads: 0, statements: 0 });
  });

  test('by a server that is behind what is known does not restore rights that have ended', async ({
    registry,
    market,
  }) => {
    const leaving = await registry.as('ADMIN');
    const caller = await callerOf(registry, leaving);
    const behind = await snapshot(registry);
    let server: Database['read'] = registry.database.read;
    const database: Database = { ...registry.database, read: (...asked) => server(...asked) };
    const [stream] = await subscribed(createEventTail({ database, clock }), [caller]);
    expect((await stream?.state())?.authority).toBeDefined();
    expect((await leaving.post('/auth/logout')).statusCode).toBe(200);
    await market.admin.post('/organisation/create', { name: crypto.randomUUID() });
    const last = await settled(registry);
    while ((await stream?.state())?.upTo !== last) await stream?.next();
    server = behind;
    await stream?.next();
    await stream?.next();
    expect(await stream?.state()).toEqual({ authority: undefined, upTo: last });
  });
});

describe('when the server stops', () => {
  test('streams end without a further read, also those that join afterwards', async ({
    registry,
    market,
  }) => {
    const counted = countedDatabase(registry.database);
    const caller = await callerOf(registry, market.trader);
    const tail = createEventTail({ database: counted.database, clock });
    const closing = new AbortController();
    const [stream] = await subscribed(tail, [caller], closing);
    const waiting = stream?.next();
    counted.reset();
    closing.abort();
    await waiting;
    const [late] = await subscribed(tail, [caller], closing);
    for (const each of [stream, late]) expect((await each?.state())?.authority).toBeUndefined();
    expect(counted.reads().reads).toBe(0);
  });

  test('one listener wakes all streams, and none is left', async ({ registry, market }) => {
    const caller = await callerOf(registry, market.trader);
    const closing = new AbortController();
    const tail = createEventTail({ database: registry.database, clock });
    const streams = await subscribed(tail, Array(50).fill(caller), closing);
    expect(getEventListeners(closing.signal, 'abort')).toHaveLength(1);
    closing.abort();
    await Promise.all(streams.map((each) => each.state()));
    await expect.poll(() => getEventListeners(closing.signal, 'abort')).toEqual([]);
  });
});

/** Reads from the state of now, also later. */
async function snapshot({ config }: TestRegistry): Promise<Database['read']> {
  const client = new pg.Client({ connectionString: config.DATABASE_WRITE_URL, types });
  onTestFinished(() => client.end());
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query('SELECT FROM journal LIMIT 1');
  return (work) => work({ execute: executeOn(client), orm: ormOn(client) });
}

interface OpenedStream {
  readonly stream: AsyncGenerator<string>;
  /** The reads of the stream itself, beside those that all streams share. */
  readonly own: CountedDatabase;
}

/** A stream of a caller, whose process already follows the journal. */
async function anEventStream(
  registry: TestRegistry,
  client: Client,
  { after, scope }: { after: number; scope: 'all' | 'own' },
): Promise<OpenedStream> {
  const own = countedDatabase(registry.database);
  const caller = await callerOf(registry, client);
  const services = { database: registry.database, clock };
  await subscribed(tailOf(services), [caller]);
  const call: StreamCall = {
    services,
    authority: { caller, scope },
    queryParams: { limit: 100 },
    read: (work) => own.database.read(work),
    atLeast: undefined,
    closing: new AbortController().signal,
  };
  const stream = serverSentEvents(call, after);
  onTestFinished(async () => void (await stream.return(undefined)));
  expect((await stream.next()).value).toBe(': registry events\n\n');
  return { stream, own };
}

const positionsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

/** The positions in each chunk of a stream, up to a position. */
async function chunksUpTo({ stream }: OpenedStream, last: number): Promise<number[][]> {
  const chunks: number[][] = [];
  while (chunks.at(-1)?.at(-1) !== last) {
    const { value } = await stream.next();
    chunks.push(positionsIn(String(value)));
  }
  return chunks;
}

const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('a stream', () => {
  test('that follows the journal reads nothing for itself', async ({ registry, market }) => {
    const head = await settled(registry);
    const opened = await anEventStream(registry, market.admin, { after: head, scope: 'all' });
    for (let many = 0; many < 20; many++)
      await market.admin.post('/organisation/create', { name: crypto.randomUUID() });
    const last = await settled(registry);
    expect((await chunksUpTo(opened, last)).flat()).toEqual(from(head + 1, last));
    expect(opened.own.reads()).toEqual({ reads: 0, statements: 0 });
  });

  test('that is behind catches up by pages of at most 500 events, then reads nothing for itself', async ({
    registry,
    market,
  }) => {
    const head = await settled(registry);
    const opened = await anEventStream(registry, market.admin, { after: -1, scope: 'all' });
    const pages = await chunksUpTo(opened, head);
    expect(pages.flat()).toEqual(from(0, head));
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(PAGE_EVENTS);
    expect(opened.own.reads().reads).toBe(pages.length);
    opened.own.reset();
    await market.admin.post('/organisation/create', { name: crypto.randomUUID() });
    const last = await settled(registry);
    await chunksUpTo(opened, last);
    expect(opened.own.reads()).toEqual({ reads: 0, statements: 0 });
  });

  test('of a user who may see little of what it missed examines at most 10 000 positions a page', async ({
    registry,
  }) => {
    const stranger = await registry.as('AUDIT_USER');
    const head = await settled(registry);
    const opened = await anEventStream(registry, stranger, { after: -1, scope: 'own' });
    // The events of its own user are the last that it may see.
    const own = await positionsOf(registry, stranger);
    expect(await chunksUpTo(opened, own.at(-1) ?? -1)).toEqual([own]);
    expect(head).toBeGreaterThan(10_000);
    expect(opened.own.reads().reads).toBe(Math.ceil((head + 1) / 10_000));
  });
});

/** The positions of the events of a client's user. */
async function positionsOf({ primary }: TestRegistry, { userId }: Client): Promise<number[]> {
  const { rows } = await primary.query<{ position: number }>(
    `SELECT p.position::int AS position FROM journal_position p JOIN journal j ON j.id = p.journal_id
     WHERE j.entity_name = 'registry_user' AND j.entity_id = $1 ORDER BY p.position`,
    [userId],
  );
  return rows.map(({ position }) => position);
}
