import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Anchor } from '../../src/anchor/anchor.ts';
import { anchorsFrom } from '../../src/anchor/anchor-table.ts';
import { bucketStore } from '../../src/anchor/bucket-store.ts';
import { directoryStore } from '../../src/anchor/directory-store.ts';
import { type Anchoring, createAnchoring } from '../../src/anchor/service.ts';
import type { AnchorStore } from '../../src/anchor/store.ts';
import { streamStore } from '../../src/anchor/stream-store.ts';
import { executeOn, types } from '../../src/database/connection.ts';
import { type Journal, secureEventStore, startJournal } from '../../src/journal/index.ts';
import { type FakeS3, startS3 } from '../fake/s3/server.ts';
import { aKey, anAnchor, keysOf } from '../harness/anchors.ts';
import { openSecureEventStore, type SecureEventStore } from '../harness/event-store.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

const key = aKey();
let registry: TestRegistry;
let eventStore: SecureEventStore;
let s3: FakeS3;
let directory: string;
let anchorStream: string;
const running: { journal: Journal; anchoring: Anchoring }[] = [];

beforeEach(async () => {
  eventStore = await openSecureEventStore();
  registry = await openRegistry({ ...eventStore.environment });
  s3 = await startS3();
  directory = mkdtempSync(join(tmpdir(), 'anchors-'));
  anchorStream = `anchors-${crypto.randomUUID()}`;
  const { administrator, user } = eventStore;
  const streams = [eventStore.log.stream, anchorStream];
  await secureEventStore({ administrator, user, streams, readers: [] });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(stop));
  await registry.close();
  await Promise.all([s3.stop(), eventStore.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

const stores = (): AnchorStore[] => [
  streamStore({
    connectionString: eventStore.environment.ESDB_CONNECTION_STRING,
    stream: anchorStream,
    requiresUser: true,
  }),
  directoryStore(directory),
  bucketStore({ ...s3, url: `${s3.url}/gc` }),
];

/** Starts a process that signs a change at once. */
function start(): Anchoring {
  const anchoring = createAnchoring({
    key,
    keys: keysOf(key),
    intervalMs: 1,
    stores: stores(),
    clock: () => new Date(),
    onError: () => {},
    checkEveryMs: 100,
  });
  const journal = startJournal({
    writeUrl: registry.config.DATABASE_WRITE_URL,
    ...eventStore.options,
    onError: () => {},
    tasks: anchoring.tasks,
  });
  running.push({ journal, anchoring });
  return anchoring;
}
async function stop({ journal, anchoring }: (typeof running)[number]): Promise<void> {
  await journal.stop();
  await anchoring.close();
}
async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map(stop));
}

const change = () =>
  registry.primary.query('INSERT INTO organisation (name) VALUES (gen_random_uuid()::text)');
const waitFor = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 40_000, interval: 50 });
const inDatabase = async () => {
  const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL, types });
  await client.connect();
  const anchors = await anchorsFrom(executeOn(client), 0, 1_000);
  await client.end();
  return anchors;
};
const inStore = async (store: AnchorStore) => {
  const anchors: Anchor[] = [];
  for await (const anchor of store.read()) anchors.push(anchor);
  await store.close();
  return anchors;
};
/** Changes the journal, and waits until every store has so many anchors. */
async function anchored(count: number): Promise<Anchor[]> {
  let anchors = await inDatabase();
  while (anchors.length < count) {
    await change();
    const before = anchors.length;
    await waitFor(async () => expect((await inDatabase()).length).toBeGreaterThan(before));
    anchors = await inDatabase();
  }
  return anchors;
}
const everywhere = (anchors: readonly Anchor[]) =>
  waitFor(async () => {
    for (const store of stores()) expect(await inStore(store)).toEqual(anchors);
  });
const statusOf = (anchoring: Anchoring, name: AnchorStore['name']) =>
  anchoring.status().stores.find((each) => each.name === name);

