import { expect, onTestFinished } from 'vitest';
import {
  aBundle,
  aDevice,
  anAccount,
  hoursAgo,
  type Issue,
  iso,
  issueBody,
  METADATA,
  type TradingPair,
} from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const MINUTE = 60_000;
const minutesAgo = (minutes: number) => iso(new Date(NOW.getTime() - minutes * MINUTE));

/** A request for a new device, so that tests do not share one; `power_mw` and similar fields are the device's. */
async function aRequest(
  market: TradingPair,
  fields: Partial<Issue> = {},
  device: Record<string, unknown> = {},
): Promise<Issue> {
  const { admin, source, metadataId } = market;
  const { id } = await aDevice(admin, { account_id: source.id, ...device });
  return { device_id: id, metadata_id: metadataId, quantity: 100, ...hoursAgo(0), ...fields };
}

const issue = (market: TradingPair, request: Issue, more: Record<string, unknown> = {}) =>
  market.admin.post('/certificate/create', { ...issueBody(request), ...more });

const bundlesOf = async (registry: TestRegistry, deviceId: number) =>
  (await registry.primary.query('SELECT * FROM bundle WHERE device_id = $1 ORDER BY id', [deviceId])).rows;

test('metadata is stored as given, with null for omitted fields', async ({ market }) => {
  const answer = await market.admin.post('/certificate/create_metadata', {
    ...METADATA,
    legal_status: 'valid',
  });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toMatchObject({
    ...METADATA,
    legal_status: 'valid',
    issuance_purpose: null,
    support_received: null,
    quality_scheme_reference: null,
    dissemination_level: null,
  });
});

test("certificates are issued at the time of the registry's clock, not the database's", async ({
  registry,
  market,
}) => {
  const request = issueBody(await aRequest(market));
  const moment = new Date('2026-03-20T09:30:15.250Z');
  registry.setClock(moment);
  onTestFinished(() => registry.setClock(NOW));
  // Access tokens use the same clock.
  const admin = await registry.as('ADMIN');
  const answer = await admin.post('/certificate/create', request);
  expect(answer.json()).toMatchObject({ issuance_datestamp: moment.toISOString() });
  const read = await admin.get(`/certificate/${answer.json().id}`);
  expect(read.json()).toMatchObject({ issuance_datestamp: moment.toISOString() });
});

test('metadata requires country, grid, issuing body and market zone', async ({ market }) => {
  const answer = await market.admin.post('/certificate/create_metadata', {});
  expect(answer.statusCode).toBe(422);
  const paths = answer.json().errors.map(({ path }: { path: string }) => path);
  expect(paths.toSorted()).toEqual(
    Object.keys(METADATA)
      .map((name) => `body.${name}`)
      .toSorted(),
  );
});

test.for(['AUDIT_USER', 'TRADING_USER', 'PRODUCTION_USER', 'STORAGE_VALIDATOR'] as const)(
  'a user with role %s can neither issue certificates nor create metadata',
  async (role, { registry, market }) => {
    const client = await registry.as(role);
    const request = await aRequest(market);
    expect((await client.post('/certificate/create_metadata', METADATA)).statusCode).toBe(403);
    expect((await client.post('/certificate/create', issueBody(request))).statusCode).toBe(403);
    expect(await bundlesOf(registry, request.device_id)).toEqual([]);
  },
);

test('an issuance belongs to the account of the device, as one whole Active bundle', async ({ market }) => {
  const request = await aRequest(market, { quantity: 1_234 });
  const answer = await issue(market, request);
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toMatchObject({
    issuance_id: `${request.device_id}-${request.start}`,
    certificate_bundle_status: 'Active',
    account_id: market.source.id,
    metadata_id: market.metadataId,
    certificate_bundle_id_range_start: 1,
    certificate_bundle_id_range_end: 1_234,
    bundle_quantity: 1_234,
    beneficiary: null,
    energy_carrier: 'electricity',
    energy_source: 'wind',
    face_value: 1,
    issuance_post_energy_carrier_conversion: false,
    device_id: request.device_id,
    production_starting_interval: request.start,
    production_ending_interval: request.end,
    expiry_datestamp: '2028-03-15T12:00:00Z',
    is_storage: false,
    parent_id: null,
  });
});

