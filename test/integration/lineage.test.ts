import { describe, expect } from 'vitest';
import { type BundleFacts, bundleHash } from '../../src/rules/hash.ts';
import type { DeviceId, MetadataId } from '../../src/rules/units.ts';
import { type Bundle, metadata, type TradingPair, untilReplicated } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

test.beforeAll(async ({ market }) => {
  // Another issuance, to be assigned falsely.
  await metadata(market.admin);
});

interface Chain {
  readonly verified: boolean;
  readonly links: readonly { readonly id: number; readonly problem: string | null }[];
}

async function chainOf(market: TradingPair, id: number): Promise<Chain> {
  const answer = await market.admin.get(`/certificate/${id}/lineage?format=raw`);
  expect(answer.statusCode, answer.body.slice(0, 500)).toBe(200);
  return answer.json().hash_chain;
}

/** As a superuser with disabled triggers. */
async function forge(
  registry: TestRegistry,
  ...statements: [text: string, values?: unknown[]][]
): Promise<void> {
  const client = await registry.primary.connect();
  try {
    await client.query(`SET session_replication_role = replica`);
    for (const [text, values] of statements) await client.query(text, values);
  } finally {
    await client.query(`RESET session_replication_role`);
    client.release();
  }
  await untilReplicated(registry);
}

const factsOf = (bundle: Bundle): Omit<BundleFacts, 'range'> => ({
  issuanceId: bundle.issuance_id,
  deviceId: bundle.device_id as DeviceId,
  productionStart: new Date(bundle.production_starting_interval),
  productionEnd: new Date(bundle.production_ending_interval),
  energyCarrier: 'electricity',
  energySource: 'wind',
  faceValue: 1,
  metadataId: bundle.metadata_id as MetadataId,
  expiry: new Date(bundle.expiry_datestamp),
});

describe('a manipulated line', () => {
  let first: Bundle;
  let middle: number;
  let last: number;

  test.beforeEach(async ({ market }) => {
    first = await market.bundle();
    const [moved = 0] = (await market.transfer([first.id], { certificate_quantity: 40 })).json()
      .resulting_bundle_ids;
    const part = await market.receiver.post('/certificate/cancel', {
      source_id: market.target.id,
      granular_certificate_bundle_ids: [moved],
      certificate_quantity: 10,
    });
    middle = moved;
    [last = 0] = part.json().resulting_bundle_ids;
    expect((await chainOf(market, last)).verified).toBe(true);
  });

  const WRONG_HASH = 'The hash does not match the facts.';
  const on = (table: string, assignment: string) => `UPDATE ${table} SET ${assignment} WHERE id = $1`;

  test.for([
    ['longer', 'range_end = range_end + 1'],
    ['moved', 'range_start = range_start + 1, range_end = range_end + 1'],
    ['under another hash', `hash = sha256('x')`],
  ] as const)('is detected at its end (%s)', async ([_, assignment], { registry, market }) => {
    await forge(registry, [on('bundle', assignment), [last]]);
    expect(await chainOf(market, last)).toMatchObject({
      verified: false,
      links: [{ problem: null }, { problem: null }, { id: last, problem: WRONG_HASH }],
    });
  });

  test('is detected in its middle, there and below', async ({ registry, market }) => {
    await forge(registry, [on('bundle', `hash = sha256('x')`), [middle]]);
    expect(await chainOf(market, last)).toMatchObject({
      verified: false,
      links: [{ problem: null }, { problem: WRONG_HASH }, { problem: WRONG_HASH }],
    });
  });

  test('is detected at its beginning', async ({ registry, market }) => {
    await forge(registry, [on('bundle', 'range_end = range_end - 1'), [first.id]]);
    const { verified, links } = await chainOf(market, last);
    expect([verified, links[0]?.problem]).toEqual([false, 'The range is not the range that was issued.']);
  });

  test.for([
    `energy_source = 'hydro'`,
    `energy_carrier = 'heat'`,
    `expiry = expiry + interval '1 year'`,
    `production_end = production_end - interval '1 minute'`,
    'metadata_id = metadata_id + 1',
  ])(
    'is detected in every bundle if the issuance was changed (%s)',
    async (assignment, { registry, market }) => {
      await forge(registry, [
        `UPDATE issuance SET ${assignment} WHERE id = (SELECT issuance_id FROM bundle WHERE id = $1)`,
        [last],
      ]);
      expect((await chainOf(market, last)).links.map(({ problem }) => problem)).toEqual([
        WRONG_HASH,
        WRONG_HASH,
        WRONG_HASH,
      ]);
    },
  );

  test.for([
    ['another parent', 'parent_id = $2', WRONG_HASH],
    ['no parent', 'parent_id = NULL', 'The range is not the range that was issued.'],
    ['an unknown parent', 'parent_id = 999999999', 'The parent, bundle 999999999, is missing.'],
    [
      'itself as its parent',
      'parent_id = id',
      expect.stringMatching(/^The parent, bundle \d+, is missing\.$/),
    ],
  ] as const)(
    'is detected if it was given %s, and forms no endless loop',
    async ([_, assignment, problem], { registry, market }) => {
      const values = assignment.includes('$2') ? [last, first.id] : [last];
      await forge(registry, [on('bundle', assignment), values]);
      const { verified, links } = await chainOf(market, last);
      expect([verified, links.at(-1)]).toMatchObject([false, { id: last, problem }]);
    },
  );

  test('is detected if it was attached to another issuance', async ({ registry, market }) => {
    const other = await market.bundle();
    await forge(registry, [
      `UPDATE bundle SET issuance_id = (SELECT issuance_id FROM bundle WHERE id = $2) WHERE id = $1`,
      [last, other.id],
    ]);
    const { links } = await chainOf(market, last);
    expect(links.at(-1)?.problem).toBe('The issuance is not that of the parent.');
  });

  test('is detected if an ancestor is missing', async ({ registry, market }) => {
    await forge(registry, ['DELETE FROM bundle WHERE id = $1', [middle]]);
    expect(await chainOf(market, last)).toMatchObject({
      verified: false,
      links: [{ id: last, problem: `The parent, bundle ${middle}, is missing.` }],
    });
  });

  test('is detected by the journal if its hashes were recomputed', async ({ registry, market }) => {
    const { rows } = await registry.primary.query(
      `SELECT range_start::int AS start, range_end::int + 1 AS end FROM bundle WHERE id = $1`,
      [last],
    );
    const parent = (await market.admin.get(`/certificate/${middle}`)).json().hash;
    const hash = bundleHash({ ...factsOf(first), range: rows[0] }, parent);
    await forge(registry, [
      on('bundle', `range_end = range_end + 1, hash = decode('${hash}', 'hex')`),
      [last],
    ]);
    const { verified, links } = await chainOf(market, last);
    expect([verified, links.at(-1)?.problem]).toEqual([
      false,
      "The bundle differs from the journal's record of its creation.",
    ]);
  });

  test('is detected if the journal was manipulated', async ({ registry, market }) => {
    await forge(registry, [
      `DELETE FROM journal WHERE entity_name = 'bundle' AND event_type = 'CREATE' AND entity_id = $1`,
      [middle],
    ]);
    const { verified, links } = await chainOf(market, last);
    expect([verified, links[1]?.problem]).toEqual([false, 'The journal has no record of the creation.']);
  });
});

