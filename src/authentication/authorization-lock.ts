import { sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Caller } from '../operation/caller.ts';
import { reloadCaller } from './identify.ts';

/*
 * Rights are read when a request comes, and may be taken away while it waits for others. So whatever writes reads them again at its end,
 * under a lock of its user that it shares with what else the user writes; whoever takes rights away holds that lock alone.
 * Either the write commits first, or it sees what was taken. See decision 0020.
 */

type Tx = Pick<Transaction, 'execute'>;

/** The class of these advisory locks; the other half of their key is the user. */
const RIGHTS_LOCK_CLASS = 7_262_004;

/** Waits for what these users have under way, and holds back what they write next until the commit. */
export const lockForRevocation = (tx: Tx, userIds: readonly number[]): Promise<void> =>
  lockRights(tx, [], userIds);

/**
 * Holds the rights of a caller until the commit, and gives the caller as it is now: `undefined` when its login or its API key has
 * ended. `taking` are the users from whom the transaction takes rights next: all locks are taken in one order.
 */
export async function lockCaller(
  tx: Tx,
  caller: Caller,
  { now, taking = [] }: { now: Date; taking?: readonly number[] },
): Promise<Caller | undefined> {
  await lockRights(tx, [caller.userId], taking);
  // A statement of its own: what it sees began when all locks were held.
  return reloadCaller(tx, caller, now);
}

/** Whether a caller has lost none of the rights that it had. */
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
