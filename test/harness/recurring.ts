import { expect } from 'vitest';
import { runAllDue } from '../../src/scheduler/recurring-run.ts';
import { type Action, type TradingPair, untilReplicated } from './builders.ts';
import type { Client } from './client.ts';
import { NOW, type TestRegistry } from './registry.ts';

export interface Recurring {
  readonly id: number;
  readonly runs_done: number;
  readonly next_action_datetime: string | null;
  readonly version: number;
}

/** A request for 100 Wh a day, three times, the first time at once. */
export const daily = ({ source, target }: TradingPair, fields: object = {}) => ({
  source_id: source.id,
  target_id: target.id,
  certificate_quantity: 100,
  recurring_action_period_units: 'days',
  recurring_action_period_quantity: 1,
  number_of_recurring_actions: 3,
  ...fields,
});

/** Creates it, and finds it in the list. */
export async function aRecurring(
  market: TradingPair,
  action: 'transfer' | 'cancel',
  fields: object = {},
  client: Client = market.trader,
): Promise<Recurring> {
  const answer = await client.post(`/certificate/recurring_${action}`, daily(market, fields));
  expect(answer.statusCode, answer.body).toBe(202);
  return recurringNow(market, answer.json().details.recurring_action_id);
}

export async function recurringNow({ admin }: TradingPair, id: number): Promise<Recurring> {
  const answer = await admin.get('/certificate/recurring?limit=1000');
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json().find((each: Recurring) => each.id === id);
}

const DAY_MS = 24 * 3_600_000;
export const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

/** Executes due work, and waits until the API shows it. */
export async function runDue(registry: TestRegistry, now: Date): Promise<void> {
  try {
    await runAllDue({ database: registry.database, clock: () => now, turn: new Set(), onRun: () => {} });
  } finally {
    await untilReplicated(registry);
  }
}

/** The actions of a recurring action's runs, in the order of the log. */
export async function runsIn({ admin, source }: TradingPair, id: number): Promise<Action[]> {
  const answer = await admin.get(`/certificate/actions?account_id=${source.id}&limit=1000`);
  const log: Action[] = answer.json();
  return log.filter(({ details }) => details.recurring_action_id === id && details.run !== undefined);
}

export const resultsIn = async (market: TradingPair, id: number) =>
  (await runsIn(market, id)).map(({ action_result }) => action_result);

/** The Active energy of an account, in Wh. */
export async function heldIn({ primary }: TestRegistry, accountId: number): Promise<number> {
  const { rows } = await primary.query(
    `SELECT coalesce(sum(quantity), 0)::int AS wh FROM bundle WHERE account_id = $1 AND status = 'Active'`,
    [accountId],
  );
  return rows[0].wh;
}
