import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import {
  aBundle,
  aDevice,
  anAccount,
  type Bundle,
  hoursAgo,
  metadata,
  type TradingPair,
} from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { anAccountOfMany } from '../harness/many-bundles.ts';

let source_id: number;
const bundles: Bundle[] = [];

const NAME = 'Wind, "north"\nfarm; é';
const FORMULA = '=HYPERLINK("http://example.com")';

test.beforeAll(async ({ market }) => {
  const { admin } = market;
  source_id = (await anAccount(admin, { timezone: 'Europe/London' })).id;
  const device = await aDevice(admin, { account_id: source_id, device_name: NAME });
  const metadataId = await metadata(admin, { legal_status: FORMULA });
  for (const hours of [4, 3, 2, 1, 0]) {
    const issue = { device_id: device.id, metadata_id: metadataId, quantity: 10, ...hoursAgo(hours) };
    bundles.push(await aBundle(admin, issue));
  }
});

const ask = (
  market: TradingPair,
  accept: string,
  more: Record<string, unknown> = {},
  path = '/certificate/query',
) => market.admin.post(path, { source_id, ...more }, { accept });

const rowsOf = (body: string): Record<string, string>[] => parse(body, { columns: true });
const linesOf = (body: string) =>
  body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

test('CSV has one row per bundle, with the field names as header', async ({ market }) => {
  const answer = await ask(market, 'text/csv');
  expect(answer.statusCode).toBe(202);
  expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(answer.body.split('\n')[0]).toBe(Object.keys(bundles[0] ?? {}).join(','));
  const asText = bundles.map((bundle) =>
    Object.fromEntries(
      Object.entries(bundle).map(([name, value]) => [name, value === null ? '' : String(value)]),
    ),
  );
  expect(rowsOf(answer.body)).toEqual(asText);
});

test('NDJSON has one JSON document per bundle', async ({ market }) => {
  const answer = await ask(market, 'application/x-ndjson');
  expect(answer.statusCode).toBe(202);
  expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
  expect(linesOf(answer.body)).toEqual(bundles);
});

test.for(['text/csv', 'application/x-ndjson'])(
  '%s returns the whole result, whatever the limit',
  async (type, { market }) => {
    const answer = await ask(market, type, { limit: 2 });
    const rows = type === 'text/csv' ? rowsOf(answer.body) : linesOf(answer.body);
    expect(rows).toHaveLength(bundles.length);
  },
);

test.for(['text/csv', 'application/x-ndjson'])(
  '%s contains only the matches of the filters',
  async (type, { market }) => {
    const answer = await ask(market, type, { certificate_period_start: hoursAgo(1).start });
    const rows = type === 'text/csv' ? rowsOf(answer.body) : linesOf(answer.body);
    expect(rows.map((row: { id: unknown }) => Number(row.id))).toEqual(bundles.slice(-2).map(({ id }) => id));
  },
);

test('CSV quotes commas, quotes and line breaks', async ({ market }) => {
  const [row] = rowsOf((await ask(market, 'text/csv', {}, '/certificate/query_full')).body);
  expect(row?.device_name).toBe(NAME);
});

test('CSV escapes texts that a spreadsheet would read as a formula', async ({ market }) => {
  const [row] = rowsOf((await ask(market, 'text/csv', {}, '/certificate/query_full')).body);
  expect(row?.legal_status).toBe(`'${FORMULA}`);
});

test('NDJSON of query_full returns full views', async ({ market }) => {
  const lines = linesOf((await ask(market, 'application/x-ndjson', {}, '/certificate/query_full')).body);
  expect(lines).toEqual((await ask(market, 'application/json', {}, '/certificate/query_full')).json());
  expect(lines[0]).toMatchObject({ device_name: NAME, legal_status: FORMULA });
});

test('CSV without matches is only the header', async ({ market }) => {
  const { body } = await ask(market, 'text/csv', { device_id: 999_999 });
  expect(body).toBe(`${Object.keys(bundles[0] ?? {}).join(',')}\n`);
});

test('NDJSON without matches is empty', async ({ market }) => {
  expect((await ask(market, 'application/x-ndjson', { device_id: 999_999 })).body).toBe('');
});

test('a stream renders datetimes in the time zone of the account if requested', async ({ market }) => {
  const [row] = rowsOf((await ask(market, 'text/csv', { localise_time: true })).body);
  expect(row?.production_starting_interval).toBe('2026-03-15T07:00:00+00:00');
});

test("a stream of another user's account is refused like one of an unknown account", async ({ market }) => {
  const answer = await market.trader.post('/certificate/query', { source_id }, { accept: 'text/csv' });
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});

test('a client that accepts anything receives JSON', async ({ market }) => {
  expect((await ask(market, '*/*')).headers['content-type']).toContain('application/json');
});

test('an unsupported media type is refused', async ({ market }) => {
  expect((await ask(market, 'image/png')).statusCode).toBe(406);
});

test('a stream of several pages has every row once, in order', async ({ registry, market }) => {
  const { admin, metadataId } = market;
  const manyId = await anAccountOfMany(registry, admin, { count: 2_500, metadataId });
  const answer = await ask(market, 'application/x-ndjson', { source_id: manyId });
  const ranges = linesOf(answer.body).map((row) => row.certificate_bundle_id_range_start);
  expect(ranges).toEqual(Array.from({ length: 2_500 }, (_, n) => n * 10 + 1));
});
