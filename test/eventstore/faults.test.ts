import { setTimeout as sleep } from 'node:timers/promises';
import {
  ANY,
  type AppendExpectedRevision,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  StreamNotFoundError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FakeEventStore, startEventStore } from './server.ts';

const STREAM = 'faults';

let server: FakeEventStore;
let client: EventStoreDBClient;

beforeEach(async () => {
  server = await startEventStore();
  client = EventStoreDBClient.connectionString(server.connectionString);
});
afterEach(() => server.stop());

const anEvent = (n = 0) => jsonEvent({ type: 'UPDATE', data: { n } });
type Event = ReturnType<typeof anEvent>;
const storedIds = () => server.memory.events(STREAM).map(({ id }) => id);
const firstOf = <T>(promise: Promise<T>, ms: number) => Promise.race([promise, sleep(ms, 'no answer')]);

describe.each([true, false])('with batch append: %s', (batchAppend) => {
  beforeEach(async () => {
    await server.stop();
    server = await startEventStore({ batchAppend });
    client = EventStoreDBClient.connectionString(server.connectionString);
  });

  const append = (event: Event, expectedRevision: AppendExpectedRevision = NO_STREAM) =>
    client.appendToStream(STREAM, event, { expectedRevision });

  test('a refused append is unavailable, writes nothing, and can be repeated', async () => {
    const event = anEvent();
    server.failNext('refuse');
    await expect(append(event)).rejects.toThrow(UnavailableError);
    expect(storedIds()).toEqual([]);
    await append(event);
    expect(storedIds()).toEqual([event.id]);
  });

  test('a full disk refuses every append until there is space, and writes nothing', async () => {
    const event = anEvent();
    server.failNext('full', 'full');
    await expect(append(event)).rejects.toThrow(/not enough space/);
    await expect(append(event)).rejects.toThrow(/not enough space/);
    expect(storedIds()).toEqual([]);
    await append(event);
    expect(storedIds()).toEqual([event.id]);
  });

  test('an append whose answer is lost is written, and its repetition succeeds without writing', async () => {
    const event = anEvent();
    server.failNext('drop');
    await expect(append(event)).rejects.toThrow(UnavailableError);
    expect(storedIds()).toEqual([event.id]);
    expect(await append(event)).toMatchObject({ success: true, nextExpectedRevision: 0n });
    expect(storedIds()).toEqual([event.id]);
  });

  test('a lost answer breaks its own connection, and no other', async () => {
    // Clients of one process share a connection unless their settings differ.
    const other = EventStoreDBClient.connectionString(`${server.connectionString}&keepAliveInterval=20000`);
    const subscription = other.subscribeToStream(STREAM);
    await new Promise<void>((resolve) => subscription.once('confirmation', resolve));
    server.failNext('drop');
    await expect(append(anEvent())).rejects.toThrow(UnavailableError);
    for await (const { event } of subscription) {
      expect(event?.revision).toBe(0n);
      break;
    }
    await subscription.unsubscribe();
  });

  test('a stalled append is written, and never answered', async () => {
    const event = anEvent();
    server.failNext('stall');
    const appending = append(event).catch(() => {});
    expect(await firstOf(appending, 300)).toBe('no answer');
    expect(storedIds()).toEqual([event.id]);
  });

  test('a hanging append is neither written nor answered', async () => {
    server.failNext('hang');
    const appending = append(anEvent()).catch(() => {});
    expect(await firstOf(appending, 300)).toBe('no answer');
    expect(storedIds()).toEqual([]);
  });

  test('a slow append is written and answered late', async () => {
    server.failNext({ slowMs: 300 });
    const appending = append(anEvent());
    expect(await firstOf(appending, 50)).toBe('no answer');
    expect(storedIds()).toEqual([]);
    expect(await appending).toMatchObject({ success: true });
    expect(storedIds()).toHaveLength(1);
  });

  test('a slow append is refused if another one was written first', async () => {
    server.failNext({ slowMs: 1_000 });
    const slow = append(anEvent());
    const refused = expect(slow).rejects.toThrow(WrongExpectedVersionError);
    await vi.waitFor(() => expect(server.faultsLeft()).toBe(0), { timeout: 20_000, interval: 5 });
    const json = Buffer.from('{}');
    const fast = { id: crypto.randomUUID(), type: 'UPDATE', data: json, metadata: json };
    // Written directly: another append by a client could be late on a busy machine, and not be first.
    server.memory.append(STREAM, 'any', [{ ...fast, contentType: 'application/json' }]);
    await refused;
    expect(storedIds()).toEqual([fast.id]);
  });

  test('a late answer follows an early write', async () => {
    server.failNext({ lateMs: 2_000 });
    let answered = false;
    const appending = append(anEvent()).finally(() => {
      answered = true;
    });
    await vi.waitFor(() => expect(storedIds().length).toBe(1), { timeout: 20_000, interval: 5 });
    expect(answered).toBe(false);
    expect(await appending).toMatchObject({ success: true, nextExpectedRevision: 0n });
  });

  test('with half of the answers failing, a client that retries writes every event once and in order', async () => {
    const events = Array.from({ length: 60 }, (_, n) => anEvent(n));
    server.failShare(0.5, 7);
    let failures = 0;
    for (const [index, event] of events.entries()) {
      const expected = index === 0 ? NO_STREAM : BigInt(index - 1);
      const attempt = () => append(event, expected).then(() => true);
      while (!(await attempt().catch(() => false))) failures += 1;
    }
    expect(failures).toBeGreaterThan(20);
    expect(storedIds()).toEqual(events.map(({ id }) => id));
  });
});

