import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const FOREIGN = Array.from({ length: 10_000 }, (_, n) => 900_000_000_000 + n);

/** The bytes of the journal's entries of an action. */
async function journalBytes(registry: TestRegistry, actionId: number): Promise<number> {
  const { rows } = await registry.primary.query(
    'SELECT sum(octet_length(to_jsonb(j)::text))::int AS bytes FROM journal j WHERE action_id = $1',
    [actionId],
  );
  return rows[0].bytes;
}

describe('the record of a refused action', () => {
  test.for([
    ['bundles of nobody', 404, FOREIGN],
    ['more bundles than an action may name', 422, Array.from({ length: 40_000 }, (_, n) => n + 1)],
    ['one bundle very often', 422, Array(10_000).fill(900_000_000_000)],
  ] as const)('of %s is small', async ([_, status, ids], { registry, market }) => {
    const answer = await market.transfer([...ids]);
    expect(answer.statusCode, answer.body).toBe(status);
    expect(await journalBytes(registry, answer.json().action_id)).toBeLessThan(5_000);
  });

  test('keeps the first 100 ids, and the number and the digest of all of them', async ({ market }) => {
    const { action_id } = (await market.transfer(FOREIGN)).json();
    const log = (await market.trader.get(`/certificate/actions?account_id=${market.source.id}`)).json();
    const recorded = log.find(({ id }: { id: number }) => id === action_id);
    expect(recorded.granular_certificate_bundle_ids).toEqual(FOREIGN.slice(0, 100));
    expect(recorded.details).toEqual({
      code: 'bundles-not-found',
      reason: expect.stringContaining('and 9990 more'),
      bundle_count: 10_000,
      bundle_ids_sha256: createHash('sha256').update(FOREIGN.join(',')).digest('hex'),
    });
  });

  test('keeps all of 100 ids or fewer', async ({ market }) => {
    const { action_id } = (await market.transfer(FOREIGN.slice(0, 100))).json();
    const log = (await market.trader.get(`/certificate/actions?account_id=${market.source.id}`)).json();
    const recorded = log.find(({ id }: { id: number }) => id === action_id);
    expect(recorded.granular_certificate_bundle_ids).toEqual(FOREIGN.slice(0, 100));
    expect(Object.keys(recorded.details)).toEqual(['code', 'reason']);
  });
});

test('an action does not wait for a bundle of another account that somebody is changing', async ({
  registry,
  market,
}) => {
  const bundle = await market.bundle();
  const other = await registry.primary.connect();
  await other.query('BEGIN');
  await other.query('SELECT FROM bundle WHERE id = $1 FOR UPDATE', [bundle.id]);
  try {
    const answer = await market.receiver.post('/certificate/cancel', {
      source_id: market.target.id,
      granular_certificate_bundle_ids: [bundle.id],
    });
    expect(answer.statusCode, answer.body).toBe(404);
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
});
