import { describe, expect, vi } from 'vitest';
import { expireBatch } from '../../src/certificate/index.ts';
import {
  type Action,
  aDevice,
  expectConserved,
  type TradingPair,
  tradingPair,
  untilReplicated,
} from '../harness/builders.ts';
import { anExpiring, expiresIn } from '../harness/expiry.ts';
import { testWithOwnMarket as baseTest } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { ACCESS_TOKEN_EXPIRE_MINUTES: '1440' });

test.beforeEach(async ({ registry }) => {
  registry.setClock(NOW);
});

/** One tick, and the wait until the API shows its effects. */
async function expireAt(registry: TestRegistry, now: Date): ReturnType<typeof expireBatch> {
  const expired = await expireBatch(registry.database, now);
  await untilReplicated(registry);
  return expired;
}

async function statusesOf(registry: TestRegistry, ids: readonly number[]): Promise<string[]> {
  const { rows } = await registry.primary.query(
    'SELECT status FROM bundle WHERE id = ANY ($1) ORDER BY array_position($1::bigint[], id)',
    [ids],
  );
  return rows.map(({ status }) => status);
}

async function expiries(market: TradingPair, accountId = market.source.id): Promise<Action[]> {
  const answer = await market.trader.get(`/certificate/actions?account_id=${accountId}&action_type=expire`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

const onBundle = (market: TradingPair, id: number, fields: object = {}) => ({
  source_id: market.source.id,
  granular_certificate_bundle_ids: [id],
  ...fields,
});

test('Active and Reserved bundles expire at their instant, not before', async ({ registry, market }) => {
  const [active, reserved] = [await anExpiring(market, 2), await anExpiring(market, 1)];
  const later = await anExpiring(market, 3);
  await market.trader.post('/certificate/reserve', onBundle(market, reserved.id));
  const ids = [active.id, reserved.id, later.id];
  await expireAt(registry, new Date(expiresIn(1).getTime() - 1));
  expect(await statusesOf(registry, ids)).toEqual(['Active', 'Reserved', 'Active']);
  await expireAt(registry, expiresIn(1));
  expect(await statusesOf(registry, ids)).toEqual(['Active', 'Expired', 'Active']);
  await expireAt(registry, expiresIn(2));
  expect(await statusesOf(registry, ids)).toEqual(['Expired', 'Expired', 'Active']);
  await expectConserved(registry);
});

test.for(['Locked', 'Cancelled', 'Claimed', 'Withdrawn', 'Bundle Split'] as const)(
  'a bundle that is %s does not expire',
  async (status, { registry, market }) => {
    const { id } = await market.bundleIn(status);
    await expireAt(registry, new Date('2030-01-01T00:00:00Z'));
    expect(await statusesOf(registry, [id])).toEqual([status]);
  },
);

test('an expiry is one action of an account, by no user, and visible to the account', async ({
  registry,
  market,
}) => {
  const [a, b] = [await anExpiring(market, 1), await anExpiring(market, 2, { quantity: 50 })];
  await expireAt(registry, expiresIn(2));
  const [action, ...more] = await expiries(market);
  expect(more).toEqual([]);
  expect(action).toMatchObject({
    action_type: 'expire',
    action_result: 'Success',
    user_id: null,
    source_id: market.source.id,
    granular_certificate_bundle_ids: [a.id, b.id],
    resulting_bundle_ids: [a.id, b.id],
    certificate_quantity: 150,
    action_request_datetime: '2026-03-15T14:00:00Z',
  });
  const { rows } = await registry.primary.query(
    `SELECT entity_id::int, actor_id, attributes_before, attributes_after FROM journal
     WHERE action_id = $1 AND entity_name = 'bundle' ORDER BY id`,
    [action?.id],
  );
  const change = {
    actor_id: null,
    attributes_before: { status: 'Active' },
    attributes_after: { status: 'Expired' },
  };
  expect(rows).toEqual([
    { entity_id: a.id, ...change },
    { entity_id: b.id, ...change },
  ]);
});

test('a repeated tick changes nothing and records no action', async ({ registry, market }) => {
  await anExpiring(market, 1);
  await expireAt(registry, expiresIn(1));
  const before = await expiries(market);
  expect(await expireAt(registry, expiresIn(1))).toEqual({ bundles: 0, more: false });
  expect(await expiries(market)).toEqual(before);
});

test('concurrent ticks expire every bundle once', async ({ registry, market }) => {
  const ids: number[] = [];
  for (let hour = 0; hour < 8; hour++) ids.push((await anExpiring(market, hour)).id);
  const looks = await Promise.all(Array.from({ length: 6 }, () => expireAt(registry, expiresIn(8))));
  expect(looks.reduce((sum, { bundles }) => sum + bundles, 0)).toBe(ids.length);
  const named = (await expiries(market)).flatMap(({ resulting_bundle_ids }) => resulting_bundle_ids);
  expect(named.toSorted((a, b) => a - b)).toEqual(ids);
});

test('a tick that is killed leaves complete accounts, and the next one finishes', async ({
  registry,
  market,
}) => {
  const other = await tradingPair(registry);
  const [done, left] = [await anExpiring(market, 1), await anExpiring(other, 1)];
  const blocker = await registry.primary.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM bundle WHERE id = $1 FOR UPDATE', [left.id]);
    const killed = expect(expireAt(registry, expiresIn(1))).rejects.toThrow();
    await vi.waitFor(async () => {
      const { rows } = await registry.primary.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'registry-write' AND wait_event_type = 'Lock'`,
      );
      expect(rows.length).toBe(1);
    }, 20_000);
    await killed;
    expect(await statusesOf(registry, [done.id, left.id])).toEqual(['Expired', 'Active']);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
  expect(await expireAt(registry, expiresIn(1))).toEqual({ bundles: 1, more: false });
  expect(await statusesOf(registry, [done.id, left.id])).toEqual(['Expired', 'Expired']);
  expect(await expiries(market)).toHaveLength(1);
});

test('a bundle that is used while a tick waits for it is skipped', async ({ registry, market }) => {
  const { id } = await anExpiring(market, 1);
  const blocker = await registry.primary.connect();
  await blocker.query('BEGIN');
  await blocker.query(`UPDATE bundle SET status = 'Cancelled', beneficiary = 'B' WHERE id = $1`, [id]);
  const look = expireAt(registry, expiresIn(1));
  await vi.waitFor(async () => {
    const { rows } = await registry.primary.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(rows.length).toBe(1);
  }, 20_000);
  await blocker.query('COMMIT');
  blocker.release();
  expect(await look).toEqual({ bundles: 0, more: false });
  expect(await statusesOf(registry, [id])).toEqual(['Cancelled']);
  expect(await expiries(market)).toEqual([]);
});

test('a million due bundles are expired in batches', async ({ registry, market }) => {
  const device = await aDevice(market.admin, { account_id: market.source.id });
  const COUNT = 1_001;
  await registry.primary.query(
    `WITH made AS (
       INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source,
                             range_start, range_end, expiry)
       SELECT 'many-' || n, $1, $2, '2020-01-01T00:00Z'::timestamptz + n * interval '1 hour',
              '2020-01-01T01:00Z'::timestamptz + n * interval '1 hour', 'wind', n, n,
              '2022-01-01T01:00Z'::timestamptz + n * interval '1 hour'
       FROM generate_series(1, ${COUNT}) AS n RETURNING *)
     INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
     SELECT id, $3, range_start, range_end, sha256(issuance_id::bytea), device_id, production_start FROM made`,
    [device.id, market.metadataId, market.source.id],
  );
  expect(await expireAt(registry, NOW)).toEqual({ bundles: 1_000, more: true });
  expect(await expireAt(registry, NOW)).toEqual({ bundles: 1, more: false });
  expect((await expiries(market)).map((each) => each.resulting_bundle_ids.length)).toEqual([1_000, 1]);
});

test('the check for due bundles reads an index that contains nothing else', async ({ registry, market }) => {
  await market.bundle();
  const client = await registry.primary.connect();
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
  const { rows } = await client.query(
    `EXPLAIN SELECT id, account_id FROM bundle WHERE status IN ('Active', 'Reserved') AND expiry <= '2026-01-01' ORDER BY expiry, id LIMIT 1000`,
  );
  await client.query('RESET ALL');
  client.release();
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan using bundle_by_expiry');
  expect(plan).not.toContain('Sort');
});

describe('before and after the expiry job has run', () => {
  const ACTIONS: readonly [string, object][] = [
    ['transfer', {}],
    ['cancel', {}],
    ['claim', {}],
    ['reserve', {}],
    ['unreserve', {}],
    ['lock', { reason: 'R' }],
    ['withdraw', { reason: 'R' }],
    ['unlock', { reason: 'R' }],
  ];

  test.for(['Active', 'Reserved'] as const)(
    'every action on an expired %s bundle is refused',
    async (status, { registry, market }) => {
      const { id } = await anExpiring(market, 1);
      if (status === 'Reserved') await market.trader.post('/certificate/reserve', onBundle(market, id));
      registry.setClock(expiresIn(1));
      for (const hasRun of [false, true]) {
        if (hasRun) await expireAt(registry, expiresIn(1));
        for (const [action, fields] of ACTIONS) {
          const body = onBundle(market, id, { target_id: market.target.id, ...fields });
          const answer = await market.admin.post(`/certificate/${action}`, body);
          expect(answer.statusCode, answer.body).toBe(409);
          expect(answer.json().type).toContain(hasRun ? 'wrong-status' : 'bundle-expired');
        }
      }
    },
  );

  test('an expired Locked bundle can be unlocked, and then expires at once', async ({ registry, market }) => {
    const { id } = await anExpiring(market, 1);
    await market.admin.post('/certificate/lock', onBundle(market, id, { reason: 'R' }));
    registry.setClock(expiresIn(1));
    await expireAt(registry, expiresIn(1));
    expect(await statusesOf(registry, [id])).toEqual(['Locked']);
    const unlocked = await market.admin.post('/certificate/unlock', onBundle(market, id, { reason: 'R' }));
    expect(unlocked.statusCode, unlocked.body).toBe(202);
    expect((await market.cancel([id])).statusCode).toBe(409);
    await expireAt(registry, expiresIn(1));
    expect(await statusesOf(registry, [id])).toEqual(['Expired']);
  });
});

test('a child of a split expires with its issuance, and nobody can change its expiry', async ({
  registry,
  market,
}) => {
  const { id } = await anExpiring(market, 1);
  await market.transfer([id], { certificate_quantity: 30 });
  await expect(registry.primary.query(`UPDATE bundle SET expiry = '2040-01-01'`)).rejects.toThrow(
    'a bundle expires when its issuance does',
  );
  await expireAt(registry, expiresIn(1));
  const { rows } = await registry.primary.query(
    'SELECT status, quantity::int FROM bundle WHERE parent_id = $1 ORDER BY id',
    [id],
  );
  expect(rows).toEqual([
    { status: 'Expired', quantity: 30 },
    { status: 'Expired', quantity: 70 },
  ]);
});
