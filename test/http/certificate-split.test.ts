import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect } from 'vitest';
import { type Bundle, expectConserved, type TradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const read = async (market: TradingPair, id: number): Promise<Bundle> =>
  (await market.admin.get(`/certificate/${id}`)).json();

async function childrenOf(registry: TestRegistry, market: TradingPair, parentId: number): Promise<Bundle[]> {
  const { rows } = await registry.primary.query(
    'SELECT id FROM bundle WHERE parent_id = $1 ORDER BY range_start',
    [parentId],
  );
  return Promise.all(rows.map(({ id }) => read(market, Number(id))));
}

/** Computed from an API response and the documentation of the hash alone, without code of the registry. */
function hashOf(bundle: Bundle, parentHash = ''): string {
  const facts = {
    issuance_id: bundle.issuance_id,
    device_id: bundle.device_id,
    production_starting_interval: bundle.production_starting_interval,
    production_ending_interval: bundle.production_ending_interval,
    energy_carrier: bundle.energy_carrier,
    energy_source: bundle.energy_source,
    face_value: bundle.face_value,
    metadata_id: bundle.metadata_id,
    expiry_datestamp: bundle.expiry_datestamp,
    certificate_bundle_id_range_start: bundle.certificate_bundle_id_range_start,
    certificate_bundle_id_range_end: bundle.certificate_bundle_id_range_end,
    bundle_quantity: bundle.bundle_quantity,
  };
  return createHash('sha256')
    .update(`${canonicalize(facts)}${parentHash}`)
    .digest('hex');
}

const refusal = (answer: { statusCode: number; json(): { type?: string } }) => ({
  status: answer.statusCode,
  code: answer.json().type?.split(':').at(-1),
});

describe('a split', () => {
  test('creates two children that tile the parent; the first is the part acted on', async ({
    registry,
    market,
  }) => {
    const parent = await market.bundle({ quantity: 1_000 });
    const { certificate_bundle_id_range_start: start, certificate_bundle_id_range_end: end } = parent;
    const answer = await market.transfer([parent.id], { certificate_quantity: 250 });
    const [first, second] = (await childrenOf(registry, market, parent.id)) as [Bundle, Bundle];
    expect(answer.json().resulting_bundle_ids).toEqual([first.id]);
    const common = {
      parent_id: parent.id,
      certificate_bundle_status: 'Active',
      issuance_id: parent.issuance_id,
      device_id: parent.device_id,
      metadata_id: parent.metadata_id,
      production_starting_interval: parent.production_starting_interval,
      production_ending_interval: parent.production_ending_interval,
      expiry_datestamp: parent.expiry_datestamp,
      energy_source: parent.energy_source,
      energy_carrier: parent.energy_carrier,
    };
    expect(first).toMatchObject({
      ...common,
      certificate_bundle_id_range_start: start,
      certificate_bundle_id_range_end: start + 249,
      bundle_quantity: 250,
      account_id: market.target.id,
    });
    expect(second).toMatchObject({
      ...common,
      certificate_bundle_id_range_start: start + 250,
      certificate_bundle_id_range_end: end,
      bundle_quantity: 750,
      account_id: market.source.id,
    });
  });

  test('leaves the parent unchanged except for the status Bundle Split', async ({ market }) => {
    const parent = await market.bundle();
    await market.transfer([parent.id], { certificate_quantity: 1 });
    expect(await read(market, parent.id)).toMatchObject({
      ...parent,
      certificate_bundle_status: 'Bundle Split',
    });
  });

  test('can take all but one certificate', async ({ registry, market }) => {
    const parent = await market.bundle({ quantity: 100 });
    await market.transfer([parent.id], { certificate_quantity: 99 });
    expect(
      (await childrenOf(registry, market, parent.id)).map(({ bundle_quantity }) => bundle_quantity),
    ).toEqual([99, 1]);
  });

  test('keeps the rest of a reserved bundle reserved', async ({ registry, market }) => {
    const parent = await market.bundleIn('Reserved');
    await market.cancel([parent.id], { certificate_quantity: 10 });
    expect(
      (await childrenOf(registry, market, parent.id)).map((child) => child.certificate_bundle_status),
    ).toEqual(['Cancelled', 'Reserved']);
  });

  test('leaves a parent that no action accepts', async ({ market }) => {
    const parent = await market.bundle();
    await market.transfer([parent.id], { certificate_quantity: 1 });
    expect((await market.transfer([parent.id])).statusCode).toBe(409);
    expect((await market.cancel([parent.id])).statusCode).toBe(409);
  });
});

describe('a hash', () => {
  test('can be recomputed from an API response', async ({ market }) => {
    const issued = await market.bundle({ quantity: 100 });
    expect(hashOf(issued)).toBe(issued.hash);
  });

  test('of a child covers the hash of its parent, through generations', async ({ registry, market }) => {
    const parent = await market.bundle({ quantity: 100 });
    await market.cancel([parent.id], { certificate_quantity: 60 });
    const [cancelled, rest] = (await childrenOf(registry, market, parent.id)) as [Bundle, Bundle];
    await market.transfer([rest.id], { certificate_quantity: 20 });
    const [grandchild] = (await childrenOf(registry, market, rest.id)) as [Bundle];
    for (const [child, ancestor] of [
      [cancelled, parent],
      [rest, parent],
      [grandchild, rest],
    ] as const) {
      expect(hashOf(child, ancestor.hash)).toBe(child.hash);
      expect(hashOf(child)).not.toBe(child.hash);
    }
  });

  test('differs between bundles, even between equal halves', async ({ registry, market }) => {
    const parent = await market.bundle({ quantity: 100 });
    await market.transfer([parent.id], { certificate_bundle_percentage: 0.5 });
    const family = [parent, ...(await childrenOf(registry, market, parent.id))].map(({ hash }) => hash);
    expect(new Set(family).size).toBe(3);
  });

  test('does not change with account, status or beneficiary', async ({ market }) => {
    const { id, hash } = await market.bundle();
    await market.transfer([id]);
    await market.receiver.post('/certificate/cancel', {
      source_id: market.target.id,
      granular_certificate_bundle_ids: [id],
      beneficiary: 'The school',
    });
    const after = await read(market, id);
    expect([after.hash, hashOf(after)]).toEqual([hash, hash]);
  });
});

describe('certificate_quantity', () => {
  test('is a total over the bundles, taken in the given order; the last one is split', async ({
    registry,
    market,
  }) => {
    const [a, b, c] = [await market.bundle(), await market.bundle(), await market.bundle()];
    const answer = await market.transfer([c.id, a.id, b.id], { certificate_quantity: 150 });
    expect(answer.statusCode).toBe(202);
    const [half] = (await childrenOf(registry, market, a.id)) as [Bundle];
    expect(answer.json()).toMatchObject({ resulting_bundle_ids: [c.id, half.id], certificate_quantity: 150 });
    expect(half.bundle_quantity).toBe(50);
    expect(await read(market, b.id)).toEqual({ ...(await read(market, b.id)), ...b });
  });

  test('that equals the sum of bundles splits none', async ({ registry, market }) => {
    const [a, b] = [await market.bundle(), await market.bundle()];
    const answer = await market.transfer([a.id, b.id], { certificate_quantity: 200 });
    expect(answer.json().resulting_bundle_ids).toEqual([a.id, b.id]);
    expect(await childrenOf(registry, market, b.id)).toEqual([]);
  });

  test('that the first bundle covers leaves the others unchanged', async ({ market }) => {
    const [a, b] = [await market.bundle(), await market.bundle()];
    const answer = await market.transfer([a.id, b.id], { certificate_quantity: 100 });
    expect(answer.json().resulting_bundle_ids).toEqual([a.id]);
    expect(await read(market, b.id)).toMatchObject(b);
  });

  test('above the available energy is refused with both figures', async ({ market }) => {
    const [a, b] = [await market.bundle(), await market.bundle()];
    const answer = await market.transfer([a.id, b.id], { certificate_quantity: 201 });
    expect(refusal(answer)).toEqual({ status: 422, code: 'not-enough' });
    expect(answer.json().detail).toMatch(/201.*200/);
    expect(await read(market, a.id)).toMatchObject(a);
  });

  test.for([0, -1, -500, 1.5, '10', Number.MAX_SAFE_INTEGER + 1])(
    'of %j is refused',
    async (quantity, { market }) => {
      const bundle = await market.bundle();
      expect((await market.transfer([bundle.id], { certificate_quantity: quantity })).statusCode).toBe(422);
      expect(await read(market, bundle.id)).toMatchObject(bundle);
    },
  );

  test('does not permit unknown bundles among those not needed', async ({ market }) => {
    const { id } = await market.bundle();
    expect((await market.transfer([id, 999_999], { certificate_quantity: 1 })).statusCode).toBe(404);
  });
});

describe('certificate_bundle_percentage', () => {
  test.for([
    [0.29, 100, 29],
    [0.07, 100, 7],
    [0.57, 100, 57],
    [0.999, 100, 99],
    [0.1, 15, 1],
    [0.333_333_333, 100_000_000, 33_333_333],
    [0.000_000_01, 100_000_000, 1],
  ] as const)(
    '%d of %d is exactly %d',
    async ([certificate_bundle_percentage, quantity, taken], { market }) => {
      const bundle = await market.bundle({ quantity });
      const answer = await market.transfer([bundle.id], { certificate_bundle_percentage });
      const [id] = answer.json().resulting_bundle_ids;
      expect((await read(market, id)).bundle_quantity).toBe(taken);
    },
  );

  test('applies to each bundle', async ({ market }) => {
    const [a, b] = [await market.bundle({ quantity: 100 }), await market.bundle({ quantity: 7 })];
    const answer = await market.transfer([a.id, b.id], { certificate_bundle_percentage: 0.5 });
    const taken: Bundle[] = await Promise.all(
      answer.json().resulting_bundle_ids.map((id: number) => read(market, id)),
    );
    expect(taken.map(({ parent_id, bundle_quantity }) => [parent_id, bundle_quantity])).toEqual([
      [a.id, 50],
      [b.id, 3],
    ]);
  });

  test('leaves a bundle unchanged if its share is 0', async ({ market }) => {
    const [a, b] = [await market.bundle({ quantity: 100 }), await market.bundle({ quantity: 1 })];
    const answer = await market.transfer([a.id, b.id], { certificate_bundle_percentage: 0.5 });
    expect(answer.json().resulting_bundle_ids).toHaveLength(1);
    expect(await read(market, b.id)).toMatchObject(b);
  });

  test('is refused when every share is 0', async ({ market }) => {
    const [a, b] = [await market.bundle({ quantity: 1 }), await market.bundle({ quantity: 1 })];
    const answer = await market.transfer([a.id, b.id], { certificate_bundle_percentage: 0.9 });
    expect(refusal(answer)).toEqual({ status: 422, code: 'nothing-to-take' });
  });

  test('of 1 takes whole bundles', async ({ market }) => {
    const { id } = await market.bundle();
    const answer = await market.transfer([id], { certificate_bundle_percentage: 1 });
    expect(answer.json()).toMatchObject({ resulting_bundle_ids: [id], certificate_bundle_percentage: 1 });
  });

  test.for([0, -0.5, 1.000_000_1, 5, '0.5'])(
    'of %j is refused',
    async (certificate_bundle_percentage, { market }) => {
      const bundle = await market.bundle();
      expect((await market.transfer([bundle.id], { certificate_bundle_percentage })).statusCode).toBe(422);
      expect(await read(market, bundle.id)).toMatchObject(bundle);
    },
  );

  test('cannot be combined with a quantity', async ({ market }) => {
    const { id } = await market.bundle();
    const answer = await market.transfer([id], {
      certificate_quantity: 1,
      certificate_bundle_percentage: 0.5,
    });
    expect(refusal(answer)).toEqual({ status: 422, code: 'quantity-and-percentage' });
  });
});

test('one action splits many bundles, each into two', async ({ market }) => {
  const bundles: Bundle[] = [];
  for (let n = 0; n < 40; n++) bundles.push(await market.bundle({ quantity: 10 }));
  const answer = await market.transfer(
    bundles.map(({ id }) => id),
    { certificate_bundle_percentage: 0.3 },
  );
  const children: Bundle[] = await Promise.all(
    answer.json().resulting_bundle_ids.map((id: number) => read(market, id)),
  );
  expect(children.map((child) => child.parent_id)).toEqual(bundles.map(({ id }) => id));
  expect(new Set(children.map((child) => child.bundle_quantity))).toEqual(new Set([3]));
});

test('energy is conserved on both servers', ({ registry }) => expectConserved(registry));
