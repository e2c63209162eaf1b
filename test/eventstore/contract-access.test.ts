import {
  ANY,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  NO_STREAM,
  type StreamMetadata,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { secureEventStore } from '../../src/journal/event-store-access.ts';
import { newClient } from '../../src/journal/event-stream.ts';
import { anEvent, aStream, events, openTarget, type Target, targets } from './contract-target.ts';
import { credentialsIn } from './grpc-channel.ts';

const hidesNothing = { truncateBefore: undefined, maxCount: undefined, maxAge: undefined };

describe.each(targets)('%s, by %s', (server, way) => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget(server, way);
  });
  afterAll(() => target.close());

  describe('the metadata of a stream', () => {
    const metadataOf = async (stream: string) => (await target.client.getStreamMetadata(stream)).metadata;
    const streamWith = async (metadata: StreamMetadata) => {
      const stream = aStream();
      await target.append(stream, events(5), NO_STREAM);
      await target.client.setStreamMetadata(stream, metadata, target.way);
      return stream;
    };

    test('does not exist until it is set', async () => {
      const stream = aStream();
      expect(await metadataOf(stream)).toBeUndefined();
      await target.append(stream, [anEvent()], NO_STREAM);
      expect(await metadataOf(stream)).toBeUndefined();
    });

    test('is read as it was last set, without earlier values', async () => {
      const acl = {
        readRoles: ['a'],
        writeRoles: ['b'],
        deleteRoles: ['$admins'],
        metaReadRoles: ['a', 'b'],
      };
      const stream = await streamWith({ maxCount: 1_000 });
      await target.client.setStreamMetadata(stream, { acl, maxAge: 100_000 }, target.way);
      expect(await metadataOf(stream)).toEqual({ acl, maxAge: 100_000 });
      await target.client.setStreamMetadata(stream, {}, target.way);
      expect({ ...hidesNothing, ...(await metadataOf(stream)) }).toEqual(hidesNothing);
    });

    test('with $tb hides the events before it', async () => {
      const stream = await streamWith({ truncateBefore: 2 });
      expect(await target.revisions(stream)).toEqual([2, 3, 4]);
      expect(await target.revisions(stream, { maxCount: 2 })).toEqual([2, 3]);
      expect(
        await target.revisions(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 10 }),
      ).toEqual([4, 3, 2]);
    });

    test('with $maxCount hides all but the newest events, later ones included', async () => {
      const stream = await streamWith({ maxCount: 2 });
      expect(await target.revisions(stream)).toEqual([3, 4]);
      await target.append(stream, events(2), 4n);
      expect(await target.revisions(stream)).toEqual([5, 6]);
    });

    test('shows events again that no scavenge has removed, once its limits are removed', async () => {
      const stream = await streamWith({ truncateBefore: 3 });
      await target.client.setStreamMetadata(stream, {}, target.way);
      expect(await target.revisions(stream)).toEqual([0, 1, 2, 3, 4]);
    });
  });
});

/** Only a server with log-ins evaluates `$acl`. */
const realHasUsers = credentialsIn(inject('eventStore')) !== undefined;
const guarded = targets.filter(
  ([server]) => server === 'the secure fake' || (server === 'a real EventStoreDB' && realHasUsers),
);

describe.each(guarded)('%s, by %s, with log-ins', (server, way) => {
  let target: Target;
  let stream: string;
  /** Clients of the registry's user and of another user. */
  let own: EventStoreDBClient;
  let other: EventStoreDBClient;

  const aUser = () => ({ username: `user-${crypto.randomUUID()}`, password: 'a-password' });
  const clientOf = ({ username, password }: ReturnType<typeof aUser>) =>
    newClient(target.connectionString.replace(/\/\/[^@]+@/, `//${username}:${password}@`));
  /** The client uses a plain append for a call with its own credentials. */
  const wayOf = (user: ReturnType<typeof aUser>) => (way === 'plain append' ? { credentials: user } : {});
  const user = aUser();
  const stranger = aUser();

  beforeAll(async () => {
    target = await openTarget(server, way);
    const administrator = target.connectionString;
    stream = aStream();
    await secureEventStore({ administrator, user: stranger, streams: [aStream()], readers: [] });
    await secureEventStore({ administrator, user, streams: [stream], readers: [] });
    own = clientOf(user);
    other = clientOf(stranger);
    await own.appendToStream(stream, events(2), { expectedRevision: NO_STREAM, ...wayOf(user) });
  });
  afterAll(() => target.close());

  const revisionsBy = async (client: EventStoreDBClient, name = stream) => {
    const revisions: number[] = [];
    for await (const { event } of client.readStream(name)) revisions.push(Number(event?.revision));
    return revisions;
  };
  const denied = { type: 'access-denied' };

  test('the user of the registry appends and reads', async () => {
    const before = await revisionsBy(own);
    await own.appendToStream(stream, anEvent(), { expectedRevision: ANY, ...wayOf(user) });
    expect(await revisionsBy(own)).toEqual([...before, before.length]);
  });

  test('the user of the registry reads the metadata and cannot change it', async () => {
    expect((await own.getStreamMetadata(stream)).metadata).toMatchObject({
      acl: { writeRoles: [user.username] },
    });
    await expect(own.setStreamMetadata(stream, { maxCount: 1 }, wayOf(user))).rejects.toMatchObject(denied);
  });

  test('the user of the registry cannot delete the stream', async () => {
    await expect(own.deleteStream(stream)).rejects.toMatchObject(denied);
    expect((await revisionsBy(own)).length).toBeGreaterThan(1);
  });

  test('another user cannot append, read, or read or set metadata', async () => {
    const appending = other.appendToStream(stream, anEvent(), { expectedRevision: ANY, ...wayOf(stranger) });
    await expect(appending).rejects.toMatchObject(denied);
    await expect(revisionsBy(other)).rejects.toMatchObject(denied);
    await expect(other.getStreamMetadata(stream)).rejects.toMatchObject(denied);
    await expect(other.setStreamMetadata(stream, {}, wayOf(stranger))).rejects.toMatchObject(denied);
  });

  test('every user can append to a stream without $acl', async () => {
    const open = aStream();
    await other.appendToStream(open, anEvent(), { expectedRevision: NO_STREAM, ...wayOf(stranger) });
    expect(await revisionsBy(own, open)).toEqual([0]);
  });

  test('an unknown user is refused', async () => {
    await expect(revisionsBy(clientOf(aUser()))).rejects.toMatchObject(denied);
  });

  test('a user cannot create others', async () => {
    const { connectionString: administrator } = target;
    const request = { administrator, user: aUser(), streams: [], readers: [] };
    const byUser = administrator.replace(/\/\/[^@]+@/, `//${user.username}:${user.password}@`);
    await expect(secureEventStore({ ...request, administrator: byUser })).rejects.toThrow(
      'EventStoreDB does not permit this to the user of ESDB_ADMIN_CONNECTION_STRING',
    );
    expect(await secureEventStore(request)).toEqual({ userCreated: true });
    expect(await secureEventStore(request)).toEqual({ userCreated: false });
  });

  test('a reader can read and cannot append', async () => {
    const shared = aStream();
    const readers = [stranger.username];
    await secureEventStore({ administrator: target.connectionString, user, streams: [shared], readers });
    await own.appendToStream(shared, events(1), { expectedRevision: NO_STREAM, ...wayOf(user) });
    expect(await revisionsBy(other, shared)).toEqual([0]);
    const appending = other.appendToStream(shared, anEvent(), { expectedRevision: ANY, ...wayOf(stranger) });
    await expect(appending).rejects.toMatchObject(denied);
  });
});