test('a line of 10 000 splits is returned and verified completely', async ({ registry, market }) => {
  const DEPTH = 10_000;
  const first = await market.bundle({ quantity: 20_000 });
  const { rows } = await registry.primary.query('SELECT max(id)::int AS last FROM bundle');
  const start = first.certificate_bundle_id_range_start;
  const children: { id: number; parent: number; end: number; hash: string }[] = [];
  for (let n = 1, parent = { id: first.id, hash: first.hash }; n <= DEPTH; n++) {
    const id = rows[0].last + n;
    const end = first.certificate_bundle_id_range_end - n;
    const hash = bundleHash({ ...factsOf(first), range: { start, end } }, parent.hash);
    children.push({ id, parent: parent.id, end, hash });
    parent = { id, hash };
  }
  await forge(
    registry,
    [
      `INSERT INTO bundle (id, issuance_id, account_id, status, prior_status, range_start, range_end, parent_id, hash, device_id,
                           production_start, expiry)
       OVERRIDING SYSTEM VALUE
       SELECT c.id, f.issuance_id, f.account_id, 'Bundle Split', 'Active', f.range_start, c."end", c.parent,
              decode(c.hash, 'hex'), f.device_id, f.production_start, f.expiry
       FROM jsonb_to_recordset($2::jsonb) AS c(id bigint, parent bigint, "end" bigint, hash text), bundle f WHERE f.id = $1`,
      [first.id, JSON.stringify(children)],
    ],
    [
      `INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, parent_entity_id, attributes_after, recorded_at)
       SELECT pg_current_xact_id(), uuidv7(), 'CREATE', 'bundle', b.id, b.parent_id, to_jsonb(b), now()
       FROM bundle b WHERE b.id > $1 ORDER BY b.id`,
      [rows[0].last],
    ],
  );
  const leaf = children.at(-1)?.id ?? 0;
  const answer = await market.trader.get(`/certificate/${leaf}/lineage`);
  expect(answer.statusCode, answer.body.slice(0, 500)).toBe(200);
  const { lineage_path: path, hash_chain: chain, timeline } = answer.json();
  expect(path).toEqual([first.id, ...children.map(({ id }) => id)]);
  expect(chain.verified, chain.links.find((link: { verified: boolean }) => !link.verified)?.problem).toBe(
    true,
  );
  expect(timeline.length).toBe(DEPTH + 1);
});
