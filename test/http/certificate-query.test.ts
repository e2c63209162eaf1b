import { describe, expect } from 'vitest';
import { bundleStatuses } from '../../src/rules/enums.ts';
import {
  aBundle,
  aDevice,
  anAccount,
  type Bundle,
  HOUR_MS,
  hoursAgo,
  iso,
  type TradingPair,
} from '../harness/builders.ts';
import { ask, find as findAs, idsOf } from '../harness/certificate-query.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { NOW } from '../harness/registry.ts';

const test = baseTest.extend(
  'holding',
  { scope: 'file' },
  ({ market }): Promise<Awaited<ReturnType<typeof aHolding>>> => aHolding(market),
);

const find = (market: TradingPair, filter: Record<string, unknown>, client = market.admin) =>
  findAs(client, filter);

/** Two devices, wind and solar, with three hours each. */
async function aHolding(market: TradingPair) {
  const { admin, metadataId } = market;
  const account = await anAccount(admin);
  const wind = await aDevice(admin, { account_id: account.id });
  const sun = await aDevice(admin, { account_id: account.id, energy_source: 'solar_pv' });
  const bundles: Bundle[] = [];
  for (const hours of [3, 2, 1]) {
    for (const { id } of [wind, sun]) {
      const issue = { device_id: id, metadata_id: metadataId, quantity: 100 * hours, ...hoursAgo(hours) };
      bundles.push(await aBundle(admin, issue));
    }
  }
  return { account, source_id: account.id, wind, sun, bundles };
}

/** The ids of the bundles that a test expects, in the order of the response. */
const expected = (holding: Awaited<ReturnType<typeof aHolding>>, which: (bundle: Bundle) => boolean) =>
  idsOf(holding.bundles.filter(which));
const startOf = (hours: number) => hoursAgo(hours).start;

test('a query without filters returns every live bundle of the account, by interval start and id', async ({
  market,
  holding,
}) => {
  const { source_id, bundles } = holding;
  const answer = await ask(market.admin, { source_id });
  expect(answer.granular_certificate_bundles).toEqual(bundles);
  expect(answer.total_certificate_volume).toBe(1_200);
  expect(answer.next_cursor).toBeNull();
});

test('the order is that of the intervals, not of issuance', async ({ market }) => {
  const { admin, metadataId } = market;
  const account = await anAccount(admin);
  const device = await aDevice(admin, { account_id: account.id });
  const issue = (hours: number) =>
    aBundle(admin, { device_id: device.id, metadata_id: metadataId, quantity: 1, ...hoursAgo(hours) });
  const [late, early, middle] = [await issue(1), await issue(9), await issue(5)];
  expect(await find(market, { source_id: account.id })).toEqual(idsOf([early, middle, late]));
});

test('the response repeats the filter', async ({ market, holding }) => {
  const { source_id, wind } = holding;
  const filter = {
    source_id,
    device_id: wind.id,
    energy_source: 'wind',
    certificate_bundle_status: 'Active',
    sparse_filter_list: [[wind.id, '2026-03-15T08:00:00+00:00']],
    limit: 5,
  };
  expect(await ask(market.admin, filter)).toMatchObject({
    ...filter,
    sparse_filter_list: [[wind.id, '2026-03-15T08:00:00Z']],
  });
});

