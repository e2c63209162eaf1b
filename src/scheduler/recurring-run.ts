import { sql } from 'drizzle-orm';
import { loadCaller, lockCaller, retainsRights } from '../authentication/index.ts';
import {
  type Asked,
  CertificateFilter,
  cancelling,
  chooseBundles,
  type Particulars,
  perform,
  refusalIn,
  saveAction,
  saveRefusal,
  transferring,
} from '../certificate/index.ts';
import { array } from '../database/connection.ts';
import type { Database } from '../database/database.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Authority } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { assertAllowed } from '../rules/permission.ts';
import { refuse } from '../rules/refusal.ts';
import { advance, end, lockRecurring, type RecurringRow } from './recurring-store.ts';

/** A run that is due, and as whom it is done. */
interface DueRun {
  readonly id: number;
  readonly userId: number;
}

export interface RunOptions {
  readonly database: Database;
  readonly clock: () => Date;
  readonly signal?: AbortSignal;
  readonly onRun: (result: RunResult) => void;
}

/**
 * Does every run that is due, one after the other, those due longest first: of a recurring action that missed several, each
 * of them. One that fails (see {@link runOnce}) keeps its own later runs waiting, and no other's.
 *
 * @throws the first failure, when all others have had their turn.
 */
export async function runAllDue({ database, clock, signal, onRun }: RunOptions): Promise<void> {
  const failed = new Map<number, unknown>();
  while (!signal?.aborted) {
    const due = await nextDue(database, clock(), [...failed.keys()]);
    if (due === undefined) break;
    try {
      onRun(await runOnce(database, due, clock));
    } catch (error) {
      failed.set(due.id, error);
    }
  }
  for (const error of failed.values()) throw error;
}

/** The run that has been due longest, of all but those recurring actions that are left out. */
async function nextDue(
  database: Database,
  now: Date,
  leftOut: readonly number[],
): Promise<DueRun | undefined> {
  const [due] = await database.readPrimary(({ execute }) =>
    execute<DueRun>(sql`
      SELECT id, user_id AS "userId" FROM recurring_action
      WHERE deleted_at IS NULL AND next_run <= ${now.toISOString()} AND id <> ALL (${array(leftOut)}::bigint[])
      ORDER BY next_run, id LIMIT 1`),
  );
  return due;
}

export type RunResult = 'done' | 'refused' | 'not due';

/**
 * Does one run: its action, or the record of its refusal, and the step to the next run commit together, under the lock of
 * the recurring action. So a run is done once, whoever tries it, however often, and whenever it breaks off. A refused
 * run is over, too, and the next one has its own time.
 *
 * @throws whatever is no refusal; then nothing has happened, and the run is still due.
 */
async function runOnce(database: Database, due: DueRun, clock: () => Date): Promise<RunResult> {
  const { value } = await database.transact({ userId: due.userId, requestId: null }, async (tx) => {
    const row = await lockRecurring(tx, due.id);
    const now = clock();
    if (!row?.nextRun || row.nextRun.getTime() > now.getTime()) return 'not due';
    const result = await attempt(tx, row, clock);
    await advance(tx, row);
    if (result === 'refused' && (await isPointless(tx, row))) await end(tx, row.id, now);
    return result;
  });
  return value;
}

/** Rights that the run began with are gone: it is judged anew. */
class RightsTaken extends Error {}

async function attempt(tx: Transaction, row: RecurringRow, clock: () => Date): Promise<'done' | 'refused'> {
  const now = clock();
  const recurring = { id: row.id, run: row.runsDone + 1 };
  const particulars = particularsOf(row);
  let asked = askedOf(row, particulars, now);
  await tx.execute(sql`SAVEPOINT run`);
  try {
    const actionId = await tx.beginAction();
    const authority = await authorityOf(tx, row);
    asked = { ...asked, bundleIds: await choose(tx, row, now) };
    const outcome = await perform(tx, { ...authority, asked, clock }, particulars);
    if (!retainsRights(authority.caller, await lockCaller(tx, authority.caller, { now: clock() })))
      throw new RightsTaken();
    await saveAction(tx, actionId, asked, { ...outcome, recurring }, now);
    return 'done';
  } catch (error) {
    if (error instanceof RightsTaken) {
      await tx.execute(sql`ROLLBACK TO SAVEPOINT run`);
      return attempt(tx, row, clock);
    }
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    await tx.execute(sql`ROLLBACK TO SAVEPOINT run`);
    await saveRefusal(tx, asked, refusal, now, recurring);
    return 'refused';
  }
}

const particularsOf = ({ accountId, targetId, beneficiary }: RecurringRow): Particulars =>
  targetId === null ? cancelling(beneficiary) : transferring(accountId, targetId);

function askedOf(row: RecurringRow, particulars: Particulars, now: Date): Asked {
  return {
    actionType: particulars.action,
    sourceId: row.accountId,
    targetId: particulars.targetId,
    userId: row.userId,
    bundleIds: [],
    quantity: row.certificateQuantity,
    requestId: null,
    requestedAt: now,
  };
}

/** The user's rights as they are now. */
async function authorityOf(tx: Transaction, { userId }: RecurringRow): Promise<Authority> {
  const caller = await loadCaller(tx, userId);
  if (caller === undefined) throw problems.forbidden('The user of this recurring action is no more.');
  return { caller, scope: assertAllowed('act', caller.role) };
}

async function choose(tx: Transaction, row: RecurringRow, now: Date): Promise<number[]> {
  const filter = CertificateFilter.parse({ ...row.filter, source_id: row.accountId });
  const chosen = await chooseBundles(tx, filter, row.certificateQuantity, now);
  if (chosen.length === 0) throw refuse.notEnough(row.certificateQuantity, 0);
  return chosen;
}

/** Users and accounts that are gone never come back: without them every further run would be refused as this one was. */
async function isPointless(tx: Transaction, { userId, accountId, targetId }: RecurringRow): Promise<boolean> {
  const [gone] = await tx.execute(sql`
    SELECT FROM registry_user WHERE id = ${userId} AND deleted_at IS NOT NULL
    UNION ALL
    SELECT FROM account WHERE id IN (${accountId}, ${targetId}) AND deleted_at IS NOT NULL`);
  return gone !== undefined;
}
