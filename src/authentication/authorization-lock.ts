import { sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Caller } from '../operation/caller.ts';
import { reloadCaller } from './identify.ts';

/*
 * Rights are read at the start of a request and can be revoked while it runs. Each write therefore reads them again
 * before it commits, under a shared advisory lock of its user. A transaction that revokes rights takes the same lock
 * exclusively. A write either commits before the revocation or sees it. See decision 0020.
 */

type Tx = Pick<Transaction, 'execute'>;

/** The first key of these two-key advisory locks. The second key is the user. */
const RIGHTS_LOCK_CLASS = 7_262_004;

/** Takes the exclusive locks: waits for running writes of these users and blocks further ones until the commit. */
export const lockForRevocation = (tx: Tx, userIds: readonly number[]): Promise<void> =>
  lockRights(tx, [], userIds);

/**
 * Locks the rights of a caller until the commit and loads the caller again. Returns `undefined` if its session or API
 * key has ended. `taking` are the users whose rights the transaction is about to revoke; all locks are taken in one
 * order.
 */
export async function lockCaller(
  tx: Tx,
  caller: Caller,
  { now, taking = [] }: { now: Date; taking?: readonly number[] },
): Promise<Caller | undefined> {
  await lockRights(tx, [caller.userId], taking);
  // A separate statement: its snapshot is taken after all locks were granted.
  return reloadCaller(tx, caller, now);
}

/** Whether a caller still has its role and all of its accounts. */
export function retainsRights(before: Caller, now: Caller | undefined): now is Caller {
  if (now === undefined || now.role !== before.role) return false;
  return [...before.accountIds].every((id) => now.accountIds.has(id));
}

async function lockRights(tx: Tx, shared: readonly number[], alone: readonly number[]): Promise<void> {
  await tx.execute(sql`
    SELECT CASE WHEN alone THEN pg_advisory_xact_lock(${RIGHTS_LOCK_CLASS}, part)
                ELSE pg_advisory_xact_lock_shared(${RIGHTS_LOCK_CLASS}, part) END
    FROM (SELECT (id % 2147483647)::int AS part, bool_or(alone) AS alone
          FROM (SELECT unnest(${array(shared)}::bigint[]) AS id, false AS alone
                UNION ALL SELECT unnest(${array(alone)}::bigint[]), true) AS wanted
          GROUP BY part ORDER BY part) AS in_order`);
}