describe('filters', () => {
  test('device_id', async ({ market, holding }) => {
    const { source_id, wind } = holding;
    expect(await find(market, { source_id, device_id: wind.id })).toEqual(
      expected(holding, (b) => b.device_id === wind.id),
    );
  });

  test('energy_source', async ({ market, holding }) => {
    const { source_id } = holding;
    expect(await find(market, { source_id, energy_source: 'solar_pv' })).toEqual(
      expected(holding, (b) => b.energy_source === 'solar_pv'),
    );
  });

  test('certificate_period_start is inclusive', async ({ market, holding }) => {
    const { source_id } = holding;
    const certificate_period_start = startOf(2);
    expect(await find(market, { source_id, certificate_period_start })).toEqual(
      expected(holding, (b) => b.production_starting_interval >= certificate_period_start),
    );
  });

  test('certificate_period_end includes intervals that end at it', async ({ market, holding }) => {
    const { source_id } = holding;
    const [certificate_period_start, certificate_period_end] = ['2000-01-01', startOf(1)];
    expect(await find(market, { source_id, certificate_period_start, certificate_period_end })).toEqual(
      expected(holding, (b) => b.production_ending_interval <= certificate_period_end),
    );
  });

  test('a period can be longer than a month', async ({ market, holding }) => {
    const { source_id, bundles } = holding;
    const period = { certificate_period_start: '2000-01-01', certificate_period_end: '2030-01-01' };
    expect(await find(market, { source_id, ...period })).toEqual(idsOf(bundles));
  });

  test('issuance_ids can name several issuances', async ({ market, holding }) => {
    const { source_id, bundles } = holding;
    const [first, , third] = bundles;
    const issuance_ids = [third?.issuance_id, first?.issuance_id];
    expect(await find(market, { source_id, issuance_ids })).toEqual([first?.id, third?.id]);
  });

  test.for([
    ['a space for T', (text: string) => text.replace('T', ' ')],
    ['+00:00 for Z', (text: string) => text.replace('Z', '+00:00')],
    ['both', (text: string) => text.replace('T', ' ').replace('Z', '+00:00')],
  ] as const)(
    'an issuance id with %s is accepted, and repeated as it was sent',
    async ([_, spell], { market, holding }) => {
      const { source_id, bundles } = holding;
      const written = bundles[0]?.issuance_id ?? '';
      const answer = await ask(market.admin, { source_id, issuance_ids: [spell(written)] });
      expect(idsOf(answer.granular_certificate_bundles)).toEqual([bundles[0]?.id]);
      expect(answer).toMatchObject({ issuance_ids: [spell(written)] });
    },
  );

  test('sparse_filter_list accepts pairs of a device and an interval start', async ({ market, holding }) => {
    const { source_id, wind, sun } = holding;
    const sparse_filter_list = [
      [wind.id, startOf(3)],
      [sun.id, startOf(1)],
    ];
    expect(await find(market, { source_id, sparse_filter_list })).toEqual(
      expected(holding, (b) =>
        sparse_filter_list.some(
          ([device, start]) => b.device_id === device && b.production_starting_interval === start,
        ),
      ),
    );
  });

  test('a range of certificate ids matches the bundles that it overlaps', async ({ market }) => {
    const bundle = await market.bundle({ quantity: 100 });
    const split = await market.transfer([bundle.id], {
      target_id: market.target.id,
      certificate_quantity: 40,
    });
    const [moved] = split.json().resulting_bundle_ids;
    const first = bundle.certificate_bundle_id_range_start;
    const filter = { source_id: market.source.id, issuance_ids: [bundle.issuance_id] };
    const inTarget = { ...filter, source_id: market.target.id };
    const range = (from: number, to: number) => ({
      certificate_bundle_id_range_start: first + from,
      certificate_bundle_id_range_end: first + to,
    });
    expect(await find(market, { ...inTarget, ...range(39, 60) })).toEqual([moved]);
    expect(await find(market, { ...inTarget, ...range(40, 60) })).toEqual([]);
    expect(await find(market, { ...filter, ...range(0, 39) })).toEqual([]);
    expect(await find(market, { ...filter, ...range(0, 40) })).toHaveLength(1);
  });

  test.for(bundleStatuses)('certificate_bundle_status %s', async (status, { market }) => {
    const bundle = await market.bundleIn(status);
    const found = await find(market, { source_id: market.source.id, certificate_bundle_status: status });
    expect(found).toContain(bundle.id);
    const [{ certificate_bundle_status }] = (
      await ask(market.admin, { source_id: market.source.id, certificate_bundle_status: status, limit: 1 })
    ).granular_certificate_bundles as [Bundle];
    expect(certificate_bundle_status).toBe(status);
  });

  test('a split parent is found only by its status', async ({ market }) => {
    const parent = await market.bundleIn('Bundle Split');
    const filter = { source_id: market.source.id, issuance_ids: [parent.issuance_id] };
    expect(await find(market, filter)).not.toContain(parent.id);
    expect(await find(market, { ...filter, certificate_bundle_status: 'Bundle Split' })).toEqual([parent.id]);
  });

  test('are combined with AND', async ({ market, holding }) => {
    const { source_id, wind, sun } = holding;
    const filter = {
      source_id,
      device_id: wind.id,
      energy_source: 'wind',
      certificate_bundle_status: 'Active',
      sparse_filter_list: [
        [wind.id, startOf(2)],
        [sun.id, startOf(2)],
        [wind.id, startOf(1)],
      ],
      certificate_period_start: startOf(3),
      certificate_period_end: startOf(1),
    };
    const all = await find(market, filter);
    expect(all).toEqual(
      expected(holding, (b) => b.device_id === wind.id && b.production_starting_interval === startOf(2)),
    );
    for (const contrary of [
      { device_id: sun.id },
      { energy_source: 'hydro' },
      { certificate_bundle_status: 'Claimed' },
      { sparse_filter_list: [[wind.id, startOf(3)]], certificate_period_start: startOf(2) },
      { certificate_period_end: startOf(2) },
    ]) {
      expect(await find(market, { ...filter, ...contrary }), JSON.stringify(contrary)).toEqual([]);
    }
  });

  test('issuance_ids are combined with AND with the other filters', async ({ market, holding }) => {
    const { source_id, bundles, sun } = holding;
    const issuance_ids = bundles.map((each) => each.issuance_id);
    expect(await find(market, { source_id, issuance_ids, device_id: sun.id })).toEqual(
      expected(holding, (b) => b.device_id === sun.id),
    );
    expect(await find(market, { source_id, issuance_ids, certificate_bundle_status: 'Claimed' })).toEqual([]);
  });
});

