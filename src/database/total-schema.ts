import { bigint, index, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { reference } from './columns.ts';
import { bundleStatus, energySource } from './enum-schema.ts';

/*
 * A read model: what each account holds, so that totals need not scan its bundles. Triggers append what every statement
 * changes as rows of their own, in its transaction: no row is contended. The leader of the scheduler folds these rows into the totals.
 * The total of an account is therefore the sum over both tables. Neither is an entity: the journal does not record them, and
 * `registry:check` compares them with the bundles.
 */

const figures = () => ({
  accountId: reference().notNull(),
  energySource: energySource().notNull(),
  status: bundleStatus().notNull(),
  /** Live bundles. */
  bundles: bigint({ mode: 'number' }).notNull(),
  energyWh: bigint({ mode: 'number' }).notNull(),
});

export const accountTotal = pgTable('account_total', figures(), (t) => [
  primaryKey({ columns: [t.accountId, t.energySource, t.status] }),
]);

/** Changes that are not in {@link accountTotal} yet; both numbers may be negative. */
export const accountTotalChange = pgTable('account_total_change', figures(), (t) => [
  index('account_total_change_by_account').on(t.accountId),
]);
