import { describe, expect } from 'vitest';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const FOLD = 'SELECT fold_account_totals()::int AS folded';

async function fold(registry: TestRegistry): Promise<number> {
  const { rows } = await registry.primary.query<{ folded: number }>(FOLD);
  return rows[0]?.folded ?? 0;
}

describe('the changes of totals', () => {
  test('are appended by the transaction that changes bundles', async ({ registry, market }) => {
    await fold(registry);
    const { id } = await market.bundle();
    await market.transfer([id], { certificate_quantity: 30 });
    const { rows } = await registry.primary.query(
      'SELECT account_id::int, sum(energy_wh)::int AS energy FROM account_total_change GROUP BY 1 ORDER BY 1',
    );
    expect(rows).toEqual([
      { account_id: market.source.id, energy: 70 },
      { account_id: market.target.id, energy: 30 },
    ]);
  });

  test('are rolled back with it', async ({ registry, market }) => {
    const { id } = await market.bundle();
    await fold(registry);
    await market.trader.post('/certificate/transfer?dry_run=true', {
      source_id: market.source.id,
      target_id: market.target.id,
      granular_certificate_bundle_ids: [id],
    });
    expect(await fold(registry)).toBe(0);
  });

  test('do not change the summary when they are folded', async ({ registry, market }) => {
    await market.cancel([(await market.bundle()).id], { certificate_quantity: 40 });
    const summary = async () => (await market.trader.get(`/account/${market.source.id}/summary`)).json();
    const before = await summary();
    expect(await fold(registry)).toBeGreaterThan(0);
    await market.bundle();
    const after = await summary();
    expect(after.total_certificate_energy).toBe(before.total_certificate_energy + 100);
    expect(after.num_cancelled_granular_certificate_bundles).toBe(
      before.num_cancelled_granular_certificate_bundles,
    );
  });

  test('are counted once by processes that fold at the same time', async ({ registry, market }) => {
    for (let n = 0; n < 5; n++) await market.bundle();
    await Promise.all(Array.from({ length: 4 }, () => fold(registry)));
    expect(await fold(registry)).toBe(0);
    expect((await market.admin.get('/certificate/check')).json()).toMatchObject({
      conserved: true,
      violation: null,
    });
  });
});

test('the owner can compute the totals anew', async ({ registry, market }) => {
  await market.bundle();
  const { id } = market.source;
  await registry.primary.query(`INSERT INTO account_total_change VALUES (${id}, 'chp', 'Active', 1, 7)`);
  await registry.primary.query('SELECT rebuild_account_totals()');
  expect((await market.admin.get('/certificate/check')).json()).toMatchObject({
    conserved: true,
    violation: null,
  });
});
