import {
  ANY,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  NO_STREAM,
  StreamNotFoundError,
} from '@eventstore/db-client';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEvent, aStream, events, openTarget, type Target, targets } from './contract-target.ts';
import { channelOf } from './grpc-channel.ts';
import { identifierOf, idOf } from './identity.ts';

describe.each(targets)('%s, by %s', (server, way) => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget(server, way);
  });
  afterAll(() => target.close());

  describe('a read', () => {
    test('of an unknown stream reports it, in either direction', async () => {
      const stream = aStream();
      await expect(target.read(stream)).rejects.toThrow(StreamNotFoundError);
      await expect(
        target.read(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }),
      ).rejects.toThrow(StreamNotFoundError);
    });

    test('forwards begins with its revision, and ends after the requested number of events', async () => {
      const stream = aStream();
      await target.append(stream, events(5), NO_STREAM);
      expect(await target.revisions(stream, { direction: FORWARDS, fromRevision: 1n, maxCount: 2 })).toEqual([
        1, 2,
      ]);
      expect(await target.revisions(stream, { fromRevision: 3n, maxCount: 10 })).toEqual([3, 4]);
    });

    test('backwards begins with its revision, or with the last event', async () => {
      const stream = aStream();
      await target.append(stream, events(5), NO_STREAM);
      const backwards = (fromRevision: bigint | typeof END, maxCount: number) =>
        target.revisions(stream, { direction: BACKWARDS, fromRevision, maxCount });
      expect(await backwards(END, 1)).toEqual([4]);
      expect(await backwards(END, 3)).toEqual([4, 3, 2]);
      expect(await backwards(1n, 10)).toEqual([1, 0]);
    });

    test('from past the end finds nothing, without an error', async () => {
      const stream = aStream();
      await target.append(stream, events(2), NO_STREAM);
      expect(await target.revisions(stream, { fromRevision: 2n })).toEqual([]);
      expect(await target.revisions(stream, { fromRevision: 99n })).toEqual([]);
    });

    test('returns a long stream completely and in order', async () => {
      const stream = aStream();
      for (let page = 0; page < 6; page++) await target.append(stream, events(500), ANY);
      expect(await target.revisions(stream)).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
    });

    test('of all streams from the position of an append begins with its event', async () => {
      const event = anEvent();
      const { position } = await target.append(aStream(), [event], NO_STREAM);
      const all: unknown[] = [];
      for await (const resolved of target.client.readAll({ fromPosition: position ?? END, maxCount: 1 })) {
        all.push(resolved.event?.id);
      }
      expect(all).toEqual([event.id]);
    });

    test('returns ids in the requested form', async () => {
      const stream = aStream();
      const event = anEvent();
      await target.append(stream, [event], NO_STREAM);
      const id = await structuredId(target.connectionString, stream);
      expect(id?.hasStructured()).toBe(true);
      expect(idOf(id)).toBe(event.id);
    });
  });

  describe('a subscription', () => {
    /** The first `count` revisions that a subscription delivers; `meanwhile` runs once it is confirmed. */
    const follow = async (
      stream: string,
      count: number,
      options: Parameters<EventStoreDBClient['subscribeToStream']>[1],
      meanwhile: () => Promise<unknown>,
    ) => {
      const subscription = target.client.subscribeToStream(stream, options);
      subscription.once('confirmation', () => void meanwhile());
      const seen: number[] = [];
      for await (const { event } of subscription) {
        if (seen.push(Number(event?.revision)) === count) break;
      }
      await subscription.unsubscribe();
      return seen;
    };

    test('delivers existing events, then new ones', async () => {
      const stream = aStream();
      await target.append(stream, events(3), NO_STREAM);
      expect(await follow(stream, 5, {}, () => target.append(stream, events(2), 2n))).toEqual([
        0, 1, 2, 3, 4,
      ]);
    });

    test('from a revision delivers the events after it', async () => {
      const stream = aStream();
      await target.append(stream, events(3), NO_STREAM);
      const seen = await follow(stream, 2, { fromRevision: 1n }, () =>
        target.append(stream, [anEvent()], 2n),
      );
      expect(seen).toEqual([2, 3]);
    });

    test('from the end delivers only new events', async () => {
      const stream = aStream();
      await target.append(stream, events(3), NO_STREAM);
      const seen = await follow(stream, 1, { fromRevision: END }, () =>
        target.append(stream, [anEvent()], 2n),
      );
      expect(seen).toEqual([3]);
    });

    test('waits for a stream that does not exist yet', async () => {
      const stream = aStream();
      expect(await follow(stream, 1, {}, () => target.append(stream, [anEvent()], NO_STREAM))).toEqual([0]);
    });

    test('reports that it has caught up after the last existing event', async () => {
      const stream = aStream();
      await target.append(stream, events(3), NO_STREAM);
      const subscription = target.client.subscribeToStream(stream);
      const seen: unknown[] = [];
      subscription.on('data', ({ event }) => seen.push(event?.revision));
      await new Promise<void>((resolve) => subscription.once('caughtUp', resolve));
      await subscription.unsubscribe();
      expect(seen).toEqual([0n, 1n, 2n]);
    });
  });
});

/** The id of a stream's first event, requested as two numbers. The client of the package always requests text. */
async function structuredId(connectionString: string, stream: string): Promise<sharedPb.UUID | undefined> {
  const { address, credentials, metadata } = channelOf(connectionString);
  const client = new streamsService.StreamsClient(address, credentials);
  const from = new streamsPb.ReadReq.Options.StreamOptions();
  from.setStreamIdentifier(identifierOf(stream));
  from.setStart(new sharedPb.Empty());
  const form = new streamsPb.ReadReq.Options.UUIDOption();
  form.setStructured(new sharedPb.Empty());
  const options = new streamsPb.ReadReq.Options();
  options.setStream(from);
  options.setCount('1');
  options.setUuidOption(form);
  options.setNoFilter(new sharedPb.Empty());
  const request = new streamsPb.ReadReq();
  request.setOptions(options);
  const ids: (sharedPb.UUID | undefined)[] = [];
  for await (const answer of client.read(request, metadata)) ids.push(answer.getEvent()?.getEvent()?.getId());
  client.close();
  return ids[0];
}
