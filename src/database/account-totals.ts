import { type SQL, sql } from 'drizzle-orm';
import type { AccountId } from '../rules/units.ts';

/**
 * The rows of the read model of one account, for a FROM clause: `energy_source`, `status`, `bundles`, `energy_wh`. There may be
 * several of a source and status; their sums are what the account holds.
 */
export const accountTotals = (accountId: AccountId): SQL => sql`(
  SELECT energy_source, status, bundles, energy_wh FROM account_total WHERE account_id = ${accountId}
  UNION ALL
  SELECT energy_source, status, bundles, energy_wh FROM account_total_change WHERE account_id = ${accountId})`;
