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
import { timeLimits } from '../database/time-limits.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Authority } from '../operation/caller.ts';
import { Problem, problems } from '../operation/problem.ts';
import { scopeOf } from '../rules/permission.ts';
import { refuse } from '../rules/refusal.ts';
import type { UserId } from '../rules/units.ts';
import { advance, end, lockRecurring, type RecurringRow } from './recurring-store.ts';
import type { Tick } from './tick.ts';

/** A run that is due, and the user whose rights it has. */
interface DueRun {
  readonly id: number;
  readonly userId: UserId;
}

/** The users who had a run in the current turn, which continues in the next tick if a tick ends early. */
export type Turn = Set<UserId>;

export interface RunOptions {
  readonly database: Database;
  readonly clock: () => Date;
  readonly turn: Turn;
  /** Without it, everything that is due is executed. */
  readonly tick?: Tick;
  readonly onRun: (result: RunResult) => void;
}

/**
 * Executes the runs that are due, missed ones included, one after the other and in turns: each user has one run in a turn, the one
 * due longest, and the users follow one another in that order (rule REC-6). So runs wait for at most one run of each other user. A
 * run that fails (see {@link runOnce}) delays the later runs of its own recurring action only.
 *
 * @throws the first failure, after all other runs were executed.
 */
export async function runAllDue({ database, clock, turn, tick, onRun }: RunOptions): Promise<void> {
  const failed = new Map<number, unknown>();
  while (!tick?.isOver()) {
    const due = await nextDue(database, clock(), { users: [...turn], ids: [...failed.keys()] });
    if (due === undefined && turn.size === 0) break;
    if (due === undefined) {
      turn.clear();
      continue;
    }
    turn.add(due.userId);
    try {
      onRun(await runOnce(database, due, clock));
    } catch (error) {
      failed.set(due.id, error);
    }
  }
  for (const error of failed.values()) throw error;
}

interface LeftOut {
  readonly users: readonly number[];
  /** Recurring actions. */
  readonly ids: readonly number[];
}

/** The run that has been due longest, except of some users and recurring actions. */
async function nextDue(database: Database, now: Date, { users, ids }: LeftOut): Promise<DueRun | undefined> {
  const [due] = await database.readPrimary(({ execute }) =>
    execute<DueRun>(sql`
      SELECT id, user_id AS "userId" FROM recurring_action
      WHERE deleted_at IS NULL AND next_run <= ${now.toISOString()}
        AND user_id <> ALL (${array(users)}::bigint[]) AND id <> ALL (${array(ids)}::bigint[])
      ORDER BY next_run, id LIMIT 1`),
  );
  return due;
}

export type RunResult = 'done' | 'refused' | 'not due';

/**
 * Executes one run. Its action, or the record of its refusal, commits together with the step to the next run, under a lock
 * on the recurring action: each run is executed once (rule REC-5). A refused run is not retried.
 *
 * @throws any error that is not a refusal; then nothing has changed, and the run is still due (rule REC-8).
 */
async function runOnce(database: Database, due: DueRun, clock: () => Date): Promise<RunResult> {
  const run = async (tx: Transaction): Promise<RunResult> => {
    const row = await lockRecurring(tx, due.id);
    const now = clock();
    if (!row?.nextRun || row.nextRun.getTime() > now.getTime()) return 'not due';
    const result = await attempt(tx, row, clock);
    await advance(tx, row);
    if (result === 'refused' && (await isObsolete(tx, row))) await end(tx, row.id, now);
    return result;
  };
  const actor = { userId: due.userId, requestId: null };
  const { value } = await database.transact(actor, run, timeLimits.recurringRun);
  return value;
}

/** The user lost rights while the run was under way: it is checked again with the remaining rights. */
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

/** The current rights of the run's user, and the bundles that its filter selects (rules REC-2 and REC-3). */
async function prepare(tx: Transaction, row: RecurringRow, clock: () => Date): Promise<Prepared> {
  const intent = intentOf(row, clock());
  const authority = await authorityOf(tx, row);
  if (authority instanceof Problem) return { intent, refusal: authority };
  const filter = await FilterFields.parseAsync({ ...row.filter, source_id: row.accountId });
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

/** The user's current rights, or the problem if the user was deleted. */
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

/** The transaction of a run also advances its recurring action, so the action is executed in a savepoint. */
function runContext(tx: Transaction, { intent, authority, clock }: PreparedRun): ActionContext {
  return {
    authority,
    intent,
    dryRun: false,
    clock,
    async transact(work) {
      await tx.execute(sql`SAVEPOINT run`);
      try {
        const value = await work(tx);
        const now = await lockCaller(tx, authority.caller, { now: clock() });
        if (!retainsRights(authority.caller, now)) throw new RightsLost();
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

/** Whether the user or an account was deleted, so that all further runs would be refused (rule REC-7). */
async function isObsolete(tx: Transaction, { userId, accountId, targetId }: RecurringRow): Promise<boolean> {
  const [gone] = await tx.execute(sql`
    SELECT FROM registry_user WHERE id = ${userId} AND deleted_at IS NOT NULL
    UNION ALL
    SELECT FROM account WHERE id IN (${accountId}, ${targetId}) AND deleted_at IS NOT NULL`);
  return gone !== undefined;
}
