import type { StreamMetadata } from '@eventstore/db-client';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { executeOn, types } from '../../src/database/connection.ts';
import { type Journal, sequencedEntries, startJournal } from '../../src/journal/index.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { accessListFor } from '../../src/journal/stream-protection.ts';
import { startRegistry } from '../../src/start.ts';
import { tradingPair } from '../harness/builders.ts';
import { openEventStore, openSecureEventStore, type SecureEventStore } from '../harness/event-store.ts';
import { environmentOf, runProgram } from '../harness/program.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

let eventStore: SecureEventStore;
let registry: TestRegistry;
const journals: Journal[] = [];

beforeEach(async () => {
  eventStore = await openSecureEventStore();
  registry = await openRegistry({ ...eventStore.environment });
});
afterEach(async () => {
  await Promise.all(journals.splice(0).map((each) => each.stop()));
  await registry.close();
  await eventStore.stop();
});

/** Starts a process that inspects the stream often. */
function start(warn = (_: string) => {}): Journal {
  const writeUrl = registry.config.DATABASE_WRITE_URL;
  const options = { ...eventStore.options, requiresUser: true, inspectEveryMs: 50 };
  const journal = startJournal({ writeUrl, ...options, onError: () => {}, warn });
  journals.push(journal);
  return journal;
}

const organisations = (count: number) =>
  registry.primary.query(
    `INSERT INTO organisation (name) SELECT gen_random_uuid()::text FROM generate_series(1, $1)`,
    [count],
  );
const entries = async () => {
  const { rows } = await registry.primary.query('SELECT count(*)::int AS count FROM journal');
  return rows[0].count;
};
const stored = () => eventStore.server.memory.events(eventStore.log.stream).length;
const waitFor = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 30_000, interval: 20 });
const acl = () => accessListFor(eventStore.user.username, []);

/** Runs the command. */
const secure = (settings: Record<string, string> = {}) =>
  runProgram(
    'secure-event-store',
    environmentOf(registry, inject('cluster').primary, {
      ...eventStore.environment,
      ESDB_ADMIN_CONNECTION_STRING: eventStore.administrator,
      ...settings,
    }),
  );

describe('the access control list of the stream', () => {
  /** The readiness of an API process as `main.ts` starts it. */
  async function readiness(): Promise<() => Promise<unknown>> {
    const config = { ...registry.config, PORT: 0 };
    const running = await startRegistry(config, pino({ level: 'silent' }));
    onTestFinished(() => running.stop());
    return async () => JSON.parse(await (await fetch(`${running.url}/health/ready`)).text());
  }

  test('makes readiness degraded while it is missing, with a warning that names the command', async () => {
    await tradingPair(registry);
    const ready = await readiness();
    const warnings = [
      `others may append to, delete, change the metadata of the stream ${eventStore.log.stream}: run "npm run eventstore:secure"`,
    ];
    await waitFor(async () =>
      expect(await ready()).toMatchObject({ status: 'degraded', journal: { event_store: 'up', warnings } }),
    );
  });

  test('is sufficient as the command sets it: the registry is ready and relays its events', async () => {
    const { code, output } = await secure();
    expect({ code, output }).toEqual({
      code: 0,
      output: `Of ${eventStore.log.stream} and registry-anchors, the user registry may read and append. Nobody else may append.\n`,
    });
    await tradingPair(registry);
    const ready = await readiness();
    // Entries without a position yet are not counted as unrelayed.
    await waitFor(async () => expect(stored()).toBe(await entries()));
    await waitFor(async () =>
      expect(await ready()).toMatchObject({
        status: 'ready',
        journal: { event_store: 'up', unrelayed: 0, problem: null, warnings: [] },
      }),
    );
  });

  test('is reported, and logged once, if it lets another user append', async () => {
    await eventStore.setMetadata({ acl: { ...acl(), writeRoles: ['registry', 'somebody'] } });
    const log: string[] = [];
    const journal = start((line) => log.push(line));
    const warning = `others may append to the stream ${eventStore.log.stream}: run "npm run eventstore:secure"`;
    await waitFor(() => expect(journal.status().warnings).toEqual([warning]));
    await eventStore.setMetadata({ acl: acl() });
    await waitFor(() => expect(journal.status().warnings).toEqual([]));
    expect(log.filter((line) => line.includes('others may'))).toEqual([`EventStoreDB: ${warning}`]);
  });

  test('is reported if it does not let the registry read the metadata', async () => {
    await eventStore.setMetadata({ acl: { ...acl(), metaReadRoles: ['$admins'] } });
    const journal = start();
    const warning = expect.stringContaining('the registry may not read the metadata of the stream');
    await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', warnings: [warning] }));
  });

  test('has no effect on a server without users, which is reported in production', async () => {
    const writeUrl = registry.config.DATABASE_WRITE_URL;
    const open = await openEventStore();
    onTestFinished(() => open.stop());
    const journal = startJournal({ writeUrl, ...open.options, requiresUser: true, onError: () => {} });
    journals.push(journal);
    const warning = expect.stringMatching(/^EventStoreDB is used without a user: everybody who reaches it/);
    await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', warnings: [warning] }));
  });
});

