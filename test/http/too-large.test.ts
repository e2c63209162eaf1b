import { expect } from 'vitest';
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

test('an action on too many bundles is refused and recorded, truncated to the size of an event', async ({
  registry,
  market,
}) => {
  const ids = Array.from({ length: 200_000 }, (_, n) => 1_000_000 + n);
  const answer = await market.transfer(ids);
  expect(answer.statusCode).toBe(422);
  expect(answer.json().detail).toContain('not 200000');
  const { rows } = await registry.primary.query(
    'SELECT cardinality(bundle_ids) AS kept FROM action WHERE id = $1',
    [answer.json().action_id],
  );
  expect(rows).toEqual([{ kept: 10_000 }]);
  expect(await longestEntry(registry)).toBeLessThan(900_000);
});

test('a request that is too large for an event is refused, and changes nothing', async ({
  registry,
  market,
}) => {
  const issuanceIds = Array.from({ length: 10_000 }, (_, n) =>
    `${n}-2025-01-12T14:00:00Z`.padStart(100, '0'),
  );
  const filter = { issuance_ids: issuanceIds };
  const answer = await market.trader.post('/certificate/recurring_transfer', daily(market, filter));
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(422);
  const { rows } = await registry.primary.query('SELECT FROM recurring_action');
  expect(rows).toHaveLength(0);
  expect(await longestEntry(registry)).toBeLessThan(900_000);
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
