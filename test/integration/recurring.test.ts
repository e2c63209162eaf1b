import { describe, expect } from 'vitest';
import { aDevice, expectConserved, type TradingPair } from '../harness/builders.ts';
import { anExpiring } from '../harness/expiry.ts';
import { testWithOwnMarket as baseTest } from '../harness/fixtures.ts';
import { aRecurring, heldIn, inDays, recurringNow, resultsIn, runDue, runsIn } from '../harness/recurring.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { ACCESS_TOKEN_EXPIRE_MINUTES: '1440' });

const run = (registry: TestRegistry, now: Date) => runDue(registry, now);
const runsOf = (market: TradingPair, id: number) => runsIn(market, id);
const resultsOf = (market: TradingPair, id: number) => resultsIn(market, id);
const held = (registry: TestRegistry, accountId: number) => heldIn(registry, accountId);

describe('a run', () => {
  test('is executed at its time, not before, as an action of its user', async ({ registry, market }) => {
    const { id: bundle } = await market.bundle({ quantity: 100 });
    const { id } = await aRecurring(market, 'transfer', { initial_action_datetime: inDays(1).toISOString() });
    await run(registry, new Date(inDays(1).getTime() - 1));
    expect(await runsOf(market, id)).toEqual([]);
    await run(registry, inDays(1));
    expect(await runsOf(market, id)).toEqual([
      {
        id: expect.any(Number),
        action_type: 'transfer',
        action_result: 'Success',
        source_id: market.source.id,
        target_id: market.target.id,
        user_id: market.trader.userId,
        beneficiary: null,
        granular_certificate_bundle_ids: [bundle],
        resulting_bundle_ids: [bundle],
        certificate_quantity: 100,
        certificate_bundle_percentage: null,
        action_request_datetime: '2026-03-16T12:00:00Z',
        action_completed_datetime: '2026-03-16T12:00:00Z',
        details: { recurring_action_id: id, run: 1 },
      },
    ]);
    expect(await held(registry, market.target.id)).toBe(100);
    expect(await recurringNow(market, id)).toMatchObject({
      runs_done: 1,
      next_action_datetime: '2026-03-17T12:00:00Z',
    });
  });

  test('takes the oldest intervals first, as many as it needs, and splits the last', async ({
    registry,
    market,
  }) => {
    const [newest, middle, oldest] = [await market.bundle(), await market.bundle(), await market.bundle()];
    const { id } = await aRecurring(market, 'cancel', { certificate_quantity: 130, beneficiary: 'A school' });
    await run(registry, NOW);
    const [first] = await runsOf(market, id);
    expect(first?.granular_certificate_bundle_ids).toEqual([oldest.id, middle.id]);
    expect(first?.beneficiary).toBe('A school');
    const { rows } = await registry.primary.query(
      'SELECT id::int, quantity::int, status, parent_id::int FROM bundle WHERE account_id = $1 ORDER BY production_start, id',
      [market.source.id],
    );
    expect(rows).toMatchObject([
      { id: oldest.id, status: 'Cancelled' },
      { id: middle.id, status: 'Bundle Split' },
      { quantity: 30, status: 'Cancelled', parent_id: middle.id },
      { quantity: 70, status: 'Active', parent_id: middle.id },
      { id: newest.id, status: 'Active' },
    ]);
    await expectConserved(registry);
  });

  test('takes matches of the filter that are Active and not expired', async ({ registry, market }) => {
    const device = await aDevice(market.admin, { account_id: market.source.id, energy_source: 'solar_pv' });
    const expired = await anExpiring(market, 0);
    const reserved = await market.bundle();
    await market.trader.post('/certificate/reserve', {
      source_id: market.source.id,
      granular_certificate_bundle_ids: [reserved.id],
    });
    const wind = await market.bundle();
    const solar = await anExpiring(market, 8_000, { device_id: device.id });
    const any = await aRecurring(market, 'transfer', { number_of_recurring_actions: 1 });
    const sun = await aRecurring(market, 'transfer', {
      energy_source: 'solar_pv',
      number_of_recurring_actions: 1,
    });
    const slot = await aRecurring(market, 'transfer', {
      sparse_filter_list: [[market.device.id, wind.production_starting_interval]],
      number_of_recurring_actions: 1,
    });
    const old = await aRecurring(market, 'transfer', { issuance_ids: [expired.issuance_id] });
    await registry.primary.query(
      `UPDATE recurring_action SET next_run = next_run + interval '1 s' WHERE id = $1`,
      [any.id],
    );
    await run(registry, new Date(NOW.getTime() + 1_000));
    const taken = async (id: number) => (await runsOf(market, id)).map((each) => each.resulting_bundle_ids);
    expect(await taken(sun.id)).toEqual([[solar.id]]);
    expect(await taken(slot.id)).toEqual([[wind.id]]);
    expect(await resultsOf(market, old.id)).toEqual(['Failure']);
    expect(await resultsOf(market, any.id)).toEqual(['Failure']);
  });

  test('that finds less than its quantity is refused with both figures, and the next one has its own time', async ({
    registry,
    market,
  }) => {
    await market.bundle({ quantity: 60 });
    const { id } = await aRecurring(market, 'transfer');
    await run(registry, NOW);
    const [refused] = await runsOf(market, id);
    expect(refused).toMatchObject({
      action_result: 'Failure',
      certificate_quantity: 100,
      resulting_bundle_ids: [],
    });
    expect(refused?.details).toEqual({
      code: 'not-enough',
      reason: expect.stringMatching(/100 .*60 /),
      recurring_action_id: id,
      run: 1,
    });
    expect(await held(registry, market.source.id)).toBe(60);
    await market.bundle({ quantity: 60 });
    await run(registry, inDays(0.5));
    expect(await resultsOf(market, id)).toEqual(['Failure']);
    await run(registry, inDays(1));
    expect(await resultsOf(market, id)).toEqual(['Failure', 'Success']);
    expect(await held(registry, market.target.id)).toBe(100);
  });

  test('that finds nothing is refused with that reason', async ({ registry, market }) => {
    const { id } = await aRecurring(market, 'cancel');
    await run(registry, NOW);
    expect((await runsOf(market, id))[0]?.details).toMatchObject({
      code: 'not-enough',
      reason: expect.stringContaining(' 0 '),
    });
  });

  test('that needs more bundles than one action can name is refused', async ({ registry, market }) => {
    const device = await aDevice(market.admin, { account_id: market.source.id });
    await registry.primary.query(
      `WITH made AS (
         INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source,
                               range_start, range_end, expiry)
         SELECT 'many-' || n, $1, $2, '2024-06-01Z'::timestamptz + n * interval '1 hour',
                '2024-06-01T01:00Z'::timestamptz + n * interval '1 hour', 'wind', n, n,
                '2026-06-01T01:00Z'::timestamptz + n * interval '1 hour'
         FROM generate_series(1, 10002) AS n RETURNING *)
       INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
       SELECT id, $3, range_start, range_end, sha256(issuance_id::bytea), device_id, production_start FROM made`,
      [device.id, market.metadataId, market.source.id],
    );
    const most = await aRecurring(market, 'transfer', {
      certificate_quantity: 10_000,
      number_of_recurring_actions: 1,
    });
    await run(registry, NOW);
    expect(await resultsOf(market, most.id)).toEqual(['Success']);
    await registry.primary.query(
      `UPDATE bundle SET account_id = $1 WHERE account_id = $2 AND status = 'Active'`,
      [market.source.id, market.target.id],
    );
    const tooMany = await aRecurring(market, 'transfer', { certificate_quantity: 10_001 });
    await run(registry, NOW);
    expect((await runsOf(market, tooMany.id))[0]?.details).toMatchObject({ code: 'too-many-bundles' });
  });
});

