import { expect } from 'vitest';
import type { TradingPair } from '../harness/builders.ts';

/** The number of concurrent requests. */
export const CLIENTS = 12;

export type Reply = Awaited<ReturnType<TradingPair['transfer']>>;

/** Sends all requests at once; asserts that exactly `winners` succeed and the others get 404 or 409. */
export async function race(requests: readonly (() => Promise<Reply>)[], winners = 1): Promise<Reply[]> {
  const replies = await Promise.all(requests.map((request) => request()));
  const won = replies.filter(({ statusCode }) => statusCode < 300);
  const outcomes = replies.map(({ statusCode, json }) => `${statusCode} ${json().type ?? ''}`);
  expect(won, outcomes.join(', ')).toHaveLength(winners);
  for (const { statusCode } of replies.filter((each) => !won.includes(each))) {
    expect([404, 409], outcomes.join(', ')).toContain(statusCode);
  }
  return won;
}

export const times = <T>(n: number, make: (n: number) => T): T[] =>
  Array.from({ length: n }, (_, each) => make(each));
