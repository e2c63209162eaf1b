import { expect } from 'vitest';
import {
  aBundle,
  aDevice,
  type Bundle,
  expectConserved,
  hoursAgo,
  issueBody,
  type TradingPair,
} from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';

const withdraw = (
  market: TradingPair,
  accountId: number,
  ids: number[],
  more: object = { reason: 'The meter was misread' },
) =>
  market.admin.post('/certificate/withdraw', {
    source_id: accountId,
    granular_certificate_bundle_ids: ids,
    ...more,
  });

const issueAgain = (market: TradingPair, bundle: Bundle, quantity: number) =>
  market.admin.post(
    '/certificate/create',
    issueBody({
      device_id: market.device.id,
      metadata_id: market.metadataId,
      quantity,
      start: bundle.production_starting_interval,
      end: bundle.production_ending_interval,
    }),
  );

test('an interval can be issued again only after every live bundle was withdrawn, as a new version with new ids', async ({
  registry,
  market,
}) => {
  const bundle = await market.bundle();
  const moved = (await market.transfer([bundle.id], { certificate_quantity: 40 })).json()
    .resulting_bundle_ids;
  const { rows } = await registry.primary.query(
    'SELECT id::int FROM bundle WHERE parent_id = $1 AND account_id = $2',
    [bundle.id, market.source.id],
  );
  expect((await withdraw(market, market.source.id, [rows[0].id])).statusCode).toBe(202);
  expect((await issueAgain(market, bundle, 90)).statusCode).toBe(409);
  expect((await withdraw(market, market.target.id, moved)).statusCode).toBe(202);

  const anew = await issueAgain(market, bundle, 90);
  expect(anew.statusCode, anew.body).toBe(201);
  expect(anew.json()).toMatchObject({ issuance_id: bundle.issuance_id, bundle_quantity: 90 });
  expect(anew.json().certificate_bundle_id_range_start).toBeGreaterThan(
    bundle.certificate_bundle_id_range_end,
  );
  const versions = await registry.primary.query(
    `SELECT n.issue_version, o.issue_version AS replaces FROM issuance n LEFT JOIN issuance o ON o.id = n.replaces_id
     WHERE n.issuance_id = $1 ORDER BY n.issue_version`,
    [bundle.issuance_id],
  );
  expect(versions.rows).toEqual([
    { issue_version: 1, replaces: null },
    { issue_version: 2, replaces: 1 },
  ]);
  await expectConserved(registry);
});

test('a re-issue with another start is a first version, and a query finds the withdrawn one', async ({
  market,
}) => {
  const { admin, source, metadataId: metadata_id } = market;
  const { id: device_id } = await aDevice(admin, { account_id: source.id, granularity_minutes: 30 });
  const { start, end } = hoursAgo(5);
  const half = new Date(Date.parse(start) + 1_800_000).toISOString();
  const whole = await aBundle(admin, { device_id, metadata_id, quantity: 10, start, end });
  expect((await withdraw(market, source.id, [whole.id])).statusCode).toBe(202);
  const anew = await aBundle(admin, { device_id, metadata_id, quantity: 5, start: half, end });
  const lineage = (await admin.get(`/certificate/${anew.id}/lineage?format=raw`)).json();
  expect(lineage.issuance).toMatchObject({ issue_version: 1, previous_issuance: null });
  const found = await admin.post('/certificate/query', {
    source_id: source.id,
    device_id,
    certificate_period_start: new Date(Date.parse(half) - 3_600_000).toISOString(),
    certificate_period_end: end,
    certificate_bundle_status: 'Withdrawn',
  });
  expect(found.json().granular_certificate_bundles).toMatchObject([{ id: whole.id }]);
});

test('a withdrawal requires a reason, and takes whole bundles', async ({ market }) => {
  const { id } = await market.bundle();
  expect((await withdraw(market, market.source.id, [id], {})).statusCode).toBe(422);
  const part = { reason: 'r', certificate_quantity: 1 };
  expect((await withdraw(market, market.source.id, [id], part)).statusCode).toBe(422);
  expect((await market.trader.get(`/certificate/${id}`)).json().certificate_bundle_status).toBe('Active');
});

test('a lock blocks a bundle, and an unlock restores its status', async ({ market }) => {
  const { id } = await market.bundle();
  const ask = { source_id: market.source.id, granular_certificate_bundle_ids: [id] };
  const status = async () => (await market.trader.get(`/certificate/${id}`)).json().certificate_bundle_status;
  await market.trader.post('/certificate/reserve', ask);
  expect((await market.admin.post('/certificate/lock', { ...ask, reason: 'r' })).statusCode).toBe(202);
  expect(await status()).toBe('Locked');
  expect((await market.cancel([id])).statusCode).toBe(409);
  expect((await market.admin.post('/certificate/unlock', { ...ask, reason: 'r' })).statusCode).toBe(202);
  expect(await status()).toBe('Reserved');
});

test('a claim that names another beneficiary is refused; one without a beneficiary is accepted', async ({
  market,
}) => {
  const { id } = await market.bundle();
  await market.cancel([id], { beneficiary: 'The school' });
  const claim = (more: object) =>
    market.trader.post('/certificate/claim', {
      source_id: market.source.id,
      granular_certificate_bundle_ids: [id],
      ...more,
    });
  expect((await claim({ beneficiary: 'Somebody else' })).statusCode).toBe(422);
  expect((await claim({})).statusCode).toBe(202);
});
