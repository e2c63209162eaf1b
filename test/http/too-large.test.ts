import { expect } from 'vitest';
import { MOST_FILTER_ITEMS } from '../../src/rules/recurrence.ts';
import { test } from '../harness/fixtures.ts';
import { daily } from '../harness/recurring.ts';
import type { TestRegistry } from '../harness/registry.ts';

/** EventStoreDB accepts no event of 1 MiB, and the relay skips none: one such entry would block all later ones. */
async function longestEntry(registry: TestRegistry): Promise<number> {
  const { rows } = await registry.primary.query(
    `SELECT max(octet_length(to_jsonb(j)::text)) AS bytes FROM journal j`,
  );
  return rows[0].bytes;
}

test('the longest filter of a recurring action fits into an event', async ({ registry, market }) => {
  const filter = {
    issuance_ids: Array(MOST_FILTER_ITEMS).fill('9007199254740991-2025-01-12T14:00:00.000000000+00:00'),
    sparse_filter_list: Array(MOST_FILTER_ITEMS).fill([9_007_199_254_740_991, '2025-01-12T14:00:00.001Z']),
  };
  const answer = await market.trader.post('/certificate/recurring_transfer', daily(market, filter));
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(202);
  const longest = await longestEntry(registry);
  expect(longest).toBeGreaterThan(100 * MOST_FILTER_ITEMS);
  expect(longest).toBeLessThan(900_000);
});

test.for([
  ['x', 600_000],
  // JSON text uses six bytes for it.
  ['\u0001', 100_000],
] as const)(
  'the journal refuses an entry that could never be relayed: %j, repeated',
  async ([letter, times], { registry }) => {
    const insert = registry.primary.query(
      `INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issue_market_zone)
     VALUES ('GB', 'NESO', $1, 'GB')`,
      [letter.repeat(times)],
    );
    await expect(insert).rejects.toThrow('journal_entry_size');
  },
);