test('the same seed gives the same faults', async () => {
  const outcomes = async () => {
    const draws: string[] = [];
    for (let n = 0; n < 20; n++) {
      const appending = client.appendToStream(STREAM, anEvent(), { expectedRevision: ANY });
      draws.push(await appending.then(() => 'success').catch((error: Error) => error.message));
    }
    return draws;
  };
  server.failShare(0.5, 11);
  const first = await outcomes();
  server.failShare(0.5, 11);
  expect(await outcomes()).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(1);
  server.failShare(0, 0);
  expect(new Set(await outcomes())).toEqual(new Set(['success']));
});

describe('a server that stops', () => {
  test('is unavailable, and restarts at the same port with its data', async () => {
    const before = anEvent();
    await client.appendToStream(STREAM, before, { expectedRevision: NO_STREAM });
    await server.stop();
    const append = () => client.appendToStream(STREAM, anEvent(), { expectedRevision: 0n });
    await expect(append()).rejects.toThrow(UnavailableError);
    const { connectionString } = server;
    await server.restart();
    expect(server.connectionString).toBe(connectionString);
    expect(await append()).toMatchObject({ success: true, nextExpectedRevision: 1n });
    expect(storedIds()[0]).toBe(before.id);
  });

  test('ends subscriptions with an error', async () => {
    const subscription = client.subscribeToStream(STREAM);
    await new Promise<void>((resolve) => subscription.once('confirmation', resolve));
    const ended = new Promise((resolve) => subscription.once('error', resolve));
    await server.stop();
    expect(await ended).toBeInstanceOf(UnavailableError);
  });
});

describe('a read', () => {
  const read = async () => {
    const revisions: number[] = [];
    const reading = (async () => {
      for await (const { event } of client.readStream(STREAM)) revisions.push(Number(event?.revision));
      return 'whole';
    })();
    const end = await firstOf(
      reading.catch((error: unknown) => error),
      300,
    );
    return { revisions, end };
  };

  beforeEach(async () => {
    await client.appendToStream(STREAM, [0, 1, 2].map(anEvent), { expectedRevision: NO_STREAM });
  });

  test('can be refused, and succeeds the next time', async () => {
    server.failNextRead('refuse');
    expect(await read()).toEqual({ revisions: [], end: expect.any(UnavailableError) });
    expect(await read()).toEqual({ revisions: [0, 1, 2], end: 'whole' });
  });

  test('can break off after its first event', async () => {
    server.failNextRead('drop');
    const { revisions, end } = await read();
    expect(revisions.length).toBeLessThan(2);
    expect(end).toBeInstanceOf(UnavailableError);
  });

  test('can remain without an answer', async () => {
    server.failNextRead('stall');
    expect(await read()).toEqual({ revisions: [], end: 'no answer' });
  });
});

test('a new client waits for the features of the server before its first append', async () => {
  server.failNextFeatures('hang');
  const appending = client.appendToStream(STREAM, anEvent()).catch(() => {});
  expect(await firstOf(appending, 300)).toBe('no answer');
  expect(storedIds()).toEqual([]);
  const other = EventStoreDBClient.connectionString(server.connectionString);
  expect(await other.appendToStream(STREAM, anEvent())).toMatchObject({ success: true });
});

describe('lost events', () => {
  const events = Array.from({ length: 5 }, (_, n) => anEvent(n));
  beforeEach(async () => {
    await client.appendToStream(STREAM, events, { expectedRevision: NO_STREAM });
  });

  test('are the newest, and the next append at the earlier revision is refused', async () => {
    server.memory.forget(STREAM, 3);
    expect(storedIds()).toEqual(events.slice(0, 3).map(({ id }) => id));
    await expect(client.appendToStream(STREAM, anEvent(), { expectedRevision: 4n })).rejects.toMatchObject({
      actualVersion: 2n,
    });
  });

  test('can be appended again', async () => {
    server.memory.forget(STREAM, 3);
    await client.appendToStream(STREAM, events.slice(3), { expectedRevision: ANY });
    expect(storedIds()).toEqual(events.map(({ id }) => id));
  });

  test('can be all of a stream, which then no longer exists', async () => {
    server.memory.forget(STREAM);
    const read = (async () => {
      for await (const _ of client.readStream(STREAM));
    })();
    await expect(read).rejects.toThrow(StreamNotFoundError);
    await client.appendToStream(STREAM, anEvent(), { expectedRevision: NO_STREAM });
    expect(storedIds()).toHaveLength(1);
  });
});
