import { expect } from 'vitest';
import { submitReadings } from '../../src/meter-data/submit.ts';
import type { DeviceId, MetadataId } from '../../src/rules/units.ts';
import { aDevice, hoursAgo, type TradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const hour = (ago: number, energyWh: number) => {
  const { start, end } = hoursAgo(ago);
  return { start: new Date(start), end: new Date(end), energyWh };
};

async function submit(
  registry: TestRegistry,
  market: TradingPair,
  deviceId: number,
  readings: readonly ReturnType<typeof hour>[],
  onError: 'fail' | 'skip' = 'skip',
) {
  const submissions = [
    { deviceId: deviceId as DeviceId, metadataId: market.metadataId as MetadataId, readings },
  ];
  const { value } = await registry.database.transact({ userId: null, requestId: null }, (tx) =>
    submitReadings(tx, submissions, { now: NOW, onError }),
  );
  return value;
}

async function aDeviceWithReading(
  market: TradingPair,
  interval_usage: number,
  { start, end } = hoursAgo(9),
  more: object = {},
) {
  const { id } = await aDevice(market.admin, { account_id: market.source.id, granularity_minutes: 30 });
  const answer = await market.admin.post('/measurement/create', {
    device_id: id,
    interval_start_datetime: start,
    interval_end_datetime: end,
    interval_usage,
    ...more,
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return id;
}

const refused = { result: 'refused', refusal: { code: 'reading-differs', kind: 'conflict' } };
const bundlesOf = async (registry: TestRegistry, device: number) =>
  (await registry.primary.query('SELECT quantity::int FROM bundle WHERE device_id = $1', [device])).rows;

test('nothing is issued for a reading that differs from the stored one; others are issued', async ({
  registry,
  market,
}) => {
  const device = await aDeviceWithReading(market, 7);
  const result = await submit(registry, market, device, [hour(10, 800), hour(9, 900), hour(8, 1000)]);
  expect(result).toMatchObject({
    newReadings: 2,
    issuedWh: 1800,
    outcomes: [{ result: 'issued', quantityWh: 800 }, refused, { result: 'issued', quantityWh: 1000 }],
  });
  expect(await bundlesOf(registry, device)).toEqual([{ quantity: 800 }, { quantity: 1000 }]);
});

test('nothing is issued for a part of its interval, or for two different readings in one batch', async ({
  registry,
  market,
}) => {
  const { start, end } = hoursAgo(9);
  const half = new Date(Date.parse(start) + 1_800_000);
  const device = await aDeviceWithReading(market, 900);
  expect(
    await submit(registry, market, device, [{ start: half, end: new Date(end), energyWh: 900 }]),
  ).toMatchObject({
    outcomes: [refused],
  });
  expect(await submit(registry, market, device, [hour(5, 1), hour(5, 2), hour(5, 1)])).toMatchObject({
    newReadings: 1,
    outcomes: [{ result: 'issued' }, refused, { result: 'already issued' }],
  });
});

test('one differing reading refuses an all-or-nothing batch', async ({ registry, market }) => {
  const device = await aDeviceWithReading(market, 7);
  await expect(submit(registry, market, device, [hour(10, 800), hour(9, 900)], 'fail')).rejects.toMatchObject(
    {
      code: 'reading-differs',
    },
  );
  expect(await bundlesOf(registry, device)).toEqual([]);
});

test('an identical, gross or deleted stored reading does not prevent the issuance', async ({
  registry,
  market,
}) => {
  const known = await aDeviceWithReading(market, 900);
  const gross = await aDeviceWithReading(market, 7, hoursAgo(9), { gross_net_indicator: 'GROSS' });
  for (const device of [known, gross]) {
    expect(await submit(registry, market, device, [hour(9, 900)])).toMatchObject({
      outcomes: [{ result: 'issued' }],
    });
    expect(await submit(registry, market, device, [hour(9, 900)])).toMatchObject({
      outcomes: [{ result: 'already issued' }],
    });
  }
  const corrected = await aDeviceWithReading(market, 7);
  const [{ id }] = (
    await registry.primary.query('SELECT id FROM measurement_report WHERE device_id = $1', [corrected])
  ).rows;
  await market.admin.delete(`/measurement/delete/${id}`);
  expect(await submit(registry, market, corrected, [hour(9, 900)])).toMatchObject({
    outcomes: [{ result: 'issued' }],
  });
});
