import { expect } from 'vitest';
import { aBundle, aDevice, anAccount, type Device, hoursAgo, type TradingPair } from '../harness/builders.ts';
import { ask, find as findAs, idsOf, type QueryAnswer } from '../harness/certificate-query.ts';
import { test } from '../harness/fixtures.ts';

const find = (market: TradingPair, filter: Record<string, unknown>, client = market.admin) =>
  findAs(client, filter);

async function aLargeHolding(market: TradingPair) {
  const { admin, metadataId } = market;
  const account = await anAccount(admin);
  const devices: Device[] = [];
  for (let n = 0; n < 3; n++) devices.push(await aDevice(admin, { account_id: account.id }));
  const issue = (hours: number, device: number) =>
    aBundle(admin, {
      device_id: devices[device]?.id ?? 0,
      metadata_id: metadataId,
      quantity: 10,
      ...hoursAgo(hours),
    });
  for (const hours of [9, 8, 7, 6]) for (const device of [0, 1, 2]) await issue(hours, device);
  return { source_id: account.id, issue };
}

test('pages have no gap or duplicate while bundles are issued before and after their position', async ({
  market,
}) => {
  const { source_id, issue } = await aLargeHolding(market);
  const before = await find(market, { source_id });
  const seen: number[] = [];
  let cursor: string | null = null;
  for (let page = 0; page === 0 || cursor; page++) {
    const answer: QueryAnswer = await ask(market.admin, { source_id, limit: 5, cursor });
    seen.push(...idsOf(answer.granular_certificate_bundles));
    cursor = answer.next_cursor;
    if (page === 0) await Promise.all([issue(20, 0), issue(1, 1)]);
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((id) => before.includes(id))).toEqual(before);
  // The bundle after the position is found, the one before it is not.
  expect(seen).toHaveLength(before.length + 1);
});

test('pages of query_full are linked by the header registry-next-cursor', async ({ market }) => {
  const { source_id } = await aLargeHolding(market);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const answer = await market.admin.post('/certificate/query_full', { source_id, limit: 5, cursor });
    seen.push(...idsOf(answer.json()));
    const next = answer.headers['registry-next-cursor'];
    cursor = next === undefined ? undefined : String(next);
  } while (cursor !== undefined);
  expect(seen).toEqual(await find(market, { source_id }));
});

test('each page reports the volume of all matches', async ({ market }) => {
  const { source_id } = await aLargeHolding(market);
  const first = await ask(market.admin, { source_id, limit: 5 });
  const second = await ask(market.admin, { source_id, limit: 5, cursor: first.next_cursor });
  expect([first.total_certificate_volume, second.total_certificate_volume]).toEqual([120, 120]);
});

test('later pages have the volume of the first, whatever changes meanwhile', async ({ market }) => {
  const { source_id, issue } = await aLargeHolding(market);
  const first = await ask(market.admin, { source_id, limit: 5 });
  await issue(1, 1);
  const second = await ask(market.admin, { source_id, limit: 5, cursor: first.next_cursor });
  expect(second.total_certificate_volume).toBe(120);
});

test('a cursor of query_full, which has no volume, leads to a page of a query with the volume', async ({
  market,
}) => {
  const { source_id } = await aLargeHolding(market);
  const full = await market.admin.post('/certificate/query_full', { source_id, limit: 5 });
  const page = await ask(market.admin, { source_id, cursor: String(full.headers['registry-next-cursor']) });
  expect(page.total_certificate_volume).toBe(120);
});

test('a page that holds exactly the rest has no next page', async ({ market }) => {
  const { source_id } = await aLargeHolding(market);
  expect((await ask(market.admin, { source_id, limit: 12 })).next_cursor).toBeNull();
  expect((await ask(market.admin, { source_id, limit: 11 })).next_cursor).not.toBeNull();
});
