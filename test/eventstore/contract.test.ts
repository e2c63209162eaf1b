import {
  ANY,
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EventStoreStandIn, startEventStore } from './server.ts';

const real = process.env.ESDB_TEST_CONNECTION_STRING;

/** The stand-in, by both of its ways to append; and a real EventStoreDB where `ESDB_TEST_CONNECTION_STRING` names one. */
const targets = real ? ['a real EventStoreDB'] : ['the stand-in, batch append', 'the stand-in, plain append'];

describe.each(targets)('%s', (target) => {
  let standIn: EventStoreStandIn | undefined;
  let client: EventStoreDBClient;

  beforeAll(async () => {
    standIn = real ? undefined : await startEventStore({ batchAppend: target.includes('batch') });
    client = EventStoreDBClient.connectionString(real ?? standIn?.connectionString ?? '');
  });
  afterAll(async () => {
    await client.dispose();
    await standIn?.stop();
  });

  const aStream = () => `test-${crypto.randomUUID()}`;
  const anEvent = (n: number) =>
    jsonEvent({ type: 'UPDATE', data: { n, text: 'ä€𝄞' }, metadata: { position: n } });
  const append = (
    stream: string,
    events: ReturnType<typeof anEvent>[],
    expectedRevision: bigint | typeof ANY | typeof NO_STREAM | typeof STREAM_EXISTS,
  ) => client.appendToStream(stream, events, { expectedRevision });
  const read = async (stream: string, options: Parameters<typeof client.readStream>[1] = {}) => {
    const events: [bigint | undefined, unknown][] = [];
    for await (const { event } of client.readStream(stream, options))
      events.push([event?.revision, event?.data]);
    return events;
  };

  test('gives revisions from 0 without a gap, and keeps id, type, data and metadata', async () => {
    const stream = aStream();
    const first = anEvent(0);
    const second = anEvent(1);
    const appended = await append(stream, [first, second], NO_STREAM);
    expect(appended).toMatchObject({ success: true, nextExpectedRevision: 1n });
    for await (const { event } of client.readStream(stream, { maxCount: 1 })) {
      const { id, type, data, metadata } = first;
      expect(event).toMatchObject({ id, type, data, metadata, isJson: true, revision: 0n, streamId: stream });
    }
  });

  test('refuses an append at another revision, and writes nothing of it', async () => {
    const stream = aStream();
    await expect(append(stream, [anEvent(0)], 0n)).rejects.toThrow(WrongExpectedVersionError);
    await expect(append(stream, [anEvent(0)], STREAM_EXISTS)).rejects.toThrow(WrongExpectedVersionError);
    await append(stream, [anEvent(0)], NO_STREAM);
    await expect(append(stream, [anEvent(1)], NO_STREAM)).rejects.toThrow(WrongExpectedVersionError);
    await expect(append(stream, [anEvent(1), anEvent(2)], 5n)).rejects.toThrow(WrongExpectedVersionError);
    expect(await read(stream)).toHaveLength(1);
  });

  test('takes the same events at the same revision once more as a success, and writes nothing', async () => {
    const stream = aStream();
    const events = [anEvent(0), anEvent(1)];
    await append(stream, events, NO_STREAM);
    expect(await append(stream, events, NO_STREAM)).toMatchObject({
      success: true,
      nextExpectedRevision: 1n,
    });
    expect(await append(stream, events, ANY)).toMatchObject({ success: true, nextExpectedRevision: 1n });
    const third = anEvent(2);
    await append(stream, [third], 1n);
    expect(await append(stream, [third], 1n)).toMatchObject({ success: true, nextExpectedRevision: 2n });
    expect(await read(stream)).toHaveLength(3);
  });

  test('reads forwards and backwards, from anywhere, as many as asked for', async () => {
    const stream = aStream();
    await append(stream, [0, 1, 2, 3, 4].map(anEvent), NO_STREAM);
    const revisions = async (options: Parameters<typeof read>[1]) =>
      (await read(stream, options)).map(([revision]) => revision);
    expect(await revisions({ direction: FORWARDS, fromRevision: 1n, maxCount: 2 })).toEqual([1n, 2n]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: END, maxCount: 2 })).toEqual([4n, 3n]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: 1n })).toEqual([1n, 0n]);
  });

  test('says that a stream does not exist', async () => {
    await expect(read(aStream())).rejects.toThrow(StreamNotFoundError);
  });

  test('sends a subscriber what is there, and what comes', async () => {
    const stream = aStream();
    await append(stream, [anEvent(0)], NO_STREAM);
    const subscription = client.subscribeToStream(stream);
    const seen: unknown[] = [];
    for await (const { event } of subscription) {
      seen.push(event?.revision);
      if (seen.length === 1) await append(stream, [anEvent(1)], 0n);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([0n, 1n]);
  });
});
