import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runAllDue } from '../../src/scheduler/recurring-run.ts';
import {
  type Action,
  aDevice,
  aMarket,
  expectConserved,
  type Market,
  shownEverywhere,
} from '../harness/builders.ts';
import { anExpiring } from '../harness/expiry.ts';
import { aRecurring, recurringNow } from '../harness/recurring.ts';
import { NOW, openRegistry, type TestRegistry } from '../harness/registry.ts';

/** Runs of recurring actions, at a clock that the test sets. */

let registry: TestRegistry;
let market: Market;

beforeAll(async () => {
  registry = await openRegistry({ ACCESS_TOKEN_EXPIRE_MINUTES: '1440' });
});
beforeEach(async () => {
  market = await aMarket(registry);
});
afterAll(() => registry.close());

const DAY_MS = 24 * 3_600_000;
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
/** Does what is due, and waits until the API shows it. */
async function run(now: Date): Promise<void> {
  try {
    await runAllDue({ database: registry.database, clock: () => now, onRun: () => {} });
  } finally {
    await shownEverywhere(registry);
  }
}

/** The actions of a recurring action's runs, in the order of the log. */
async function runsOf(id: number): Promise<Action[]> {
  const answer = await market.admin.get(`/certificate/actions?account_id=${market.source.id}&limit=1000`);
  const log: Action[] = answer.json();
  return log.filter(({ details }) => details.recurring_action_id === id && details.run !== undefined);
}

const resultsOf = async (id: number) => (await runsOf(id)).map(({ action_result }) => action_result);

async function held(accountId: number, status = 'Active'): Promise<number> {
  const { rows } = await registry.primary.query(
    'SELECT coalesce(sum(quantity), 0)::int AS wh FROM bundle WHERE account_id = $1 AND status = $2',
    [accountId, status],
  );
  return rows[0].wh;
}

