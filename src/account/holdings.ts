import { type SQL, sql } from 'drizzle-orm';
import { valuesOf } from '../database/columns.ts';
import { openStatuses } from '../rules/lifecycle.ts';

/** Condition: the account has devices. */
export const hasDevices = (accountId: SQL): SQL =>
  sql`EXISTS (SELECT FROM device WHERE account_id = ${accountId} AND deleted_at IS NULL)`;

/** Condition: the account has bundles that can still be used (rule ACC-5). */
export const hasOpenBundles = (accountId: SQL): SQL =>
  sql`EXISTS (SELECT FROM bundle WHERE account_id = ${accountId} AND status IN ${valuesOf(openStatuses)})`;
