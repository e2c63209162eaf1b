import { afterAll, expect } from 'vitest';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { untilReplicated } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import type { StreamedEvent } from '../harness/event-stream.ts';
import { test } from '../harness/fixtures.ts';
import { anAccountOfMany } from '../harness/many-bundles.ts';
import { waitForSequencer } from '../harness/polling.ts';
import type { TestRegistry } from '../harness/registry.ts';

const MOST_EXAMINED = 10_000;

let journal: Journal;
test.beforeAll(({ registry }) => {
  journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
});
afterAll(() => journal.stop());

/** Waits until every event has its position, on the standby too. Returns the last one. */
async function lastPosition(registry: TestRegistry): Promise<number> {
  await waitForSequencer(registry.primary, 120_000);
  await untilReplicated(registry);
  const { rows } = await registry.primary.query('SELECT max(position)::int AS last FROM journal_position');
  return rows[0].last;
}

interface Page {
  readonly events: StreamedEvent[];
  /** The header that leads to the next page. */
  readonly next: string | undefined;
}

/** All pages of events, found as the API documents it. */
async function pagesOf(client: Client): Promise<Page[]> {
  const pages: Page[] = [];
  do {
    const after = pages.at(-1)?.next;
    const answer = await client.get(`/events?limit=1000${after === undefined ? '' : `&after=${after}`}`);
    expect(answer.statusCode, answer.body).toBe(200);
    const { 'registry-next-after': next } = answer.headers;
    pages.push({ events: answer.json(), next: next === undefined ? undefined : String(next) });
  } while (pages.at(-1)?.next !== undefined);
  return pages;
}

test('a page examines 10 000 positions at most, and names the position that leads to the next one', async ({
  registry,
  market,
}) => {
  const early = await registry.as('AUDIT_USER');
  await anAccountOfMany(registry, market.admin, { count: 12_000, metadataId: market.metadataId });
  const late = await registry.as('AUDIT_USER');
  const last = await lastPosition(registry);
  expect(last).toBeGreaterThan(MOST_EXAMINED);
  const steps = Array.from({ length: Math.floor(last / MOST_EXAMINED) }, (_, page) =>
    String((page + 1) * MOST_EXAMINED - 1),
  );
  // One is told of its creation and its password by the first page, the other one by the last.
  for (const [client, at] of [
    [early, 0],
    [late, -1],
  ] as const) {
    const pages = await pagesOf(client);
    expect(pages.map(({ next }) => next)).toEqual([...steps, undefined]);
    const own = { entity_name: 'registry_user', entity_id: client.userId };
    expect(pages.at(at)?.events).toMatchObject([own, own]);
    expect(pages.flatMap(({ events }) => events)).toHaveLength(2);
    const query = `entity_name=${own.entity_name}&entity_id=${own.entity_id}`;
    expect((await client.get(`/events?${query}`)).json()).toMatchObject([own, own]);
  }
}, 180_000);

test('a page ends with the event that completes 4 MiB, and the next one continues', async ({
  registry,
  market,
}) => {
  const before = await lastPosition(registry);
  const many = 20;
  // Random, so that it is not compressed: 320 000 characters each.
  await registry.primary.query(
    `INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, recorded_at, attributes_after)
     SELECT pg_current_xact_id(), gen_random_uuid(), 'CREATE', 'organisation', 900000 + n, now(), jsonb_build_object('name', (
       SELECT string_agg(md5(n || '-' || part), '') FROM generate_series(1, 10000) AS part))
     FROM generate_series(1, $1) AS n`,
    [many],
  );
  const last = await lastPosition(registry);
  expect(last - before).toBe(many);
  const positions: number[][] = [];
  for (let after = before; after < last; ) {
    const page = await market.admin.get(`/events?limit=1000&after=${after}`);
    positions.push(page.json().map(({ position }: StreamedEvent) => position));
    after = Number(page.headers['registry-next-after'] ?? last);
    expect(page.body.length).toBeLessThan(4_194_304 + 500_000 + many * 1_000);
  }
  expect(positions.flat()).toEqual(Array.from({ length: many }, (_, n) => before + 1 + n));
  expect(positions.length).toBeGreaterThan(1);
}, 120_000);