describe('the process that leads', () => {
  test('copies every anchor to every store, once and in order', async () => {
    const anchoring = start();
    const anchors = await anchored(3);
    await everywhere(anchors);
    await waitFor(() =>
      expect(anchoring.status()).toMatchObject({
        last: { number: anchors.length - 1 },
        problem: null,
        stores: ['eventstore', 'directory', 'bucket'].map((name) => ({
          name,
          state: 'up',
          unwritten: 0,
          problem: null,
          warnings: [],
        })),
      }),
    );
  });

  test('is the only one that signs, and its successor continues', async () => {
    const first = start();
    await anchored(1);
    const second = start();
    await anchored(2);
    expect([first.status().last !== null, second.status().last !== null].sort()).toEqual([false, true]);
    const follower = first.status().last === null ? first : second;
    expect(follower.status().stores.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
    await stopAll();
    start();
    const anchors = await anchored(3);
    await everywhere(anchors);
    expect(anchors.map(({ number }) => number)).toEqual(anchors.map((_, index) => index));
  });

  test('fills a new store from the first anchor', async () => {
    start();
    await anchored(3);
    await stopAll();
    s3.objects.clear();
    anchorStream = `${anchorStream}-2`;
    const { administrator, user } = eventStore;
    await secureEventStore({ administrator, user, streams: [anchorStream], readers: [] });
    start();
    await everywhere(await inDatabase());
  });
});

describe('a store that fails', () => {
  test.each<[AnchorStore['name'], () => unknown, () => unknown]>([
    ['eventstore', () => eventStore.server.stop(), () => eventStore.server.restart()],
    ['bucket', () => s3.stop(), () => s3.restart()],
    [
      'directory',
      () => renameSync(directory, `${directory}-away`),
      () => renameSync(`${directory}-away`, directory),
    ],
  ])('is reported, and gets its anchors later: %s', async (name, fail, mend) => {
    const anchoring = start();
    await everywhere(await anchored(1));
    await fail();
    await anchored(2);
    await waitFor(() =>
      expect(statusOf(anchoring, name)).toMatchObject({
        state: 'down',
        problem: 'it does not accept anchors',
      }),
    );
    for (const other of anchoring.status().stores.filter((each) => each.name !== name))
      expect(other.state).toBe('up');
    await mend();
    await everywhere(await anchored(3));
    await waitFor(() => expect(statusOf(anchoring, name)).toMatchObject({ state: 'up', problem: null }));
  });

  test('loses and duplicates nothing if responses are lost', async () => {
    s3.failNext('lose', 503, 'lose');
    eventStore.server.failNext('drop', 'refuse');
    start();
    await everywhere(await anchored(3));
  });
});

describe('a store that is not the one of this registry', () => {
  test('is reported, and nothing is added to it, if it has another anchor', async () => {
    await directoryStore(directory).put(anAnchor());
    const anchoring = start();
    await anchored(1);
    await waitFor(() =>
      expect(statusOf(anchoring, 'directory')).toMatchObject({
        state: 'diverged',
        problem: 'its anchor 0 is not the one of the database',
      }),
    );
    await anchored(2);
    expect(await inStore(directoryStore(directory))).toHaveLength(1);
  });

  test('is reported if it has anchors that the database does not have', async () => {
    start();
    await everywhere(await anchored(2));
    await stopAll();
    const owner = await registry.primary.connect();
    await owner.query('SET session_replication_role = replica');
    await owner.query('DELETE FROM journal_anchor');
    owner.release(true);
    const anchoring = start();
    await waitFor(() =>
      expect(anchoring.status().stores.map(({ state }) => state)).toEqual([
        'diverged',
        'diverged',
        'diverged',
      ]),
    );
    expect(statusOf(anchoring, 'bucket')?.problem).toMatch(
      /^(it has the anchor 1, which the database does not have|its anchor \d is not the one of the database)$/,
    );
  });

  test('is reported if it lost anchors while this process runs', async () => {
    const anchoring = start();
    await everywhere(await anchored(2));
    s3.objects.clear();
    await waitFor(() =>
      expect(statusOf(anchoring, 'bucket')).toMatchObject({
        state: 'diverged',
        problem: 'it has lost anchors: it held 2 of them, and holds 0',
      }),
    );
  });
});

describe('the stream of anchors', () => {
  test('is reported if others may append to it', async () => {
    anchorStream = `${anchorStream}-open`;
    const anchoring = start();
    const warning = `others may append to, delete, change the metadata of the stream ${anchorStream}: run "npm run eventstore:secure"`;
    await waitFor(() =>
      expect(statusOf(anchoring, 'eventstore')).toMatchObject({ state: 'up', warnings: [warning] }),
    );
  });

  test('is reported if its metadata hides anchors', async () => {
    const anchoring = start();
    await everywhere(await anchored(2));
    await eventStore.setMetadata({ maxCount: 1 }, anchorStream);
    await waitFor(() =>
      expect(statusOf(anchoring, 'eventstore')).toMatchObject({
        state: 'diverged',
        problem: `the stream ${anchorStream} hides events: it begins with revision 1 and has the metadata $maxCount 1`,
      }),
    );
  });
});

describe('a failure of the anchors', () => {
  test('is reported, and does not disturb the journal', async () => {
    await registry.primary.query('REVOKE INSERT ON journal_anchor FROM registry_sequencer');
    const anchoring = start();
    await change();
    const [process] = running;
    await waitFor(() => expect(anchoring.status().problem).toBe('the head of the journal cannot be signed'));
    await waitFor(() =>
      expect(process?.journal.status()).toMatchObject({
        leads: true,
        eventStore: 'up',
        relayedUpTo: 1,
        problem: null,
      }),
    );
    await registry.primary.query('GRANT INSERT ON journal_anchor TO registry_sequencer');
    await waitFor(() => expect(anchoring.status()).toMatchObject({ problem: null, last: { number: 0 } }));
  });
});
