import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import { MOST_BUNDLES } from '../rules/bundle-list.ts';
import type { BundleId, Wh } from '../rules/units.ts';
import { lockBundles } from './bundle-store.ts';
import { conditionOf, type Filter } from './filter.ts';

/**
 * Selects and locks the Active, unexpired bundles of a filter, in the order of interval start and id, until they hold
 * `quantity` Wh (rule REC-3). If they do not hold that much, it selects all of them, but at most one more than an action can
 * name. Other transactions may take bundles during the wait for a lock, so it repeats until a selection is locked unchanged.
 */
export async function selectBundlesForRun(
  tx: Transaction,
  filter: Filter,
  quantity: Wh,
  now: Date,
): Promise<BundleId[]> {
  const condition = conditionOf({ ...filter, certificate_bundle_status: 'Active' });
  const select = async () => {
    const rows = await tx.execute<{ id: BundleId }>(sql`
      SELECT id
      FROM (SELECT id, quantity, sum(quantity) OVER (ORDER BY production_start, id) AS reached
            FROM (SELECT b.id, b.quantity, b.production_start
                  FROM bundle b
                  WHERE ${condition} AND b.expiry > ${now.toISOString()}
                  ORDER BY b.production_start, b.id LIMIT ${MOST_BUNDLES + 1}) AS offered) AS counted
      WHERE reached - quantity < ${quantity}::bigint
      ORDER BY reached`);
    return rows.map(({ id }) => id);
  };
  for (let selected = await select(); ; ) {
    await lockBundles(tx, filter.source_id, selected);
    const again = await select();
    if (again.length === selected.length && again.every((id, n) => id === selected[n])) return selected;
    selected = again;
  }
}
