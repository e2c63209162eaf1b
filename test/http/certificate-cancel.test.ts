import { expect } from 'vitest';
import type { Bundle, TradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';

const read = async (market: TradingPair, id: number): Promise<Bundle> =>
  (await market.admin.get(`/certificate/${id}`)).json();

test('a cancellation leaves the bundles in their account with their hash, as Cancelled', async ({
  market,
}) => {
  const bundle = await market.bundle();
  const answer = await market.cancel([bundle.id], { beneficiary: 'The school' });
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toMatchObject({
    action_type: 'cancel',
    action_result: 'Success',
    target_id: null,
    beneficiary: 'The school',
    resulting_bundle_ids: [bundle.id],
  });
  expect(await read(market, bundle.id)).toMatchObject({
    ...bundle,
    certificate_bundle_status: 'Cancelled',
    beneficiary: 'The school',
  });
});

test.for([undefined, null, '', '   ', ' \t\n'])(
  'without a beneficiary (%j), the name of the account is used',
  async (beneficiary, { market }) => {
    const { id } = await market.bundle();
    const answer = await market.cancel([id], { beneficiary });
    expect(answer.json().beneficiary).toBe(market.source.account_name);
    expect((await read(market, id)).beneficiary).toBe(market.source.account_name);
  },
);

test.for(['\u0000', 'a\u0007b', 'x'.repeat(201)])(
  'an invalid beneficiary (%j) is refused, and nothing is cancelled',
  async (beneficiary, { market }) => {
    const bundle = await market.bundle();
    expect((await market.cancel([bundle.id], { beneficiary })).statusCode).toBe(422);
    expect(await read(market, bundle.id)).toMatchObject(bundle);
  },
);

test('a claim with a blank beneficiary is the same as one without', async ({ market }) => {
  const { id } = await market.bundle();
  await market.cancel([id], { beneficiary: 'The school' });
  const answer = await market.trader.post('/certificate/claim', {
    source_id: market.source.id,
    granular_certificate_bundle_ids: [id],
    beneficiary: ' ',
  });
  expect([answer.statusCode, (await read(market, id)).beneficiary]).toEqual([202, 'The school']);
});

test('purpose and period are stored with the action', async ({ market }) => {
  const { id } = await market.bundle();
  const answer = await market.cancel([id], {
    cancellation_purpose: 'Annual report',
    cancellation_period_start: '2026-01-01',
    cancellation_period_end: '2026-02-01T00:00:00+01:00',
  });
  expect(answer.json().details).toEqual({
    purpose: 'Annual report',
    period_start: '2026-01-01T00:00:00Z',
    period_end: '2026-01-31T23:00:00Z',
  });
});

test('a period that ends before its start is refused', async ({ market }) => {
  const { id } = await market.bundle();
  const answer = await market.cancel([id], {
    cancellation_period_start: '2026-02-01',
    cancellation_period_end: '2026-01-01',
  });
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors).toMatchObject([{ path: 'body.cancellation_period_end' }]);
});

test('a cancelled bundle cannot be transferred or cancelled again', async ({ market }) => {
  const { id } = await market.bundle();
  await market.cancel([id], { beneficiary: 'The first' });
  expect((await market.transfer([id])).statusCode).toBe(409);
  expect((await market.cancel([id], { beneficiary: 'The second' })).statusCode).toBe(409);
  expect((await read(market, id)).beneficiary).toBe('The first');
});

test('a reserved bundle can be cancelled', async ({ market }) => {
  const { id } = await market.bundleIn('Reserved');
  expect((await market.cancel([id])).statusCode).toBe(202);
});

test('part of a bundle can be cancelled; the rest stays Active without a beneficiary', async ({
  registry,
  market,
}) => {
  const { id } = await market.bundle({ quantity: 100 });
  const answer = await market.cancel([id], { certificate_quantity: 30, beneficiary: 'The school' });
  const [child] = answer.json().resulting_bundle_ids;
  expect(await read(market, child)).toMatchObject({
    bundle_quantity: 30,
    certificate_bundle_status: 'Cancelled',
    beneficiary: 'The school',
  });
  const { rows } = await registry.primary.query(
    'SELECT quantity::int, status, beneficiary FROM bundle WHERE parent_id = $1 AND id <> $2',
    [id, child],
  );
  expect(rows).toEqual([{ quantity: 70, status: 'Active', beneficiary: null }]);
});

test('a target account is refused', async ({ market }) => {
  const { id } = await market.bundle();
  const answer = await market.cancel([id], { target_id: market.target.id });
  expect(answer.json().target_id).toBeNull();
  expect(await read(market, id)).toMatchObject({ account_id: market.source.id });
});

test('a body with another action type is refused', async ({ market }) => {
  const { id } = await market.bundle();
  expect((await market.cancel([id], { action_type: 'transfer' })).statusCode).toBe(422);
  expect((await market.cancel([id], { action_type: 'cancel' })).statusCode).toBe(202);
});

test('a bundle of another account is refused like one that does not exist', async ({ market }) => {
  const { id } = await market.bundle();
  await market.transfer([id]);
  for (const wanted of [id, 999_999]) expect((await market.cancel([wanted])).statusCode).toBe(404);
  expect(await read(market, id)).toMatchObject({ certificate_bundle_status: 'Active' });
});
