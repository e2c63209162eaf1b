import { expect, onTestFinished } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { timeLimits } from '../../src/database/time-limits.ts';
import { runAllDue, type Turn } from '../../src/scheduler/recurring-run.ts';
import { testWithOwnMarket as test } from '../harness/fixtures.ts';
import { runDue } from '../harness/recurring.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

interface Owner {
  readonly accountId: number;
  readonly userId: number;
}

/** Recurring cancellations with one run, all due at an hour of the day before. */
async function manyDue({ primary }: TestRegistry, owner: Owner, many: number, hour: number): Promise<void> {
  const due = `2026-03-14T${String(hour).padStart(2, '0')}:00:00Z`;
  await primary.query(
    `INSERT INTO recurring_action (action_type, account_id, user_id, filter, certificate_quantity, first_run,
                                   period_quantity, period_unit, number_of_runs, next_run)
     SELECT 'recurring_cancel', $1, $2, '{}', 1, $3, 1, 'days', 1, $3 FROM generate_series(1, $4)`,
    [owner.accountId, owner.userId, due, many],
  );
}

/** The users of the runs so far, in the order in which they were executed. */
async function executed({ primary }: TestRegistry): Promise<number[]> {
  const { rows } = await primary.query(
    'SELECT user_id::int AS id FROM action WHERE recurring_run IS NOT NULL ORDER BY action.id',
  );
  return rows.map(({ id }) => id);
}

test('287 due runs of one user delay the run of another by one run', async ({ registry, market }) => {
  const [many, one] = [
    { accountId: market.source.id, userId: market.trader.userId },
    { accountId: market.target.id, userId: market.receiver.userId },
  ];
  await manyDue(registry, many, 287, 1);
  await manyDue(registry, one, 1, 23);
  const before = (await executed(registry)).length;
  await runDue(registry, NOW);
  const users = (await executed(registry)).slice(before);
  expect(users).toHaveLength(288);
  expect(users.indexOf(one.userId)).toBe(1);
}, 120_000);

test('a tick that ends early is continued with the users who had no run in this turn', async ({
  registry,
  market,
}) => {
  const users = [market.trader, market.receiver, market.admin].map(({ userId }) => userId);
  for (const [index, userId] of users.entries()) {
    await manyDue(registry, { accountId: market.source.id, userId }, 5, index + 1);
  }
  const before = (await executed(registry)).length;
  const turn: Turn = new Set();
  for (let tick = 0; tick < 6; tick++) {
    let isOver = false;
    await runAllDue({
      database: registry.database,
      clock: () => NOW,
      turn,
      tick: { isOver: () => isOver },
      onRun: () => {
        isOver = true;
      },
    });
  }
  expect((await executed(registry)).slice(before)).toEqual([...users, ...users]);
  await runDue(registry, NOW);
});

test('a run that waits for a lock is given up, so that those of others are not delayed, and stays due', async ({
  registry,
  market,
}) => {
  const { trader, receiver, source, target } = market;
  await manyDue(registry, { accountId: source.id, userId: trader.userId }, 1, 1);
  await manyDue(registry, { accountId: target.id, userId: receiver.userId }, 1, 2);
  const holder = await registry.primary.connect();
  onTestFinished(() => holder.release(true));
  await holder.query('BEGIN');
  await holder.query('SELECT FROM recurring_action WHERE user_id = $1 FOR UPDATE', [trader.userId]);
  const given: unknown[] = [];
  const impatient: Database = {
    ...registry.database,
    transact(actor, work, limits) {
      given.push(limits);
      return registry.database.transact(actor, work, limits && { ...limits, lock_timeout: 100 });
    },
  };
  const before = (await executed(registry)).length;
  const running = runAllDue({ database: impatient, clock: () => NOW, turn: new Set(), onRun: () => {} });
  await expect(running).rejects.toMatchObject({ code: '55P03' });
  expect(given).toEqual([timeLimits.recurringRun, timeLimits.recurringRun]);
  expect((await executed(registry)).slice(before)).toEqual([receiver.userId]);
  await holder.query('ROLLBACK');
  await runDue(registry, NOW);
  expect((await executed(registry)).slice(before)).toEqual([receiver.userId, trader.userId]);
});

test('a run has less time than a request, so that one delays those of others by half a minute at most', () => {
  const { lock_timeout, statement_timeout, transaction_timeout } = timeLimits.recurringRun;
  expect(lock_timeout).toBeLessThanOrEqual(10_000);
  expect(statement_timeout).toBeLessThanOrEqual(transaction_timeout);
  expect(transaction_timeout).toBeLessThan(timeLimits.mutation.transaction_timeout);
});
