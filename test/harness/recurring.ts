import { expect } from 'vitest';
import type { Market } from './builders.ts';
import type { Client } from './client.ts';

export interface Recurring {
  readonly id: number;
  readonly runs_done: number;
  readonly next_action_datetime: string | null;
  readonly version: number;
}

/** A request for 100 Wh a day, three times, the first time at once. */
export const daily = ({ source, target }: Market, fields: object = {}) => ({
  source_id: source.id,
  target_id: target.id,
  certificate_quantity: 100,
  recurring_action_period_units: 'days',
  recurring_action_period_quantity: 1,
  number_of_recurring_actions: 3,
  ...fields,
});

/** The same, asked for and found again in the list. */
export async function aRecurring(
  market: Market,
  action: 'transfer' | 'cancel',
  fields: object = {},
  client: Client = market.trader,
): Promise<Recurring> {
  const answer = await client.post(`/certificate/recurring_${action}`, daily(market, fields));
  expect(answer.statusCode, answer.body).toBe(202);
  return recurringNow(market, answer.json().details.recurring_action_id);
}

export async function recurringNow({ admin }: Market, id: number): Promise<Recurring> {
  const answer = await admin.get('/certificate/recurring?limit=1000');
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json().find((each: Recurring) => each.id === id);
}
