import { sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { expirable } from '../database/schema.ts';
import { timeLimits } from '../database/time-limits.ts';
import type { Transaction } from '../database/transaction.ts';
import { hasLapsed, statusAfter } from '../rules/lifecycle.ts';
import type { AccountId, BundleId } from '../rules/units.ts';
import { saveAction } from './action-store.ts';
import { applyEffects, lockBundles } from './bundle-store.ts';

/** Bundles of one account that are due to expire, in the order of their ids. */
interface Due {
  readonly accountId: AccountId;
  readonly bundleIds: BundleId[];
}

export interface Expired {
  readonly bundles: number;
  /** Whether more bundles may be due. */
  readonly more: boolean;
}

/** Small, so that the locks of a batch are held briefly. */
const BATCH = 1_000;

/**
 * Expires one batch of bundles, those due longest first: one action for each account, each in its own transaction (rule
 * LIFE-11). Bundles that another process has expired are skipped, so a batch can be interrupted or repeated. The actor is the
 * registry itself.
 *
 * @throws what Postgres throws.
 */
export async function expireBatch(database: Database, now: Date): Promise<Expired> {
  const due = await database.readPrimary(({ execute }) =>
    execute<Due>(sql`
      SELECT account_id AS "accountId", array_agg(id ORDER BY id) AS "bundleIds"
      FROM (SELECT id, account_id FROM bundle WHERE ${expirable} AND expiry <= ${now.toISOString()}
            ORDER BY expiry, id LIMIT ${BATCH}) AS due
      GROUP BY account_id ORDER BY account_id`),
  );
  let bundles = 0;
  for (const part of due) {
    const { value } = await database.transact(
      { userId: null, requestId: null },
      (tx) => expire(tx, part, now),
      timeLimits.expiry,
    );
    bundles += value;
  }
  const looked = due.reduce((sum, { bundleIds }) => sum + bundleIds.length, 0);
  return { bundles, more: looked === BATCH };
}

async function expire(tx: Transaction, { accountId, bundleIds }: Due, now: Date): Promise<number> {
  const locked = await lockBundles(tx, accountId, bundleIds);
  const lapsed = locked.filter((bundle) => hasLapsed(bundle, now));
  if (lapsed.length === 0) return 0;
  const actionId = await tx.beginAction();
  const ids = lapsed.map(({ id }) => id);
  const energyWh = lapsed.reduce((sum, { quantity }) => sum + quantity, 0);
  const effects = lapsed.map((bundle) => ({
    bundleId: bundle.id,
    status: statusAfter('expire', bundle),
    priorStatus: null,
  }));
  await applyEffects(tx, effects, { accountId: null, beneficiary: null });
  await saveAction(tx, {
    id: actionId,
    type: 'expire',
    intent: {
      sourceId: accountId,
      userId: null,
      bundleIds: ids,
      quantity: energyWh,
      requestId: null,
      requestedAt: now,
    },
    outcome: { result: 'Success', resultingBundleIds: ids, energyWh, details: {} },
    completedAt: now,
  });
  return lapsed.length;
}