describe('a run', () => {
  test('is done at its time and not before, and is an action of the user who asked', async () => {
    const { id: bundle } = await market.bundle({ quantity: 100 });
    const { id } = await aRecurring(market, 'transfer', { initial_action_datetime: inDays(1).toISOString() });
    await run(new Date(inDays(1).getTime() - 1));
    expect(await runsOf(id)).toEqual([]);
    await run(inDays(1));
    expect(await runsOf(id)).toEqual([
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
    expect(await held(market.target.id)).toBe(100);
    expect(await recurringNow(market, id)).toMatchObject({
      runs_done: 1,
      next_action_datetime: '2026-03-17T12:00:00Z',
    });
  });

  test('takes the oldest intervals first, as far as they are needed, and splits the last', async () => {
    const [newest, middle, oldest] = [await market.bundle(), await market.bundle(), await market.bundle()];
    const { id } = await aRecurring(market, 'cancel', { certificate_quantity: 130, beneficiary: 'A school' });
    await run(NOW);
    const [first] = await runsOf(id);
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

  test('takes what the filter has, Active and unexpired', async () => {
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
    await run(new Date(NOW.getTime() + 1_000));
    const taken = async (id: number) => (await runsOf(id)).map((each) => each.resulting_bundle_ids);
    expect(await taken(sun.id)).toEqual([[solar.id]]);
    expect(await taken(slot.id)).toEqual([[wind.id]]);
    expect(await resultsOf(old.id)).toEqual(['Failure']);
    expect(await resultsOf(any.id)).toEqual(['Failure']);
  });

  test('that finds less than it should is refused with both figures, and the next one has its own time', async () => {
    await market.bundle({ quantity: 60 });
    const { id } = await aRecurring(market, 'transfer');
    await run(NOW);
    const [refused] = await runsOf(id);
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
    expect(await held(market.source.id)).toBe(60);
    await market.bundle({ quantity: 60 });
    await run(inDays(0.5));
    expect(await resultsOf(id)).toEqual(['Failure']);
    await run(inDays(1));
    expect(await resultsOf(id)).toEqual(['Failure', 'Success']);
    expect(await held(market.target.id)).toBe(100);
  });

  test('that finds nothing at all says so', async () => {
    const { id } = await aRecurring(market, 'cancel');
    await run(NOW);
    expect((await runsOf(id))[0]?.details).toMatchObject({
      code: 'not-enough',
      reason: expect.stringContaining(' 0 '),
    });
  });

  test('that needs more bundles than one action may name is refused', async () => {
    const device = await aDevice(market.admin, { account_id: market.source.id });
    await registry.primary.query(
      `WITH made AS (
         INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source,
                               range_start, range_end, expiry)
         SELECT 'many-' || n, $1, $2, '2024-06-01Z'::timestamptz + n * interval '1 hour',
                '2024-06-01T01:00Z'::timestamptz + n * interval '1 hour', 'wind', n, n, '2030-01-01'
         FROM generate_series(1, 10002) AS n RETURNING *)
       INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
       SELECT id, $3, range_start, range_end, sha256(issuance_id::bytea), device_id, production_start FROM made`,
      [device.id, market.metadataId, market.source.id],
    );
    const most = await aRecurring(market, 'transfer', {
      certificate_quantity: 10_000,
      number_of_recurring_actions: 1,
    });
    await run(NOW);
    expect(await resultsOf(most.id)).toEqual(['Success']);
    await registry.primary.query(
      `UPDATE bundle SET account_id = $1 WHERE account_id = $2 AND status = 'Active'`,
      [market.source.id, market.target.id],
    );
    const tooMany = await aRecurring(market, 'transfer', { certificate_quantity: 10_001 });
    await run(NOW);
    expect((await runsOf(tooMany.id))[0]?.details).toMatchObject({ code: 'too-many-bundles' });
  });
});

describe('runs that were missed', () => {
  test('are each caught up once, in order, and no more than were asked for', async () => {
    await market.bundle({ quantity: 1_000 });
    const { id } = await aRecurring(market, 'transfer', { number_of_recurring_actions: 3 });
    await run(inDays(30));
    await run(inDays(60));
    expect((await runsOf(id)).map(({ details }) => details.run)).toEqual([1, 2, 3]);
    expect(await held(market.target.id)).toBe(300);
    expect(await recurringNow(market, id)).toMatchObject({ runs_done: 3, next_action_datetime: null });
  });

  test('of several recurring actions are done in the order of their times', async () => {
    await market.bundle({ quantity: 150 });
    const first = await aRecurring(market, 'transfer', { initial_action_datetime: inDays(1).toISOString() });
    const second = await aRecurring(market, 'cancel', { initial_action_datetime: inDays(0.5).toISOString() });
    await run(inDays(1));
    expect(await resultsOf(second.id)).toEqual(['Success']);
    expect(await resultsOf(first.id)).toEqual(['Failure']);
  });

  test('at the end of a month come back to their day', async () => {
    const { id } = await aRecurring(market, 'cancel', {
      initial_action_datetime: '2027-01-31T09:00:00Z',
      recurring_action_period_units: 'months',
    });
    const next = async () => (await recurringNow(market, id)).next_action_datetime;
    await run(new Date('2027-01-31T09:00:00Z'));
    expect(await next()).toBe('2027-02-28T09:00:00Z');
    await run(new Date('2027-02-28T09:00:00Z'));
    expect(await next()).toBe('2027-03-31T09:00:00Z');
  });

  test('are none after it was stopped', async () => {
    await market.bundle({ quantity: 1_000 });
    const { id } = await aRecurring(market, 'transfer');
    await run(NOW);
    await market.trader.delete(`/certificate/recurring/${id}`);
    await run(inDays(10));
    expect(await resultsOf(id)).toEqual(['Success']);
  });
});

describe('the rights of each run are those of its time', () => {
  const users = (ids: number[]) =>
    market.admin.patch(`/account/update/${market.source.id}`, { user_ids: ids });

  test.each<[string, string, (at: Market) => Promise<unknown>, (at: Market) => Promise<unknown>]>([
    [
      'a user who left the account',
      'not-found',
      async ({ admin, source }) => admin.patch(`/account/update/${source.id}`, { user_ids: [admin.userId] }),
      async ({ trader }) => users([trader.userId]),
    ],
    [
      'a user who may no longer trade',
      'not-allowed',
      async ({ admin, trader }) => admin.post(`/user/change_role/${trader.userId}`, { role: 'AUDIT_USER' }),
      async ({ admin, trader }) => admin.post(`/user/change_role/${trader.userId}`, { role: 'TRADING_USER' }),
    ],
    [
      'a target that took the source off its whitelist',
      'not-whitelisted',
      async ({ receiver, target, source }) =>
        receiver.patch(`/account/update_whitelist/${target.id}`, { remove_from_whitelist: [source.id] }),
      async ({ receiver, target, source }) =>
        receiver.patch(`/account/update_whitelist/${target.id}`, { add_to_whitelist: [source.id] }),
    ],
  ])('%s: refused (%s), and done again when that has changed', async (_, code, take, giveBack) => {
    await market.bundle({ quantity: 1_000 });
    const { id } = await aRecurring(market, 'transfer');
    await take(market);
    await run(NOW);
    await giveBack(market);
    await run(inDays(1));
    const [first, second, ...more] = await runsOf(id);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      action_result: 'Failure',
      user_id: market.trader.userId,
      details: { code },
    });
    expect(second).toMatchObject({ action_result: 'Success' });
    expect(await held(market.target.id)).toBe(100);
  });

  test.each<[string, number, (at: Market) => Promise<{ statusCode: number; body: string }>]>([
    ['its user', 403, async ({ admin, trader }) => admin.delete(`/user/delete/${trader.userId}`)],
    ['its source', 404, async ({ admin, source }) => admin.delete(`/account/delete/${source.id}`)],
    ['its target', 404, async ({ admin, target }) => admin.delete(`/account/delete/${target.id}`)],
  ])('when %s is gone, one run is refused and there are no more', async (_, __, remove) => {
    const { id } = await aRecurring(market, 'transfer');
    await market.admin.delete(`/device/delete/${market.device.id}`);
    const gone = await remove(market);
    expect(gone.statusCode, gone.body).toBe(200);
    await run(inDays(30));
    const { rows } = await registry.primary.query(
      `SELECT r.runs_done, r.deleted_at IS NOT NULL AS ended,
              (SELECT array_agg(action_result::text) FROM action WHERE recurring_action_id = r.id AND recurring_run IS NOT NULL) AS runs
       FROM recurring_action r WHERE id = $1`,
      [id],
    );
    expect(rows).toEqual([{ runs_done: 1, ended: true, runs: ['Failure'] }]);
  });
});

describe('once, whatever happens', () => {
  test('many that run at once do each run once', async () => {
    await market.bundle({ quantity: 10_000 });
    const made = [];
    for (let n = 0; n < 4; n++)
      made.push(await aRecurring(market, 'transfer', { number_of_recurring_actions: 5 }));
    await Promise.all(Array.from({ length: 6 }, () => run(inDays(10))));
    for (const { id } of made) {
      expect((await runsOf(id)).map(({ details }) => details.run)).toEqual([1, 2, 3, 4, 5]);
      expect(new Set(await resultsOf(id))).toEqual(new Set(['Success']));
    }
    expect(await held(market.target.id)).toBe(2_000);
    await expectConserved(registry);
  });

  test('a run whose bundle is taken while it waits takes the next one', async () => {
    const [second, first] = [await market.bundle(), await market.bundle()];
    const { id } = await aRecurring(market, 'transfer');
    const other = await registry.primary.connect();
    await other.query('BEGIN');
    await other.query(`UPDATE bundle SET status = 'Cancelled', beneficiary = 'B' WHERE id = $1`, [first.id]);
    const running = run(NOW);
    await vi.waitFor(async () => {
      const { rows } = await registry.primary.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows.length).toBe(1);
    }, 20_000);
    await other.query('COMMIT');
    other.release();
    await running;
    expect((await runsOf(id)).map((each) => each.resulting_bundle_ids)).toEqual([[second.id]]);
  });

  test('a run that is killed in the middle has done nothing, and is done once afterwards', async () => {
    const { id: bundle } = await market.bundle();
    const { id } = await aRecurring(market, 'transfer');
    const other = await registry.primary.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM bundle WHERE id = $1 FOR UPDATE', [bundle]);
    const killed = expect(run(NOW)).rejects.toThrow();
    await vi.waitFor(async () => {
      const { rows } = await registry.primary.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'registry-write' AND wait_event_type = 'Lock'`,
      );
      expect(rows.length).toBe(1);
    }, 20_000);
    await killed;
    await other.query('ROLLBACK');
    other.release();
    expect(await runsOf(id)).toEqual([]);
    expect(await recurringNow(market, id)).toMatchObject({ runs_done: 0 });
    await run(NOW);
    await run(NOW);
    expect(await resultsOf(id)).toEqual(['Success']);
  });

  test('one that cannot be judged at all is left for later, and holds nobody else up', async () => {
    await market.bundle({ quantity: 1_000 });
    const broken = await aRecurring(market, 'transfer');
    const well = await aRecurring(market, 'transfer');
    await registry.primary.query(`UPDATE recurring_action SET filter = '{"device_id": "x"}' WHERE id = $1`, [
      broken.id,
    ]);
    await expect(run(inDays(1))).rejects.toThrow('device_id');
    expect(await resultsOf(well.id)).toEqual(['Success', 'Success']);
    expect(await runsOf(broken.id)).toEqual([]);
    await registry.primary.query(`UPDATE recurring_action SET filter = '{}' WHERE id = $1`, [broken.id]);
    await run(inDays(1));
    expect(await resultsOf(broken.id)).toEqual(['Success', 'Success']);
  });

  test('Postgres itself refuses a second action for a run, and a run past the last', async () => {
    await market.bundle({ quantity: 1_000 });
    const { id } = await aRecurring(market, 'transfer', { number_of_recurring_actions: 1 });
    await run(NOW);
    const again = registry.primary.query(
      `INSERT INTO action (action_type, action_result, source_id, user_id, bundle_ids, resulting_bundle_ids, details,
                           recurring_action_id, recurring_run, requested_at, completed_at)
       SELECT action_type, action_result, source_id, user_id, bundle_ids, resulting_bundle_ids, details,
              recurring_action_id, recurring_run, requested_at, completed_at FROM action WHERE recurring_action_id = $1 AND recurring_run = 1`,
      [id],
    );
    await expect(again).rejects.toThrow('action_recurring_run');
    const past = registry.primary.query(
      'UPDATE recurring_action SET runs_done = runs_done + 1 WHERE id = $1',
      [id],
    );
    await expect(past).rejects.toThrow('recurring_action');
  });

  test('processes that are killed one after the other do every run once between them', async () => {
    const RUNS = 150;
    await market.bundle({ quantity: 10_000 });
    const { id } = await aRecurring(market, 'transfer', {
      certificate_quantity: 1,
      number_of_recurring_actions: RUNS,
    });
    const args = [registry.config.DATABASE_WRITE_URL, inDays(RUNS).toISOString()];
    const script = fileURLToPath(new URL('scheduler-process.ts', import.meta.url));
    const children: ChildProcess[] = [];
    const begin = () => {
      const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      return child;
    };
    try {
      for (const least of [1, 40, 80]) {
        const child = begin();
        await vi.waitFor(
          async () => expect((await recurringNow(market, id)).runs_done).toBeGreaterThan(least),
          {
            timeout: 50_000,
            interval: 5,
          },
        );
        child.kill('SIGKILL');
      }
      begin();
      begin();
      await vi.waitFor(async () => expect((await recurringNow(market, id)).runs_done).toBe(RUNS), 50_000);
    } finally {
      for (const child of children) child.kill('SIGKILL');
    }
    await shownEverywhere(registry);
    expect((await runsOf(id)).map(({ details }) => details.run)).toEqual(
      Array.from({ length: RUNS }, (_, n) => n + 1),
    );
    expect(await held(market.target.id)).toBe(RUNS);
    await expectConserved(registry);
    expect((await market.admin.get('/certificate/check')).json()).toMatchObject({ conserved: true });
  }, 120_000);
});

test('the journal tells of a run as its user’s, with the action that it was', async () => {
  await market.bundle();
  const { id } = await aRecurring(market, 'transfer');
  await run(NOW);
  const [action] = await runsOf(id);
  const { rows } = await registry.primary.query(
    `SELECT entity_name, event_type, actor_id::int FROM journal WHERE action_id = $1 ORDER BY id`,
    [action?.id],
  );
  const by = { actor_id: market.trader.userId };
  expect(rows).toEqual([
    { entity_name: 'bundle', event_type: 'UPDATE', ...by },
    { entity_name: 'action', event_type: 'CREATE', ...by },
    { entity_name: 'recurring_action', event_type: 'UPDATE', ...by },
  ]);
});