describe('missed runs', () => {
  test('are each executed once, in order, and only as many as requested', async ({ registry, market }) => {
    await market.bundle({ quantity: 1_000 });
    const { id } = await aRecurring(market, 'transfer', { number_of_recurring_actions: 3 });
    await run(registry, inDays(30));
    await run(registry, inDays(60));
    expect((await runsOf(market, id)).map(({ details }) => details.run)).toEqual([1, 2, 3]);
    expect(await held(registry, market.target.id)).toBe(300);
    expect(await recurringNow(market, id)).toMatchObject({ runs_done: 3, next_action_datetime: null });
  });

  test('of several recurring actions are executed in the order of their times', async ({
    registry,
    market,
  }) => {
    await market.bundle({ quantity: 150 });
    const first = await aRecurring(market, 'transfer', { initial_action_datetime: inDays(1).toISOString() });
    const second = await aRecurring(market, 'cancel', { initial_action_datetime: inDays(0.5).toISOString() });
    await run(registry, inDays(1));
    expect(await resultsOf(market, second.id)).toEqual(['Success']);
    expect(await resultsOf(market, first.id)).toEqual(['Failure']);
  });

  test('at the end of a month return to their day', async ({ registry, market }) => {
    const { id } = await aRecurring(market, 'cancel', {
      initial_action_datetime: '2027-01-31T09:00:00Z',
      recurring_action_period_units: 'months',
    });
    const next = async () => (await recurringNow(market, id)).next_action_datetime;
    await run(registry, new Date('2027-01-31T09:00:00Z'));
    expect(await next()).toBe('2027-02-28T09:00:00Z');
    await run(registry, new Date('2027-02-28T09:00:00Z'));
    expect(await next()).toBe('2027-03-31T09:00:00Z');
  });

  test('are not executed after a stop', async ({ registry, market }) => {
    await market.bundle({ quantity: 1_000 });
    const { id } = await aRecurring(market, 'transfer');
    await run(registry, NOW);
    await market.trader.delete(`/certificate/recurring/${id}`);
    await run(registry, inDays(10));
    expect(await resultsOf(market, id)).toEqual(['Success']);
  });
});