describe('the account condition', () => {
  test.for([
    ['issuance_ids', (bundle: Bundle) => ({ issuance_ids: [bundle.issuance_id] })],
    [
      'sparse_filter_list',
      (bundle: Bundle) => ({
        sparse_filter_list: [[bundle.device_id, bundle.production_starting_interval]],
      }),
    ],
    ['device_id', (bundle: Bundle) => ({ device_id: bundle.device_id })],
    [
      'a range of certificate ids',
      (bundle: Bundle) => ({ issuance_ids: [bundle.issuance_id], certificate_bundle_id_range_start: 1 }),
    ],
  ] as const)('is never bypassed by %s', async ([_, filter], { market, holding }) => {
    const [theirs] = holding.bundles as [Bundle];
    expect(await find(market, { source_id: market.source.id, ...filter(theirs) }, market.trader)).toEqual([]);
  });

  test('requires an account of the caller; others look as if they did not exist', async ({
    market,
    holding,
  }) => {
    for (const path of ['/certificate/query', '/certificate/query_full']) {
      for (const source_id of [holding.source_id, 999_999]) {
        expect((await market.trader.post(path, { source_id })).statusCode).toBe(404);
      }
    }
  });

  test('is required', async ({ market }) => {
    expect((await market.trader.post('/certificate/query', {})).statusCode).toBe(422);
  });

  test('excludes bundles that were transferred away', async ({ market }) => {
    const bundle = await market.bundle();
    await market.transfer([bundle.id]);
    const filter = { issuance_ids: [bundle.issuance_id] };
    expect(await find(market, { ...filter, source_id: market.source.id })).toEqual([]);
    expect(await find(market, { ...filter, source_id: market.target.id })).toEqual([bundle.id]);
  });

  test('refuses the user_id of another user', async ({ market }) => {
    const { trader, source, admin } = market;
    const filter = { source_id: source.id };
    expect((await trader.post('/certificate/query', { ...filter, user_id: admin.userId })).statusCode).toBe(
      403,
    );
    expect((await trader.post('/certificate/query', { ...filter, user_id: trader.userId })).statusCode).toBe(
      202,
    );
  });
});

test('a filter without matches returns an empty list and a volume of 0', async ({ market, holding }) => {
  expect(await ask(market.admin, { source_id: holding.source_id, device_id: 999_999 })).toMatchObject({
    granular_certificate_bundles: [],
    total_certificate_volume: 0,
    next_cursor: null,
  });
});

test('localise_time renders datetimes in the time zone of the account, with its offset', async ({
  market,
}) => {
  const { admin, metadataId } = market;
  const account = await anAccount(admin, { timezone: 'Asia/Kolkata' });
  const device = await aDevice(admin, { account_id: account.id });
  await aBundle(admin, { device_id: device.id, metadata_id: metadataId, quantity: 1, ...hoursAgo(0) });
  for (const path of ['/certificate/query', '/certificate/query_full']) {
    const answer = (await admin.post(path, { source_id: account.id, localise_time: true })).json();
    const [bundle] = answer.granular_certificate_bundles ?? answer;
    expect(bundle).toMatchObject({
      issuance_id: `${device.id}-2026-03-15T11:00:00Z`,
      production_starting_interval: '2026-03-15T16:30:00+05:30',
      production_ending_interval: '2026-03-15T17:30:00+05:30',
      expiry_datestamp: '2028-03-15T17:30:00+05:30',
    });
  }
});

test('query_full returns the full view of the same bundles', async ({ market, holding }) => {
  const { source_id, bundles } = holding;
  const answer = await market.admin.post('/certificate/query_full', { source_id });
  expect(answer.statusCode).toBe(202);
  const full = answer.json();
  expect(idsOf(full)).toEqual(idsOf(bundles));
  expect(full[0]).toEqual((await market.admin.get(`/certificate/${full[0].id}`)).json());
});

test('a year of hours is found by its period', async ({ market, holding }) => {
  const { source_id } = holding;
  const year = {
    certificate_period_start: iso(new Date(NOW.getTime() - 366 * 24 * HOUR_MS)),
    certificate_period_end: iso(NOW),
  };
  expect(await find(market, { source_id, ...year })).toHaveLength(6);
});

describe('the volume of a query that the totals of the account tell', () => {
  test.for([
    {},
    { certificate_bundle_status: 'Cancelled' },
    { energy_source: 'wind' },
    { certificate_bundle_status: 'Active', energy_source: 'wind' },
    { energy_source: 'solar_pv' },
    { certificate_bundle_status: 'Bundle Split' },
  ])('is that of the bundles: %o', async (filter, { market }) => {
    const { id } = await market.bundle();
    await market.cancel([id], { certificate_quantity: 30 });
    const answer = await ask(market.trader, { source_id: market.source.id, ...filter });
    const sum = answer.granular_certificate_bundles.reduce((wh, each) => wh + each.bundle_quantity, 0);
    expect(answer.next_cursor).toBeNull();
    expect(answer.total_certificate_volume).toBe(sum);
  });
});
