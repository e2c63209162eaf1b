import { type SQL, sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { type Authority, usersKnownTo } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';

/*
 * Users and whitelist of an account. Functions that change rows return the number of changed rows.
 */

/**
 * Locks users who are about to be linked to the account, so that none is deleted before the commit. Only users whom the
 * caller may see, or who were users of this account before, can be linked: users of an account can read each other's
 * name, e-mail and role, which must not be obtainable by trying ids.
 *
 * @throws {Problem} 422 naming each other id, whether or not such a user exists.
 */
export function lockUsers(
  tx: Transaction,
  authority: Authority,
  accountId: number,
  userIds: readonly number[],
): Promise<void> {
  const known = sql`(${usersKnownTo(authority, sql`id`)}
    OR id IN (SELECT user_id FROM account_user WHERE account_id = ${accountId}))`;
  return lockExisting(tx, USERS, userIds, 'user_ids', known);
}

/** Links locked users to the account. Existing links stay unchanged. */
export async function linkUsers(
  tx: Transaction,
  accountId: number,
  userIds: readonly number[],
): Promise<number> {
  const linked = await tx.execute(sql`
    INSERT INTO account_user (account_id, user_id)
    SELECT ${accountId}, id FROM unnest(${array(userIds)}::bigint[]) AS wanted(id)
    ON CONFLICT (account_id, user_id) WHERE deleted_at IS NULL DO NOTHING
    RETURNING id`);
  return linked.length;
}

export async function unlinkUsers(
  tx: Transaction,
  accountId: number,
  userIds: readonly number[],
): Promise<number> {
  const unlinked = await tx.execute(sql`
    UPDATE account_user SET deleted_at = now()
    WHERE account_id = ${accountId} AND deleted_at IS NULL AND user_id = ANY (${array(userIds)}::bigint[])
    RETURNING id`);
  return unlinked.length;
}

/**
 * Adds accounts to the whitelist. `field` is the body field of `sourceIds`, for error messages.
 *
 * @throws {Problem} 422 for the account itself and for accounts that do not exist.
 */
export async function addToWhitelist(
  tx: Transaction,
  accountId: number,
  sourceIds: readonly number[],
  field: 'account_whitelist' | 'add_to_whitelist',
): Promise<number> {
  if (sourceIds.includes(accountId)) {
    throw problems.invalid([{ path: `body.${field}`, message: 'an account cannot whitelist itself' }]);
  }
  await lockExisting(tx, ACCOUNTS, sourceIds, field);
  const added = await tx.execute(sql`
    INSERT INTO account_whitelist (account_id, source_account_id)
    SELECT ${accountId}, id FROM unnest(${array(sourceIds)}::bigint[]) AS wanted(id)
    ON CONFLICT (account_id, source_account_id) WHERE deleted_at IS NULL DO NOTHING
    RETURNING id`);
  return added.length;
}

export async function removeFromWhitelist(
  tx: Transaction,
  accountId: number,
  sourceIds: readonly number[],
): Promise<number> {
  const removed = await tx.execute(sql`
    UPDATE account_whitelist SET deleted_at = now()
    WHERE account_id = ${accountId} AND deleted_at IS NULL AND source_account_id = ANY (${array(sourceIds)}::bigint[])
    RETURNING id`);
  return removed.length;
}

/** A table and the weakest row lock on it that conflicts with deletion. */
interface LockTarget {
  readonly table: SQL;
  readonly lock: SQL;
}

const USERS: LockTarget = { table: sql`registry_user`, lock: sql`FOR SHARE` };
const ACCOUNTS: LockTarget = { table: sql`account`, lock: sql`FOR KEY SHARE` };

async function lockExisting(
  tx: Transaction,
  { table, lock }: LockTarget,
  ids: readonly number[],
  field: string,
  condition: SQL = sql`true`,
): Promise<void> {
  const living = await tx.execute<{ id: number }>(sql`
    SELECT id FROM ${table} WHERE id = ANY (${array(ids)}::bigint[]) AND deleted_at IS NULL AND ${condition} ORDER BY id ${lock}`);
  const known = new Set(living.map(({ id }) => id));
  const errors = ids
    .filter((id) => !known.has(id))
    .map((id) => ({ path: `body.${field}`, message: `${id} does not exist` }));
  if (errors.length > 0) throw problems.invalid(errors);
}
