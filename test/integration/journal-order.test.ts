import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, expect, vi } from 'vitest';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { test } from '../harness/fixtures.ts';
import { entriesWithoutPosition, waitForSequencer } from '../harness/polling.ts';
import type { TestRegistry } from '../harness/registry.ts';

const journals: Journal[] = [];

afterAll(async () => {
  await Promise.all(journals.map((each) => each.stop()));
});

function start(registry: TestRegistry): Journal {
  const journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
  journals.push(journal);
  return journal;
}

test('an open transaction delays the order, and no entry overtakes it', async ({ registry }) => {
  start(registry);
  const slow = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL });
  await slow.connect();
  await slow.query('BEGIN');
  await slow.query(`INSERT INTO organisation (name) VALUES ('slow')`);
  await registry.primary.query(`INSERT INTO organisation (name) VALUES ('quick')`);
  await sleep(500);
  expect(await entriesWithoutPosition(registry.primary)).toBe(1);
  await slow.query('COMMIT');
  await slow.end();
  await waitForSequencer(registry.primary);
  const { rows } = await registry.primary.query(
    `SELECT j.attributes_after ->> 'name' AS name FROM journal_position p JOIN journal j ON j.id = p.journal_id ORDER BY p.position`,
  );
  expect(rows.map(({ name }) => name)).toEqual(['slow', 'quick']);
});

test('with many waiting and aborting writers, events are in causal order, without a gap', async ({
  registry,
}) => {
  const { rows: made } = await registry.primary.query(
    `INSERT INTO organisation (name, address) SELECT 'org ' || n, '0' FROM generate_series(1, 5) AS n RETURNING id`,
  );
  const ids: number[] = made.map(({ id }) => Number(id));
  const writer = async (number: number) => {
    const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL });
    await client.connect();
    for (let round = 0; round < 25; round++) {
      const id = ids[(number + round) % ids.length];
      await client.query('BEGIN');
      // Draws its transaction id early and takes its locks late, as a long transaction does.
      await client.query('SELECT pg_current_xact_id()');
      if (round % 5 === 0) await sleep(3);
      await client.query('UPDATE organisation SET address = (address::int + 1)::text WHERE id = $1', [id]);
      await client.query(round % 4 === 3 ? 'ROLLBACK' : 'COMMIT');
    }
    await client.end();
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
  await waitForSequencer(registry.primary);

  const { rows } = await registry.primary.query(
    `SELECT p.position::int, j.entity_id::int AS id, (j.attributes_after ->> 'address')::int AS count
     FROM journal_position p JOIN journal j ON j.id = p.journal_id ORDER BY p.position`,
  );
  expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index));
  for (const id of ids) {
    const counts = rows.filter((row) => row.id === id).map(({ count }) => count);
    expect(counts).toEqual(counts.map((_, index) => index));
  }
});

test('one process leads; when its connection is lost, another takes over and continues', async ({
  registry,
}) => {
  const second = start(registry);
  const third = start(registry);
  await sleep(300);
  expect(journals.filter((each) => each.status().leads)).toHaveLength(1);
  await registry.primary.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  await registry.primary.query(`INSERT INTO organisation (name) VALUES ('after the fall')`);
  await waitForSequencer(registry.primary);
  await vi.waitFor(() => expect(journals.filter((each) => each.status().leads)).toHaveLength(1), 10_000);
  expect([second, third]).toHaveLength(2);
});

test.for([
  [
    'a position that leaves a gap',
    `(SELECT max(position) + 2 FROM journal_position)`,
    '(SELECT max(id) FROM journal)',
  ],
  ['a second position for an entry', `(SELECT max(position) + 1 FROM journal_position)`, '1'],
  ['a position for an unknown entry', `(SELECT max(position) + 1 FROM journal_position)`, '999999999'],
] as const)('Postgres refuses %s', async ([_, position, entry], { registry }) => {
  await expect(
    registry.primary.query(
      `INSERT INTO journal_position (position, journal_id, hash) VALUES (${position}, ${entry}, sha256(''))`,
    ),
  ).rejects.toThrow(/positions follow the journal|duplicate key/);
});

test.for([
  'UPDATE journal_position SET position = position + 1',
  'DELETE FROM journal_position',
  'TRUNCATE journal_position',
])('Postgres refuses %s', async (statement, { registry }) => {
  await expect(registry.primary.query(statement)).rejects.toThrow('refused');
});
