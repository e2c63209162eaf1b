import { expect } from 'vitest';
import { expectConserved } from '../harness/builders.ts';
import { testWithOwnMarket as test } from '../harness/fixtures.ts';
import { whileItWaits } from '../harness/polling.ts';
import { NOW } from '../harness/registry.ts';

// Sessions use the same clock, so each test has a market whose users have just logged in.
test.beforeEach(async ({ registry }) => {
  registry.setClock(NOW);
});

test('a transfer is all or nothing: with one expired bundle, none moves', async ({ registry, market }) => {
  const bundles = [await market.bundle(), await market.bundle()];
  const [firstExpiry = ''] = bundles.map(({ expiry_datestamp }) => expiry_datestamp).toSorted();
  registry.setClock(new Date(firstExpiry));
  const later = await registry.as('ADMIN');
  const { statusCode } = await later.post('/certificate/transfer', {
    source_id: market.source.id,
    target_id: market.target.id,
    granular_certificate_bundle_ids: bundles.map(({ id }) => id),
  });
  expect(statusCode).toBe(409);
  for (const bundle of bundles) {
    expect((await later.get(`/certificate/${bundle.id}`)).json()).toMatchObject(bundle);
  }
});

test('an expired bundle cannot be transferred or cancelled, even before the expiry job has run', async ({
  registry,
  market,
}) => {
  const bundle = await market.bundle();
  const expiry = new Date(bundle.expiry_datestamp);
  // A token issued at the test's start would have expired, too.
  const beforeExpiry = new Date(expiry.getTime() - 1);
  registry.setClock(beforeExpiry);
  const later = await registry.as('ADMIN');
  const body = {
    source_id: market.source.id,
    target_id: market.target.id,
    granular_certificate_bundle_ids: [bundle.id],
  };
  registry.setClock(expiry);
  const transfer = await later.post('/certificate/transfer', body);
  const cancel = await later.post('/certificate/cancel', body);
  registry.setClock(beforeExpiry);
  const inTime = await later.post('/certificate/transfer', body);
  expect([transfer, cancel, inTime].map(({ statusCode }) => statusCode)).toEqual([409, 409, 202]);
  expect(transfer.json().type).toBe('urn:gc-registry:problem:bundle-expired');
});

test('a bundle that expires while an action waits for its lock is refused', async ({ registry, market }) => {
  const bundle = await market.bundle();
  const expiry = new Date(bundle.expiry_datestamp);
  registry.setClock(new Date(expiry.getTime() - 1));
  const later = await registry.as('ADMIN');
  const answer = await whileItWaits(
    registry.primary,
    { table: 'bundle', id: bundle.id },
    () =>
      later.post('/certificate/cancel', {
        source_id: market.source.id,
        granular_certificate_bundle_ids: [bundle.id],
      }),
    async () => registry.setClock(expiry),
  );
  expect(answer.statusCode, answer.body).toBe(409);
  expect(answer.json().type).toBe('urn:gc-registry:problem:bundle-expired');
});

test('energy is conserved on both servers', ({ registry }) => expectConserved(registry));
