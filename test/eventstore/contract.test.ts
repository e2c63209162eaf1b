import {
  ANY,
  type AppendExpectedRevision,
  binaryEvent,
  DeadlineExceededError,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEvent, aStream, type Event, events, openTarget, type Target, targets } from './contract-target.ts';

describe.each(targets)('%s, by %s', (server, way) => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget(server, way);
  });
  afterAll(() => target.close());

  /** The error of the server: the expected revision, and the actual one. */
  const refusal = async (stream: string, all: Event[], expectedRevision: AppendExpectedRevision) => {
    const error: unknown = await target
      .append(stream, all, expectedRevision)
      .catch((reason: unknown) => reason);
    if (!(error instanceof WrongExpectedVersionError)) throw error;
    return [error.streamName, error.expectedVersion, error.actualVersion];
  };

  describe('an append', () => {
    test('assigns revisions from 0 without a gap', async () => {
      const stream = aStream();
      expect(await target.append(stream, events(2), NO_STREAM)).toMatchObject({
        success: true,
        nextExpectedRevision: 1n,
      });
      expect(await target.append(stream, events(3), 1n)).toMatchObject({
        success: true,
        nextExpectedRevision: 4n,
      });
      expect(await target.revisions(stream)).toEqual([0, 1, 2, 3, 4]);
    });

    test('stores id, type, data and metadata of an event', async () => {
      const stream = aStream();
      const event = anEvent(7);
      await target.append(stream, [event], NO_STREAM);
      const { id, type, data, metadata } = event;
      expect(await target.read(stream)).toMatchObject([
        { streamId: stream, revision: 0n, id, type, data, metadata, isJson: true },
      ]);
    });

    test('stores bytes that are not JSON', async () => {
      const stream = aStream();
      const event = binaryEvent({
        type: 'BYTES',
        data: Uint8Array.of(0, 255, 128),
        metadata: Uint8Array.of(254, 0),
      });
      await target.client.appendToStream(stream, event, { expectedRevision: NO_STREAM, ...target.way });
      const [stored] = await target.read(stream);
      expect(stored?.isJson).toBe(false);
      expect(Buffer.from(Object(stored?.data))).toEqual(Buffer.of(0, 255, 128));
      expect(Buffer.from(Object(stored?.metadata))).toEqual(Buffer.of(254, 0));
    });

    test('stores its time', async () => {
      const stream = aStream();
      await target.append(stream, [anEvent()], NO_STREAM);
      const [event] = await target.read(stream);
      expect(event?.created.getUTCFullYear()).toBe(new Date().getUTCFullYear());
    });

    test('has a later position among all streams than the one before it', async () => {
      const first = await target.append(aStream(), [anEvent()], NO_STREAM);
      const second = await target.append(aStream(), [anEvent()], NO_STREAM);
      expect(second.position?.commit).toBeGreaterThan(first.position?.commit ?? 0n);
    });

    test('concurrent at the same revision succeeds once', async () => {
      const stream = aStream();
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, () => target.append(stream, [anEvent()], NO_STREAM)),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await target.revisions(stream)).toEqual([0]);
    });

    test('of less than 1 MiB is accepted, in any number of messages', async () => {
      const stream = aStream();
      const large = Array.from({ length: 9 }, () =>
        jsonEvent({ type: 'LARGE', data: { text: 'x'.repeat(100_000) } }),
      );
      await target.client.appendToStream(stream, large, {
        expectedRevision: NO_STREAM,
        batchAppendSize: 150_000,
        ...target.way,
      });
      expect(await target.revisions(stream)).toHaveLength(9);
    });

    test('of more than 1 MiB is refused, and nothing is written', async () => {
      const stream = aStream();
      const large = Array.from({ length: 12 }, () =>
        jsonEvent({ type: 'LARGE', data: { text: 'x'.repeat(100_000) } }),
      );
      const appending = target.client.appendToStream(stream, large, {
        expectedRevision: NO_STREAM,
        ...target.way,
      });
      await expect(appending).rejects.toThrow(MaxAppendSizeExceededError);
      await expect(appending).rejects.toMatchObject({ maxAppendSize: 1_048_576 });
      await expect(target.read(stream)).rejects.toThrow(StreamNotFoundError);
    });

    test('whose deadline has passed writes nothing', async () => {
      const stream = aStream();
      const late = target.client.appendToStream(stream, anEvent(), { deadline: -1_000, ...target.way });
      await expect(late).rejects.toThrow(DeadlineExceededError);
      await expect(target.read(stream)).rejects.toThrow(StreamNotFoundError);
    });
  });

  describe('the expected revision', () => {
    test('no_stream refuses an existing stream', async () => {
      const stream = aStream();
      await target.append(stream, events(2), NO_STREAM);
      expect(await refusal(stream, [anEvent()], NO_STREAM)).toEqual([stream, 'no_stream', 1n]);
      expect(await target.revisions(stream)).toEqual([0, 1]);
    });

    test('stream_exists refuses an unknown stream, and accepts an existing one', async () => {
      const stream = aStream();
      expect(await refusal(stream, [anEvent()], STREAM_EXISTS)).toEqual([
        stream,
        'stream_exists',
        'no_stream',
      ]);
      await target.append(stream, [anEvent()], NO_STREAM);
      expect(await target.append(stream, [anEvent()], STREAM_EXISTS)).toMatchObject({
        nextExpectedRevision: 1n,
      });
    });

    test('any accepts both', async () => {
      const stream = aStream();
      expect(await target.append(stream, [anEvent()], ANY)).toMatchObject({ nextExpectedRevision: 0n });
      expect(await target.append(stream, [anEvent()], ANY)).toMatchObject({ nextExpectedRevision: 1n });
    });

    test('a number refuses an unknown stream, and one that ends before or after it', async () => {
      const stream = aStream();
      expect(await refusal(stream, [anEvent()], 0n)).toEqual([stream, 0n, 'no_stream']);
      await target.append(stream, events(3), NO_STREAM);
      expect(await refusal(stream, [anEvent()], 5n)).toEqual([stream, 5n, 2n]);
      expect(await refusal(stream, [anEvent()], 1n)).toEqual([stream, 1n, 2n]);
      expect(await target.revisions(stream)).toEqual([0, 1, 2]);
    });
  });

  describe('a repeated append of the same events', () => {
    test('at their revision succeeds with the first answer, and writes nothing', async () => {
      const stream = aStream();
      const first = events(2);
      const second = events(3);
      await target.append(stream, first, NO_STREAM);
      await target.append(stream, second, 1n);
      await target.append(stream, [anEvent()], 4n);
      expect(await target.append(stream, first, NO_STREAM)).toMatchObject({
        success: true,
        nextExpectedRevision: 1n,
      });
      expect(await target.append(stream, second, 1n)).toMatchObject({
        success: true,
        nextExpectedRevision: 4n,
      });
      expect(await target.append(stream, second.slice(0, 2), 1n)).toMatchObject({ nextExpectedRevision: 3n });
      expect(await target.revisions(stream)).toEqual([0, 1, 2, 3, 4, 5]);
    });

    test('at any revision succeeds, and writes nothing', async () => {
      const stream = aStream();
      const first = events(2);
      await target.append(stream, first, NO_STREAM);
      await target.append(stream, [anEvent()], 1n);
      expect(await target.append(stream, first, ANY)).toMatchObject({
        success: true,
        nextExpectedRevision: 1n,
      });
      expect(await target.append(stream, first, STREAM_EXISTS)).toMatchObject({ nextExpectedRevision: 1n });
      expect(await target.revisions(stream)).toEqual([0, 1, 2]);
    });

    test('at another revision is refused', async () => {
      const stream = aStream();
      const [a, b, c] = [anEvent(), anEvent(), anEvent()];
      await target.append(stream, [a, b, c], NO_STREAM);
      expect(await refusal(stream, [b], NO_STREAM)).toEqual([stream, 'no_stream', 2n]);
      expect(await refusal(stream, [b], 1n)).toEqual([stream, 1n, 2n]);
    });

    test('in another order is refused', async () => {
      const stream = aStream();
      const [a, b] = [anEvent(), anEvent()];
      await target.append(stream, [a, b], NO_STREAM);
      expect(await refusal(stream, [b, a], NO_STREAM)).toEqual([stream, 'no_stream', 1n]);
    });

    test('together with others is refused, and writes nothing', async () => {
      const stream = aStream();
      const [a, b] = [anEvent(), anEvent()];
      await target.append(stream, [a, b], NO_STREAM);
      expect(await refusal(stream, [a, b, anEvent()], NO_STREAM)).toEqual([stream, 'no_stream', 1n]);
      expect(await refusal(stream, [a, anEvent()], ANY)).toEqual([stream, 'any', 1n]);
      expect(await refusal(stream, [a, anEvent(), b], ANY)).toEqual([stream, 'any', 1n]);
      expect(await target.ids(stream)).toEqual([a.id, b.id]);
    });

    test('to another stream writes them there', async () => {
      const [one, other] = [aStream(), aStream()];
      const same = events(2);
      await target.append(one, same, NO_STREAM);
      await target.append(other, same, ANY);
      expect(await target.ids(other)).toEqual(same.map(({ id }) => id));
    });
  });
});
