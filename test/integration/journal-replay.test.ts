import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, inject } from 'vitest';
import { connectEventLog, type EventLog, replay, startJournal } from '../../src/journal/index.ts';
import { anAccount } from '../harness/builders.ts';
import { openEventStore } from '../harness/event-store.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { atDatabase } from '../harness/urls.ts';

test.beforeEach(async ({ market }) => {
  const { id } = await market.bundle();
  await market.transfer([id], { certificate_quantity: 30 });
  await market.cancel([(await market.bundle()).id], { certificate_bundle_percentage: 0.5 });
  const account = await anAccount(market.admin);
  await market.admin.patch(`/account/update/${account.id}`, { account_name: 'Another "name"; ünïcode' });
  await market.admin.delete(`/account/delete/${account.id}`);
});

function urls(registry: TestRegistry) {
  const { DATABASE_WRITE_URL: writeUrl, DATABASE_READ_URLS: readUrls } = registry.config;
  const ownerUrl = atDatabase(inject('cluster').primary, new URL(writeUrl).pathname.slice(1));
  return { ownerUrl, writeUrl, readUrls };
}

/** Executes a statement past every trigger. */
async function behindTheJournal(registry: TestRegistry, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urls(registry).ownerUrl });
  await client.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(statement);
  await client.end();
}

test('the events alone rebuild every table, row by row', async ({ registry }) => {
  const { rows } = await registry.primary.query('SELECT count(*)::int AS entries FROM journal');
  const replayed = await replay({ urls: urls(registry) });
  expect(replayed).toEqual({
    events: rows[0].entries,
    rows: expect.any(Number),
    lacked: 0,
    difference: null,
  });
  expect(replayed.rows).toBeGreaterThan(20);
});

/** Expects that every copy that exists now is dropped: one of another test file at its end, one that was left behind never. */
async function expectNoCopies({ primary }: TestRegistry): Promise<void> {
  const copies = async (): Promise<string[]> =>
    (
      await primary.query("SELECT datname AS name FROM pg_database WHERE datname LIKE 'registry_replay_%'")
    ).rows.map(({ name }) => name);
  const now = await copies();
  const left = async () => (await copies()).filter((name) => now.includes(name));
  await expect.poll(left, { timeout: 30_000 }).toEqual([]);
}

test('a replay leaves no database behind', async ({ registry }) => {
  await replay({ urls: urls(registry) });
  await expectNoCopies(registry);
});

test('a replay that fails after a lost connection reports the reason, and leaves no database behind', async ({
  registry,
}) => {
  const log: EventLog = {
    ...connectEventLog('esdb://127.0.0.1:9?tls=false'),
    async *read() {
      await registry.primary.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query = 'SELECT event_id AS id FROM journal'`,
      );
      yield* [];
      throw new Error('nothing to read');
    },
  };
  await expect(replay({ urls: { ...urls(registry) }, log })).rejects.toThrow('nothing to read');
  await expectNoCopies(registry);
});

test('a replay writes nothing to the database that it replays', async ({ registry }) => {
  const count = 'SELECT count(*)::int AS entries FROM journal';
  const before = (await registry.primary.query(count)).rows;
  await replay({ urls: urls(registry) });
  expect((await registry.primary.query(count)).rows).toEqual(before);
});

test('a replay during writes compares one snapshot with itself', async ({ registry }) => {
  let writing = true;
  const writer = async (number: number) => {
    const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL });
    await client.connect();
    for (let round = 0; writing; round++) {
      await client.query('BEGIN');
      await client.query('INSERT INTO organisation (name) VALUES ($1)', [`${number} ${round}`]);
      await client.query('UPDATE organisation SET address = $1 WHERE name = $2', [
        'x',
        `${number} ${round - 1}`,
      ]);
      await sleep(2);
      await client.query(round % 3 === 0 ? 'ROLLBACK' : 'COMMIT');
    }
    await client.end();
  };
  const writers = [1, 2, 3, 4].map(writer);
  expect((await replay({ urls: urls(registry) })).difference).toBeNull();
  writing = false;
  await Promise.all(writers);
});

test.for([
  [
    "UPDATE bundle SET beneficiary = 'Mallory' WHERE id = 1",
    /^bundle 1 has beneficiary "Mallory", but null in its events$/,
  ],
  [
    "INSERT INTO organisation (name) VALUES ('unheard of')",
    /^organisation \d+ is in the database but in no event$/,
  ],
  ['DELETE FROM action WHERE id = 1', /^action 1 is in the events but not in the database$/],
  [
    `UPDATE journal SET attributes_after = jsonb_set(attributes_after, '{account_name}', '"Mallory"') WHERE id = (SELECT min(id) FROM journal WHERE entity_name = 'account')`,
    /^account \d+ has account_name "[^"]+", but "Mallory" in its events$/,
  ],
  [
    "DELETE FROM journal WHERE id = (SELECT max(id) FROM journal WHERE entity_name = 'bundle' AND event_type = 'UPDATE')",
    /^(bundle \d+ has|event .* does not follow)/,
  ],
  [
    "DELETE FROM journal WHERE id = (SELECT min(id) FROM journal WHERE entity_name = 'bundle' AND event_type = 'UPDATE')",
    /^the rebuilt bundle violates bundle_slice_live: Key/,
  ],
  [
    "DELETE FROM journal WHERE entity_name = 'account' AND event_type = 'CREATE'",
    /^event [0-9a-f-]+, UPDATE of account \d+, does not follow from the events before it$/,
  ],
  [
    "UPDATE registry_user SET email = 'mallory@example.com' WHERE id = 1; UPDATE personal_data SET value = 'mallory@example.com' WHERE entity_id = 1 AND field = 'email'",
    /^registry_user 1 has another email than its events commit to$/,
  ],
] as const)(
  'a replay finds a change behind the journal: %s',
  async ([statement, difference], { registry }) => {
    await behindTheJournal(registry, statement);
    expect((await replay({ urls: urls(registry) })).difference).toMatch(difference);
  },
);

test('the events of EventStoreDB rebuild the same database', async ({ registry }) => {
  const eventStore = await openEventStore();
  const journal = startJournal({
    writeUrl: registry.config.DATABASE_WRITE_URL,
    ...eventStore.options,
    onError: () => {},
  });
  try {
    const { rows } = await registry.primary.query('SELECT count(*)::int AS entries FROM journal');
    expect(await replay({ urls: urls(registry), log: eventStore.log })).toMatchObject({
      events: rows[0].entries,
      difference: null,
    });
  } finally {
    await journal.stop();
    await eventStore.stop();
  }
});

test('a replay of EventStoreDB names a missing event', async ({ registry }) => {
  const eventStore = await openEventStore();
  try {
    const { difference } = await replay({ urls: urls(registry), log: eventStore.log, waitMs: 300 });
    expect(difference).toMatch(
      /^event [0-9a-f-]+ of the journal is not in EventStoreDB, and \d+ more are missing$/,
    );
  } finally {
    await eventStore.stop();
  }
});
