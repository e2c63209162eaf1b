import { expect } from 'vitest';
import {
  aDevice,
  anAccount,
  type Bundle,
  expectConserved,
  hoursAgo,
  issueBody,
  type TradingPair,
} from '../harness/builders.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { CLIENTS, race, times } from './race.ts';

const test = baseTest.extend('otherTarget', { scope: 'file' }, ({ market }) =>
  anAccount(market.admin, { account_whitelist: [market.source.id] }),
);

const read = async (market: TradingPair, id: number): Promise<Bundle> =>
  (await market.admin.get(`/certificate/${id}`)).json();

test('of many transfers of one bundle, to two accounts, one succeeds', async ({ market, otherTarget }) => {
  const { id } = await market.bundle();
  const targets = [market.target.id, otherTarget.id];
  const [won] = await race(times(CLIENTS, (n) => () => market.transfer([id], { target_id: targets[n % 2] })));
  expect((await read(market, id)).account_id).toBe(won?.json().target_id);
});

test('of many cancellations of one bundle one succeeds, and sets the beneficiary', async ({ market }) => {
  const { id } = await market.bundle();
  const [won] = await race(
    times(CLIENTS, (n) => () => market.cancel([id], { beneficiary: `Beneficiary ${n}` })),
  );
  expect((await read(market, id)).beneficiary).toBe(won?.json().beneficiary);
});

test('of many splits of one bundle one succeeds', async ({ registry, market }) => {
  const { id } = await market.bundle({ quantity: 100 });
  await race(times(CLIENTS, (n) => () => market.transfer([id], { certificate_quantity: n + 1 })));
  const { rows } = await registry.primary.query('SELECT count(*)::int FROM bundle WHERE parent_id = $1', [
    id,
  ]);
  expect(rows[0].count).toBe(2);
});

test('of transfers, cancellations and splits of one bundle one succeeds', async ({ market }) => {
  const { id } = await market.bundle({ quantity: 100 });
  const kinds = [
    () => market.transfer([id]),
    () => market.cancel([id]),
    () => market.cancel([id], { certificate_quantity: 40 }),
    () => market.transfer([id], { certificate_bundle_percentage: 0.5 }),
  ];
  await race(times(CLIENTS, (n) => () => kinds[n % 4]?.() ?? market.cancel([id])));
});

test('actions on the same bundles in different orders neither deadlock nor interleave', async ({
  market,
}) => {
  const bundles = await Promise.all(times(6, () => market.bundle({ quantity: 100 })));
  const ids = bundles.map(({ id }) => id);
  const turned = (n: number) => [...ids.slice(n % ids.length), ...ids.slice(0, n % ids.length)];
  await race(
    times(
      CLIENTS,
      (n) => () => market.transfer(n % 2 ? turned(n) : turned(n).toReversed(), { certificate_quantity: 350 }),
    ),
  );
});

test('of actions that share one bundle of many, one succeeds as a whole', async ({ market }) => {
  const shared = await market.bundle();
  const own = await Promise.all(times(CLIENTS, () => market.bundle()));
  const [won] = await race(
    own.map(
      ({ id }) =>
        () =>
          market.transfer([id, shared.id]),
    ),
  );
  const moved = await Promise.all(own.map(({ id }) => read(market, id)));
  const inTarget = moved.filter(({ account_id }) => account_id === market.target.id);
  expect(inTarget.map(({ id }) => id)).toEqual(
    won?.json().resulting_bundle_ids.filter((id: number) => id !== shared.id),
  );
});

test('of many issuances for one device and interval one succeeds', async ({ market }) => {
  const device = await aDevice(market.admin, { account_id: market.source.id });
  const body = issueBody({
    device_id: device.id,
    metadata_id: market.metadataId,
    quantity: 10,
    ...hoursAgo(0),
  });
  await race(times(CLIENTS, () => () => market.admin.post('/certificate/create', body)));
});

test('of many issuances for overlapping intervals one succeeds', async ({ market }) => {
  const device = await aDevice(market.admin, { account_id: market.source.id, granularity_minutes: 5 });
  const at = (minute: number) =>
    `2026-03-10T${minute < 60 ? '10' : '11'}:${String(minute % 60).padStart(2, '0')}:00Z`;
  const body = (n: number) => ({
    ...issueBody({ device_id: device.id, metadata_id: market.metadataId, quantity: 10, ...hoursAgo(0) }),
    production_starting_interval: at(n * 5),
    production_ending_interval: at(n * 5 + 60),
  });
  await race(times(CLIENTS, (n) => () => market.admin.post('/certificate/create', body(n))));
});

test('issuances for different intervals of one device all succeed, with consecutive ids', async ({
  market,
}) => {
  const device = await aDevice(market.admin, { account_id: market.source.id });
  const body = (n: number) =>
    issueBody({ device_id: device.id, metadata_id: market.metadataId, quantity: 10 + n, ...hoursAgo(n) });
  const won = await race(
    times(CLIENTS, (n) => () => market.admin.post('/certificate/create', body(n))),
    CLIENTS,
  );
  const bundles: Bundle[] = won.map((each) => each.json());
  let next = 1;
  for (const bundle of bundles.toSorted(
    (a, b) => a.certificate_bundle_id_range_start - b.certificate_bundle_id_range_start,
  )) {
    expect(bundle.certificate_bundle_id_range_start).toBe(next);
    next = bundle.certificate_bundle_id_range_end + 1;
  }
});

test('every refusal of a race is recorded once', async ({ registry, market }) => {
  const { id } = await market.bundle();
  await race(times(CLIENTS, () => () => market.cancel([id])));
  const { rows } = await registry.primary.query(
    'SELECT action_result, count(*)::int FROM action WHERE $1 = ANY (bundle_ids) GROUP BY 1 ORDER BY 1',
    [id],
  );
  expect(rows).toEqual([
    { action_result: 'Success', count: 1 },
    { action_result: 'Failure', count: CLIENTS - 1 },
  ]);
});

test('energy is conserved after all races, on both servers', ({ registry }) => expectConserved(registry));
