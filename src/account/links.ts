import { type SQL, sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { type Authority, usersKnownTo } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';

/*
 * Each of these that changes rows gives their number.
 */

/**
 * Holds users who are to be let into the account, so that none of them is removed before the commit. Only those whom the
 * caller knows of, or who were in this account before: whoever shares an account is told name, e-mail and role of the
 * others, and ids can be counted through.
 *
 * @throws {Problem} 422 naming the others, whether or not there are such users.
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

/** Links users, who are held, to the account; one that is linked already stays as it is. */
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
 * Lets the account accept transfers from `sourceIds`, which stand in the body as `field`.
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

/** Rows held so that they live on until the commit, by a lock no stronger than who removes them makes it. */
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
    .map((id) => ({ path: `body.${field}`, message: `there is no ${id}` }));
  if (errors.length > 0) throw problems.invalid(errors);
}
