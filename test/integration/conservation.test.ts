import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lifecycle } from '../../src/rules/lifecycle.ts';
import type { BundleStatus } from '../../src/rules/words.ts';
import {
  type Account,
  aMarket,
  anAccount,
  type Bundle,
  expectConserved,
  type Market,
} from '../harness/builders.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

/** The law above all others, after a long random history over HTTP, several steps of it at a time. */

const SEED = 20_260_315;
const WAVES = 200;
const AT_ONCE = 4;

let registry: TestRegistry;
let market: Market;
let accounts: Account[];

beforeAll(async () => {
  registry = await openRegistry();
  market = await aMarket(registry);
  accounts = [market.source, market.target];
  for (const name of ['Third', 'Fourth'])
    accounts.push(await anAccount(market.admin, { account_name: name }));
  for (const { id } of accounts) {
    const add_to_whitelist = accounts.map((each) => each.id).filter((each) => each !== id);
    await market.admin.patch(`/account/update_whitelist/${id}`, { add_to_whitelist });
  }
});

afterAll(() => registry.close());

/** A step that names no ids: which accounts and bundles it means is decided when it is its turn. */
interface Step {
  readonly kind: 'transfer' | 'cancel' | 'reserve' | 'claim' | 'withdraw' | 'issue';
  readonly from: number;
  readonly to: number;
  readonly picks: number[];
  /** One step in eight takes bundles of any status; the others such as the action may have. */
  readonly wild: boolean;
  readonly part: { quantity?: number; percentage?: number };
}

const steps = fc.record<Step>({
  kind: fc.constantFrom(
    'transfer',
    'transfer',
    'transfer',
    'transfer',
    'cancel',
    'reserve',
    'claim',
    'withdraw',
    'issue',
  ),
  from: fc.nat(3),
  to: fc.nat(3),
  picks: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 4 }),
  wild: fc.nat(7).map((n) => n === 0),
  part: fc.oneof(
    fc.record({ quantity: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ percentage: fc.integer({ min: 1, max: 100 }).map((n) => n / 100) }),
    fc.constant({}),
  ),
});

async function bundlesOf(account: Account): Promise<{ bundles: Bundle[]; volume: number }> {
  const answer = await market.admin.post('/certificate/query', { source_id: account.id, limit: 10_000 });
  const { granular_certificate_bundles: bundles, total_certificate_volume: volume } = answer.json();
  return { bundles, volume };
}

async function take({ kind, from, to, picks, wild, part }: Step): Promise<{ kind: string; status: number }> {
  const source = accounts[from] ?? market.source;
  if (kind === 'issue') {
    await market.bundle({ quantity: 997 });
    return { kind, status: 201 };
  }
  const may = (status: BundleStatus) => wild || lifecycle[kind].from.some((each) => each === status);
  const bundles = (await bundlesOf(source)).bundles.filter((each) => may(each.certificate_bundle_status));
  const ids = new Set(picks.map((pick) => bundles[pick % bundles.length]?.id ?? 999_999));
  const whole = kind === 'withdraw';
  const answer = await market.admin.post(`/certificate/${kind}`, {
    source_id: source.id,
    granular_certificate_bundle_ids: [...ids],
    ...(kind === 'transfer' ? { target_id: accounts[to]?.id } : {}),
    ...(whole ? { reason: 'A test' } : {}),
    ...(part.quantity && !whole ? { certificate_quantity: part.quantity } : {}),
    ...(part.percentage && !whole ? { certificate_bundle_percentage: part.percentage } : {}),
  });
  return { kind, status: answer.statusCode };
}

test(`a random history of ${WAVES * AT_ONCE} steps (seed ${SEED}) conserves every watt-hour, on both servers`, async () => {
  for (let n = 0; n < 8; n++) await market.bundle({ quantity: 1_000 });
  const history = fc.sample(steps, { seed: SEED, numRuns: WAVES * AT_ONCE });
  const outcomes: { kind: string; status: number }[] = [];
  for (let wave = 0; wave < WAVES; wave++) {
    const now = history.slice(wave * AT_ONCE, (wave + 1) * AT_ONCE);
    outcomes.push(...(await Promise.all(now.map(take))));
    if (wave % 20 === 0) await expectConserved(registry);
  }
  expect(outcomes.filter(({ status }) => ![201, 202, 403, 404, 409, 422].includes(status))).toEqual([]);
  // Were all of it refused, there would be nothing to conserve.
  const done = (kind: string) => outcomes.filter((each) => each.kind === kind && each.status < 300).length;
  for (const kind of ['transfer', 'cancel', 'reserve', 'claim', 'withdraw', 'issue']) {
    expect(done(kind), kind).toBeGreaterThan(0);
  }
  expect(done('transfer')).toBeGreaterThan(100);
  await expectConserved(registry);
});

test('after it, the accounts together hold what was issued, as the API tells', async () => {
  const volumes = await Promise.all(accounts.map(async (account) => (await bundlesOf(account)).volume));
  const { rows } = await registry.primary.query('SELECT sum(quantity)::int AS issued FROM issuance');
  expect(volumes.reduce((sum, volume) => sum + volume, 0)).toBe(rows[0].issued);
});

test('after it, both servers hold the same rows', async () => {
  const digest = `SELECT count(*), md5(string_agg(to_jsonb(b)::text, '' ORDER BY id)) FROM bundle b`;
  const [primary, standby] = await Promise.all([
    registry.primary.query(digest),
    registry.standby.query(digest),
  ]);
  expect(standby.rows).toEqual(primary.rows);
});

test('after it, no two bundles share a hash', async () => {
  const { rows } = await registry.primary.query('SELECT hash FROM bundle GROUP BY hash HAVING count(*) > 1');
  expect(rows).toEqual([]);
});

test('after it, certificate ids of the device run from 1 without a hole', async () => {
  const { rows } = await registry.primary.query(
    'SELECT range_agg(int8range(range_start, range_end, $1))::text AS ids, max(range_end) AS last FROM issuance WHERE device_id = $2',
    ['[]', market.device.id],
  );
  expect(rows[0].ids).toBe(`{[1,${Number(rows[0].last) + 1})}`);
});