describe('the command that sets it', () => {
  test('creates the user of the registry if it does not exist', async () => {
    const connection = eventStore.server.connectionStringOf('another-registry', 'another-password');
    const { code, output } = await secure({ ESDB_CONNECTION_STRING: connection });
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('which was created') });
    const journal = startJournal({
      writeUrl: registry.config.DATABASE_WRITE_URL,
      eventStore: connection,
      stream: eventStore.log.stream,
      onError: () => {},
    });
    journals.push(journal);
    await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', warnings: [] }));
  });

  test('exits with 3 if the user is not an administrator', async () => {
    const { ESDB_CONNECTION_STRING: own } = eventStore.environment;
    const { code, output } = await secure({ ESDB_ADMIN_CONNECTION_STRING: own });
    expect({ code, output }).toEqual({
      code: 3,
      output: 'EventStoreDB does not permit this to the user of ESDB_ADMIN_CONNECTION_STRING\n',
    });
  });

  test('exits with 2 and one line unless both connection strings have a user and TLS', async () => {
    const { code, output } = await secure({ ESDB_ADMIN_CONNECTION_STRING: '' });
    expect(code).toBe(2);
    expect(output).toMatch(/^Configuration: ESDB_CONNECTION_STRING must have the user [^\n]+\n$/);
  });
});

describe('metadata that hides events', () => {
  test.each<[string, StreamMetadata]>([
    ['begins with revision 3 and has the metadata $maxCount 2', { maxCount: 2 }],
    ['begins with revision 3 and has the metadata $tb 3', { truncateBefore: 3 }],
    ['has the metadata $maxAge 1000000', { maxAge: 1_000_000 }],
  ])('is an error in readiness while it is set: the stream %s', async (reason, metadata) => {
    await organisations(5);
    await eventStore.setMetadata({ acl: acl() });
    const log: string[] = [];
    const journal = start((line) => log.push(line));
    await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', relayedUpTo: 5 }));
    await eventStore.setMetadata({ acl: acl(), ...metadata });
    const problem = `EventStoreDB: the stream ${eventStore.log.stream} hides events: it ${reason}`;
    await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'truncated', problem }));
    expect(log).toContain(problem);
    await eventStore.setMetadata({ acl: acl() });
    await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'up', problem: null }));
  });

  test('does not stop the relay', async () => {
    await eventStore.setMetadata({ acl: acl(), maxCount: 2 });
    await organisations(5);
    const journal = start();
    await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'truncated', relayedUpTo: 5 }));
    expect(stored()).toBe(5);
  });

  test('causes no duplicate even if it hides all events', async () => {
    await organisations(5);
    await eventStore.setMetadata({ acl: acl() });
    const first = start();
    await waitFor(() => expect(first.status()).toMatchObject({ eventStore: 'up', relayedUpTo: 5 }));
    await first.stop();
    await eventStore.setMetadata({ acl: acl(), truncateBefore: 100 });
    const second = start();
    await waitFor(() => expect(second.status().eventStore).toBe('truncated'));
    await organisations(1);
    await eventStore.setMetadata({ acl: acl() });
    await waitFor(() => expect(second.status()).toMatchObject({ eventStore: 'up', relayedUpTo: 6 }));
    expect(stored()).toBe(6);
  });

  test('is reported by every process, whether it leads or not', async () => {
    await organisations(5);
    await eventStore.setMetadata({ acl: acl(), maxCount: 2 });
    const leader = start();
    await waitFor(() => expect(leader.status()).toMatchObject({ leads: true, relayedUpTo: 5 }));
    const follower = start();
    const status = { leads: false, eventStore: 'truncated', problem: expect.stringContaining('$maxCount 2') };
    await waitFor(() => expect(follower.status()).toMatchObject(status));
  });

  test('is a warning if it only concerns caches of the HTTP feed', async () => {
    await eventStore.setMetadata({ acl: acl(), cacheControl: 3_600 });
    const journal = start();
    const warning = `caches may answer readers of the HTTP feed of the stream ${eventStore.log.stream} late by 3600 s`;
    await waitFor(() =>
      expect(journal.status()).toMatchObject({ eventStore: 'up', problem: null, warnings: [warning] }),
    );
  });
});

test('a stream whose first event is not the first entry stops the relay', async () => {
  await organisations(5);
  const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL, types });
  await client.connect();
  onTestFinished(() => client.end());
  await sequence(executeOn(client), new AbortController().signal);
  await eventStore.appendForeign();
  await eventStore.log.append(await sequencedEntries(executeOn(client), sql`p.position > 0`, 100));
  const journal = start();
  const problem = expect.stringMatching(/revision 0 of the stream has event id \S+ instead of/);
  await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'diverged', problem }));
  await organisations(1);
  await waitFor(() => expect(journal.status()).toMatchObject({ eventStore: 'diverged', problem }));
  expect(stored()).toBe(5);
});
