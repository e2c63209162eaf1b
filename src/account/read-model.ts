import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import { formatInstant } from '../rules/instant.ts';
import type { Account } from './schemas.ts';

interface AccountRow {
  readonly id: number;
  readonly accountName: string;
  readonly timezone: string;
  readonly discoverable: boolean;
  readonly userIds: number[];
  readonly whitelist: number[];
  readonly version: number;
  readonly createdAt: Date;
}

/** Selects open accounts by a condition on `account a`, ordered by id. A `limit` of `null` means no limit. */
export async function accountsWhere(
  execute: Execute,
  condition: SQL,
  limit: number | null = null,
): Promise<z.output<typeof Account>[]> {
  const rows = await execute<AccountRow>(sql`
    SELECT a.id, a.account_name AS "accountName", a.timezone, a.discoverable, a.version, a.created_at AS "createdAt",
           array(SELECT l.user_id FROM account_user l
                 WHERE l.account_id = a.id AND l.deleted_at IS NULL ORDER BY l.user_id) AS "userIds",
           array(SELECT w.source_account_id FROM account_whitelist w JOIN account s ON s.id = w.source_account_id
                 WHERE w.account_id = a.id AND w.deleted_at IS NULL AND s.deleted_at IS NULL
                 ORDER BY w.source_account_id) AS whitelist
    FROM account a
    WHERE a.deleted_at IS NULL AND ${condition}
    ORDER BY a.id
    LIMIT ${limit}::bigint`);
  return rows.map((row) => ({
    id: row.id,
    account_name: row.accountName,
    user_ids: row.userIds,
    account_whitelist: row.whitelist,
    timezone: row.timezone,
    discoverable: row.discoverable,
    version: row.version,
    created_at: formatInstant(row.createdAt),
  }));
}

/** Condition: the accounts from which `accountId` accepts transfers. */
export const whitelistSources = (accountId: number) => sql`a.id IN (
  SELECT w.source_account_id FROM account_whitelist w WHERE w.account_id = ${accountId} AND w.deleted_at IS NULL)`;

/** Condition: the accounts that accept transfers from `accountId`. */
export const whitelistTargets = (accountId: number) => sql`a.id IN (
  SELECT w.account_id FROM account_whitelist w WHERE w.source_account_id = ${accountId} AND w.deleted_at IS NULL)`;