describe('each run has the rights of its time', () => {
  test.for<[string, string, (at: TradingPair) => Promise<unknown>, (at: TradingPair) => Promise<unknown>]>([
    [
      'a user who left the account',
      'not-found',
      async ({ admin, source }) => admin.patch(`/account/update/${source.id}`, { user_ids: [admin.userId] }),
      async ({ admin, source, trader }) =>
        admin.patch(`/account/update/${source.id}`, { user_ids: [trader.userId] }),
    ],
    [
      'a user who may no longer trade',
      'not-allowed',
      async ({ admin, trader }) => admin.post(`/user/change_role/${trader.userId}`, { role: 'AUDIT_USER' }),
      async ({ admin, trader }) => admin.post(`/user/change_role/${trader.userId}`, { role: 'TRADING_USER' }),
    ],
    [
      'a target that removed the source from its whitelist',
      'not-whitelisted',
      async ({ receiver, target, source }) =>
        receiver.patch(`/account/update_whitelist/${target.id}`, { remove_from_whitelist: [source.id] }),
      async ({ receiver, target, source }) =>
        receiver.patch(`/account/update_whitelist/${target.id}`, { add_to_whitelist: [source.id] }),
    ],
  ])(
    '%s: refused (%s), and executed again after that has changed',
    async ([_, code, take, giveBack], { registry, market }) => {
      await market.bundle({ quantity: 1_000 });
      const { id } = await aRecurring(market, 'transfer');
      await take(market);
      await run(registry, NOW);
      await giveBack(market);
      await run(registry, inDays(1));
      const [first, second, ...more] = await runsOf(market, id);
      expect(more).toEqual([]);
      expect(first).toMatchObject({
        action_result: 'Failure',
        user_id: market.trader.userId,
        details: { code },
      });
      expect(second).toMatchObject({ action_result: 'Success' });
      expect(await held(registry, market.target.id)).toBe(100);
    },
  );

  test.for<[string, number, (at: TradingPair) => Promise<{ statusCode: number; body: string }>]>([
    ['its user', 403, async ({ admin, trader }) => admin.delete(`/user/delete/${trader.userId}`)],
    ['its source', 404, async ({ admin, source }) => admin.delete(`/account/delete/${source.id}`)],
    ['its target', 404, async ({ admin, target }) => admin.delete(`/account/delete/${target.id}`)],
  ] as const)(
    'when %s is deleted, one run is refused and there are no more',
    async ([_, __, remove], { registry, market }) => {
      const { id } = await aRecurring(market, 'transfer');
      await market.admin.delete(`/device/delete/${market.device.id}`);
      const gone = await remove(market);
      expect(gone.statusCode, gone.body).toBe(200);
      await run(registry, inDays(30));
      const { rows } = await registry.primary.query(
        `SELECT r.runs_done, r.deleted_at IS NOT NULL AS ended,
              (SELECT array_agg(action_result::text) FROM action WHERE recurring_action_id = r.id AND recurring_run IS NOT NULL) AS runs
       FROM recurring_action r WHERE id = $1`,
        [id],
      );
      expect(rows).toEqual([{ runs_done: 1, ended: true, runs: ['Failure'] }]);
    },
  );
});
