import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import { MOST_BUNDLES } from '../rules/bundle-list.ts';
import { lockBundles } from './bundle-store.ts';
import { conditionOf, type Filter } from './filter.ts';

/**
 * The Active, unexpired bundles of a filter, locked, in the order of a query (interval start, then id), as far as `quantity`
 * Wh reach: all there are when that is less, and one more than an action may name when those are not enough. What
 * others take while we wait for a lock is left out, so look and lock are repeated until nothing has moved.
 */
export async function selectBundlesForRun(
  tx: Transaction,
  filter: Filter,
  quantity: number,
  now: Date,
): Promise<number[]> {
  const condition = conditionOf({ ...filter, certificate_bundle_status: 'Active' });
  const look = async () => {
    const rows = await tx.execute<{ id: number }>(sql`
      SELECT id
      FROM (SELECT id, quantity, sum(quantity) OVER (ORDER BY production_start, id) AS reached
            FROM (SELECT b.id, b.quantity, b.production_start
                  FROM bundle b JOIN issuance i ON i.id = b.issuance_id
                  WHERE ${condition} AND b.expiry > ${now.toISOString()}
                  ORDER BY b.production_start, b.id LIMIT ${MOST_BUNDLES + 1}) AS offered) AS counted
      WHERE reached - quantity < ${quantity}::bigint
      ORDER BY reached`);
    return rows.map(({ id }) => id);
  };
  for (let chosen = await look(); ; ) {
    await lockBundles(tx, chosen);
    const again = await look();
    if (again.length === chosen.length && again.every((id, n) => id === chosen[n])) return chosen;
    chosen = again;
  }
}