test('the registry sets ids, hash, issuance id, account, status and expiry, and ignores those of the body', async ({
  market,
}) => {
  const request = await aRequest(market);
  const claimed = {
    id: 999_999,
    hash: 'f'.repeat(64),
    issuance_id: '1-2020-01-01T00:00:00Z',
    account_id: market.target.id,
    certificate_bundle_status: 'Claimed',
    certificate_bundle_id_range_start: 500,
    certificate_bundle_id_range_end: 5_000,
    expiry_datestamp: '2099-01-01T00:00:00Z',
    beneficiary: 'me',
    face_value: 1_000,
    parent_id: 1,
  };
  const answer = await issue(market, request, claimed);
  expect(answer.statusCode).toBe(201);
  const bundle = answer.json();
  for (const [field, value] of Object.entries(claimed)) expect(bundle[field], field).not.toBe(value);
  expect(bundle.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(bundle.account_id).toBe(market.source.id);
});

test('attributes stated by the issuer are stored', async ({ market }) => {
  const characteristics = {
    energy_carrier: 'hydrogen',
    energy_source: 'electrolysis',
    emissions_factor_production_device: 0.25,
    emissions_factor_source: 'IPCC',
    issuance_post_energy_carrier_conversion: true,
  };
  expect((await issue(market, await aRequest(market), characteristics)).json()).toMatchObject(
    characteristics,
  );
});

test('certificates of 29 February expire on 28 February', async ({ market }) => {
  const request = await aRequest(market, { start: '2024-02-29T10:00:00Z', end: '2024-02-29T11:00:00Z' });
  expect((await issue(market, request)).json().expiry_datestamp).toBe('2026-02-28T11:00:00Z');
});

test('certificate ids of a device ascend from 1 without gaps', async ({ market }) => {
  const request = await aRequest(market, { quantity: 10 });
  const ranges = [];
  for (const hours of [3, 1, 2]) {
    const bundle = await aBundle(market.admin, { ...request, ...hoursAgo(hours) });
    ranges.push([bundle.certificate_bundle_id_range_start, bundle.certificate_bundle_id_range_end]);
  }
  expect(ranges).toEqual([
    [1, 10],
    [11, 20],
    [21, 30],
  ]);
});

test('an interval before the newest one can be issued later', async ({ market }) => {
  const request = await aRequest(market);
  await aBundle(market.admin, { ...request, ...hoursAgo(0) });
  expect((await issue(market, { ...request, ...hoursAgo(5) })).statusCode).toBe(201);
});

test('certificate ids are not used again after withdrawal, and the interval gets a new version with new ids', async ({
  registry,
  market,
}) => {
  const request = await aRequest(market, { quantity: 40 });
  const first = await aBundle(market.admin, request);
  await registry.primary.query(`UPDATE bundle SET status = 'Withdrawn' WHERE id = $1`, [first.id]);
  expect((await issue(market, request)).statusCode).toBe(409);
  await registry.primary.query('UPDATE issuance SET withdrawn_at = now() WHERE device_id = $1', [
    request.device_id,
  ]);
  const again = await aBundle(market.admin, request);
  expect(again).toMatchObject({
    issuance_id: first.issuance_id,
    certificate_bundle_id_range_start: 41,
    certificate_bundle_id_range_end: 80,
  });
  expect(again.hash).not.toBe(first.hash);
});

test('repeating an issuance changes nothing and reports the existing one', async ({ registry, market }) => {
  const request = await aRequest(market);
  const first = await aBundle(market.admin, request);
  const repeated = await issue(market, request);
  expect(repeated.statusCode).toBe(409);
  expect(repeated.json()).toMatchObject({ type: 'urn:gc-registry:problem:already-issued' });
  expect(repeated.json().detail).toContain(first.issuance_id);
  expect(await bundlesOf(registry, request.device_id)).toHaveLength(1);
});

test.for([
  ['the same interval with another quantity', { quantity: 99 }],
  ['the first half of an interval', { start: minutesAgo(60), end: minutesAgo(30) }],
  ['an overlap with the end of the interval', { start: minutesAgo(90), end: minutesAgo(45) }],
] as const)('%s is refused beside an existing issuance', async ([_, again], { registry, market }) => {
  const request = await aRequest(market, {}, { granularity_minutes: 15 });
  await aBundle(market.admin, request);
  expect((await issue(market, { ...request, ...again })).statusCode).toBe(409);
  expect(await bundlesOf(registry, request.device_id)).toHaveLength(1);
});

test.for([
  ['that ends where it starts', { end: minutesAgo(60) }, 60],
  ['that ends before it starts', { end: minutesAgo(120) }, 60],
  ['longer than an hour', { start: minutesAgo(120), end: minutesAgo(0) }, 60],
  ['that ends in the future', { start: minutesAgo(0), end: minutesAgo(-60) }, 60],
  ['not aligned to the hours of an hourly device', { start: minutesAgo(90), end: minutesAgo(30) }, 60],
  ['whose end is not aligned to the half-hours of a half-hourly device', { end: minutesAgo(45) }, 30],
  ['that starts one second late', { start: '2026-03-15T11:00:01Z' }, 5],
  ['before the device operates', { start: '2014-12-31T23:00:00Z', end: '2015-01-01T00:00:00Z' }, 60],
] as const)('an interval %s is refused', async ([_, interval, granularity_minutes], { registry, market }) => {
  const request = await aRequest(market, interval, { granularity_minutes });
  const answer = await issue(market, request);
  expect(answer.statusCode, answer.body).toBe(422);
  expect(answer.json().type).toBe('urn:gc-registry:problem:interval-invalid');
  expect(await bundlesOf(registry, request.device_id)).toEqual([]);
});

test.for([5, 10, 15, 30, 60])(
  'an interval of %i minutes is issued for a device of that granularity',
  async (m, { market }) => {
    const request = await aRequest(
      market,
      { start: minutesAgo(m), end: minutesAgo(0) },
      { granularity_minutes: m },
    );
    expect((await issue(market, request)).statusCode).toBe(201);
  },
);

test('an interval can span several intervals of the device, up to an hour', async ({ market }) => {
  expect((await issue(market, await aRequest(market, {}, { granularity_minutes: 15 }))).statusCode).toBe(201);
});

test('an interval that ends now is issued', async ({ market }) => {
  const request = await aRequest(market, { start: minutesAgo(60), end: minutesAgo(0) });
  expect((await issue(market, request)).statusCode).toBe(201);
});

test('datetimes without an offset are UTC, others are converted', async ({ market }) => {
  const request = await aRequest(market, { start: '2026-03-14T05:00:00', end: '2026-03-14T08:00:00+02:00' });
  const bundle = await aBundle(market.admin, request);
  expect(bundle.production_starting_interval).toBe('2026-03-14T05:00:00Z');
  expect(bundle.production_ending_interval).toBe('2026-03-14T06:00:00Z');
});

test.for([
  ['an hour', 60, 1_650_000],
  ['half an hour', 30, 825_000],
  ['five minutes', 5, 137_500],
] as const)(
  'the limit for 1.5 MW over %s is 1.1 times the energy of that power',
  async ([_, minutes, limit], { market }) => {
    const interval = { start: minutesAgo(minutes), end: minutesAgo(0) };
    const request = await aRequest(market, interval, { power_mw: 1.5, granularity_minutes: 5 });
    const refused = await issue(market, { ...request, quantity: limit + 1 });
    expect(refused.statusCode).toBe(422);
    expect(refused.json().type).toBe('urn:gc-registry:problem:over-capacity');
    expect(refused.json().detail).toContain(`${limit + 1}`);
    expect(refused.json().detail).toContain(`${limit} `);
    expect((await issue(market, { ...request, quantity: limit })).statusCode).toBe(201);
  },
);

test('the limit is rounded down to whole Wh', async ({ market }) => {
  // 0.000011 MW x 1.1 x 1/12 h is 1.008333 Wh.
  const interval = { start: minutesAgo(5), end: minutesAgo(0) };
  const request = await aRequest(market, interval, { power_mw: 0.000_011, granularity_minutes: 5 });
  expect((await issue(market, { ...request, quantity: 2 })).statusCode).toBe(422);
  expect((await issue(market, { ...request, quantity: 1 })).statusCode).toBe(201);
});

test('a bundle can hold more than 2^31 Wh', async ({ market }) => {
  const request = await aRequest(market, { quantity: 5_000_000_000 }, { power_mw: 10_000 });
  expect((await issue(market, request)).json()).toMatchObject({
    bundle_quantity: 5_000_000_000,
    certificate_bundle_id_range_end: 5_000_000_000,
  });
});

test.for([0, -1, 1.5, '100', null])(
  'a quantity of %j is refused and issues nothing',
  async (quantity, { registry, market }) => {
    const request = await aRequest(market);
    const answer = await issue(market, request, { bundle_quantity: quantity });
    expect(answer.statusCode).toBe(422);
    expect(await bundlesOf(registry, request.device_id)).toEqual([]);
  },
);

test('an unknown device is refused', async ({ market }) => {
  expect((await issue(market, { ...(await aRequest(market)), device_id: 999_999 })).statusCode).toBe(404);
});

test('a deleted device is refused', async ({ market }) => {
  const request = await aRequest(market);
  await market.admin.delete(`/device/delete/${request.device_id}`);
  expect((await issue(market, request)).statusCode).toBe(404);
});

test('a device without a local_device_identifier is refused', async ({ market }) => {
  const request = await aRequest(market, {}, { local_device_identifier: null });
  const answer = await issue(market, request);
  expect(answer.statusCode).toBe(422);
  expect(answer.json().type).toBe('urn:gc-registry:problem:device-unidentified');
});

test('a device without capacity is refused', async ({ market }) => {
  expect((await issue(market, await aRequest(market, { quantity: 1 }, { power_mw: 0 }))).statusCode).toBe(
    422,
  );
});

test('unknown metadata is refused', async ({ market }) => {
  expect((await issue(market, { ...(await aRequest(market)), metadata_id: 999_999 })).statusCode).toBe(404);
});

test('certificates keep the attributes that the device had at issuance', async ({ market }) => {
  const request = await aRequest(market);
  const bundle = await aBundle(market.admin, request);
  await market.admin.patch(`/device/update/${request.device_id}`, { energy_source: 'hydro' });
  const { energy_source, hash } = (await market.admin.get(`/certificate/${bundle.id}`)).json();
  expect({ energy_source, hash }).toEqual({ energy_source: 'wind', hash: bundle.hash });
});

test('a closed account receives no issuance', async ({ registry, market }) => {
  const account = await anAccount(market.admin);
  const request = await aRequest(market, {}, { account_id: account.id });
  await registry.primary.query('UPDATE account SET deleted_at = now() WHERE id = $1', [account.id]);
  expect((await issue(market, request)).statusCode).toBe(404);
});
