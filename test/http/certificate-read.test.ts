import { expect } from 'vitest';
import { aBundle, aDevice, hoursAgo, METADATA, metadata } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';

test('a user of the account reads a bundle with its device and metadata', async ({ market }) => {
  const metadataId = await metadata(market.admin, { quality_scheme_reference: 'Q1' });
  const device = await aDevice(market.admin, {
    account_id: market.source.id,
    device_name: 'The farm',
    power_mw: 12.5,
  });
  const issue = { device_id: device.id, metadata_id: metadataId, quantity: 100, ...hoursAgo(0) };
  const bundle = await aBundle(market.admin, issue);
  const answer = await market.trader.get(`/certificate/${bundle.id}`);
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    ...bundle,
    device_name: 'The farm',
    device_technology_type: 'wind_turbine',
    device_production_start_date: '2015-01-01T00:00:00Z',
    device_power_mw: 12.5,
    device_energy_mwh: null,
    device_location: '57.2, -1.9',
    ...METADATA,
    legal_status: null,
    issuance_purpose: null,
    support_received: null,
    quality_scheme_reference: 'Q1',
    dissemination_level: null,
  });
});

test('a bundle of another account is answered like one that does not exist', async ({ market }) => {
  const bundle = await market.bundle();
  const [theirs, missing] = await Promise.all([
    market.receiver.get(`/certificate/${bundle.id}`),
    market.receiver.get('/certificate/999999'),
  ]);
  expect(theirs.statusCode).toBe(404);
  const without = (answer: typeof theirs) => {
    const { instance: _, detail, ...rest } = answer.json();
    return { ...rest, detail: detail.replace(/\d+/, 'N') };
  };
  expect(without(theirs)).toEqual(without(missing));
});

test('the plural path gives the same response', async ({ market }) => {
  const bundle = await market.bundle();
  const [singular, plural] = await Promise.all([
    market.trader.get(`/certificate/${bundle.id}`),
    market.trader.get(`/certificates/${bundle.id}`),
  ]);
  expect(plural.json()).toEqual(singular.json());
});
