import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, vi } from 'vitest';
import { expectConserved, type TradingPair, untilReplicated } from '../harness/builders.ts';
import { testWithOwnMarket as baseTest } from '../harness/fixtures.ts';
import { aRecurring, heldIn, inDays, recurringNow, resultsIn, runDue, runsIn } from '../harness/recurring.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { ACCESS_TOKEN_EXPIRE_MINUTES: '1440' });

const run = (registry: TestRegistry, now: Date) => runDue(registry, now);
const runsOf = (market: TradingPair, id: number) => runsIn(market, id);
const resultsOf = (market: TradingPair, id: number) => resultsIn(market, id);
const held = (registry: TestRegistry, accountId: number) => heldIn(registry, accountId);

describe('exactly once', () => {
  test('concurrent jobs execute each run once', async ({ registry, market }) => {
    await market.bundle({ quantity: 10_000 });
    const made = [];
    for (let n = 0; n < 4; n++)
      made.push(await aRecurring(market, 'transfer', { number_of_recurring_actions: 5 }));
    await Promise.all(Array.from({ length: 6 }, () => run(registry, inDays(10))));
    for (const { id } of made) {
      expect((await runsOf(market, id)).map(({ details }) => details.run)).toEqual([1, 2, 3, 4, 5]);
      expect(new Set(await resultsOf(market, id))).toEqual(new Set(['Success']));
    }
    expect(await held(registry, market.target.id)).toBe(2_000);
    await expectConserved(registry);
  });

  test('a run whose bundle is taken during its wait uses the next one', async ({ registry, market }) => {
    const [second, first] = [await market.bundle(), await market.bundle()];
    const { id } = await aRecurring(market, 'transfer');
    const untilWaiting = (processes: number) =>
      vi.waitFor(async () => {
        const { rows } = await registry.primary.query(
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows.length).toBe(processes);
      }, 20_000);
    const other = await registry.primary.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM bundle WHERE id = $1 FOR UPDATE', [first.id]);
    const cancelling = market.cancel([first.id]);
    await untilWaiting(1);
    const running = run(registry, NOW);
    await untilWaiting(2);
    await other.query('ROLLBACK');
    other.release();
    expect((await cancelling).statusCode).toBe(202);
    await running;
    expect((await runsOf(market, id)).map((each) => each.resulting_bundle_ids)).toEqual([[second.id]]);
  });

  test('a run that is killed in the middle changes nothing, and is executed once afterwards', async ({
    registry,
    market,
  }) => {
    const { id: bundle } = await market.bundle();
    const { id } = await aRecurring(market, 'transfer');
    const other = await registry.primary.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM bundle WHERE id = $1 FOR UPDATE', [bundle]);
    const killed = expect(run(registry, NOW)).rejects.toThrow();
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
    expect(await runsOf(market, id)).toEqual([]);
    expect(await recurringNow(market, id)).toMatchObject({ runs_done: 0 });
    await run(registry, NOW);
    await run(registry, NOW);
    expect(await resultsOf(market, id)).toEqual(['Success']);
  });

  test('a run that fails for an internal reason stays due, and does not delay others', async ({
    registry,
    market,
  }) => {
    await market.bundle({ quantity: 1_000 });
    const broken = await aRecurring(market, 'transfer');
    const well = await aRecurring(market, 'transfer');
    await registry.primary.query(`UPDATE recurring_action SET filter = '{"device_id": "x"}' WHERE id = $1`, [
      broken.id,
    ]);
    await expect(run(registry, inDays(1))).rejects.toThrow('device_id');
    expect(await resultsOf(market, well.id)).toEqual(['Success', 'Success']);
    expect(await runsOf(market, broken.id)).toEqual([]);
    await registry.primary.query(`UPDATE recurring_action SET filter = '{}' WHERE id = $1`, [broken.id]);
    await run(registry, inDays(1));
    expect(await resultsOf(market, broken.id)).toEqual(['Success', 'Success']);
  });

  test('Postgres itself refuses a second action for a run, and a run after the last', async ({
    registry,
    market,
  }) => {
    await market.bundle({ quantity: 1_000 });
    const { id } = await aRecurring(market, 'transfer', { number_of_recurring_actions: 1 });
    await run(registry, NOW);
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

  test('processes that are killed one after the other execute every run once', async ({
    registry,
    market,
  }) => {
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
    await untilReplicated(registry);
    expect((await runsOf(market, id)).map(({ details }) => details.run)).toEqual(
      Array.from({ length: RUNS }, (_, n) => n + 1),
    );
    expect(await held(registry, market.target.id)).toBe(RUNS);
    await expectConserved(registry);
    expect((await market.admin.get('/certificate/check')).json()).toMatchObject({ conserved: true });
  }, 120_000);
});

test('the journal attributes a run to its user and its action', async ({ registry, market }) => {
  await market.bundle();
  const { id } = await aRecurring(market, 'transfer');
  await run(registry, NOW);
  const [action] = await runsOf(market, id);
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
