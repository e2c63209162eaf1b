import { sql } from 'drizzle-orm';
import { loadCaller, lockCaller, retainsRights } from '../authentication/index.ts';
import {
  type ActionContext,
  type ActionDefinition,
  type ActionIntent,
  cancellation,
  executeAction,
  FilterFields,
  saveRefusal,
  selectBundlesForRun,
  transfer,
} from '../certificate/index.ts';
import { array } from '../database/connection.ts';
import type { Database } from '../database/database.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Authority } from '../operation/caller.ts';
import { Problem, problems } from '../operation/problem.ts';
import { scopeOf } from '../rules/permission.ts';
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

/** The user lost rights while the run was under way: it is judged again, by the rights that are left. */
class RightsLost extends Error {}

/** The run was refused, and the refusal is recorded. */
class RunRefused extends Error {}

async function attempt(tx: Transaction, row: RecurringRow, clock: () => Date): Promise<'done' | 'refused'> {
  const definition = definitionOf(row);
  const prepared = await prepare(tx, row, clock);
  if (prepared.refusal !== undefined) {
    await saveRefusal(tx, definition, { ...prepared, now: clock() });
    return 'refused';
  }
  try {
    await executeAction(runContext(tx, { ...prepared, clock }), definition);
    return 'done';
  } catch (error) {
    if (error instanceof RunRefused) return 'refused';
    if (error instanceof RightsLost) return attempt(tx, row, clock);
    throw error;
  }
}

const definitionOf = ({ accountId, targetId, beneficiary }: RecurringRow): ActionDefinition =>
  targetId === null ? cancellation(beneficiary) : transfer(accountId, targetId);

type Prepared =
  | { readonly intent: ActionIntent; readonly refusal: Problem }
  | { readonly intent: ActionIntent; readonly authority: Authority; readonly refusal?: undefined };

/** The rights of the run's user as they are now, and the bundles that its filter selects (rules REC-2 and REC-3). */
async function prepare(tx: Transaction, row: RecurringRow, clock: () => Date): Promise<Prepared> {
  const intent = intentOf(row, clock());
  const authority = await authorityOf(tx, row);
  if (authority instanceof Problem) return { intent, refusal: authority };
  const filter = FilterFields.parse({ ...row.filter, source_id: row.accountId });
  const bundleIds = await selectBundlesForRun(tx, filter, row.certificateQuantity, intent.requestedAt);
  if (bundleIds.length === 0) {
    return { intent, refusal: Problem.of(refuse.notEnough(row.certificateQuantity, 0)) };
  }
  return { intent: { ...intent, bundleIds }, authority };
}

function intentOf(row: RecurringRow, now: Date): ActionIntent {
  return {
    sourceId: row.accountId,
    userId: row.userId,
    bundleIds: [],
    quantity: row.certificateQuantity,
    requestId: null,
    requestedAt: now,
    recurring: { id: row.id, run: row.runsDone + 1 },
  };
}

/** The rights of the user as they are now, or the problem that there are none. */
async function authorityOf(tx: Transaction, { userId }: RecurringRow): Promise<Authority | Problem> {
  const caller = await loadCaller(tx, userId);
  if (caller === undefined) return problems.forbidden('The user of this recurring action was deleted.');
  const scope = scopeOf('act', caller.role);
  return scope === undefined ? Problem.of(refuse.notAllowed('act', caller.role)) : { caller, scope };
}

interface PreparedRun {
  readonly intent: ActionIntent;
  readonly authority: Authority;
  readonly clock: () => Date;
}

/** A run is a part of the transaction that also advances its recurring action: a savepoint takes its place. */
function runContext(tx: Transaction, { intent, authority, clock }: PreparedRun): ActionContext {
  const holdUserRights = async () => {
    const now = await lockCaller(tx, authority.caller, { now: clock() });
    if (!retainsRights(authority.caller, now)) throw new RightsLost();
  };
  return {
    authority,
    intent,
    dryRun: false,
    clock,
    holdRights: holdUserRights,
    async transact(work) {
      await tx.execute(sql`SAVEPOINT run`);
      try {
        const value = await work(tx);
        await holdUserRights();
        return value;
      } catch (error) {
        await tx.execute(sql`ROLLBACK TO SAVEPOINT run`);
        throw error;
      }
    },
    async refuse(work) {
      await work(tx);
      throw new RunRefused();
    },
  };
}

/** Users and accounts that are gone never come back: without them every further run would be refused as this one was. */
async function isPointless(tx: Transaction, { userId, accountId, targetId }: RecurringRow): Promise<boolean> {
  const [gone] = await tx.execute(sql`
    SELECT FROM registry_user WHERE id = ${userId} AND deleted_at IS NOT NULL
    UNION ALL
    SELECT FROM account WHERE id IN (${accountId}, ${targetId}) AND deleted_at IS NOT NULL`);
  return gone !== undefined;
}
