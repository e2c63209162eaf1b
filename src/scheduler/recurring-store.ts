import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { formatInstant } from '../rules/instant.ts';
import { runAfter, type Schedule } from '../rules/recurrence.ts';
import type { AccountId, UserId, Wh } from '../rules/units.ts';
import type { RecurringAction } from './recurring-schemas.ts';

export type RecurringType = 'recurring_transfer' | 'recurring_cancel';

/** The definition of a recurring action. `filter`: as in the body of a certificate query. */
export interface RecurringDefinition extends Schedule {
  readonly actionType: RecurringType;
  readonly accountId: AccountId;
  readonly userId: UserId;
  readonly targetId: AccountId | null;
  readonly beneficiary: string | null;
  readonly filter: Record<string, unknown>;
  readonly certificateQuantity: Wh;
}

export interface RecurringRow extends RecurringDefinition {
  readonly id: number;
  readonly runsDone: number;
  readonly nextRun: Date | null;
  readonly version: number;
  readonly createdAt: Date;
}

const COLUMNS = sql`
  r.id, r.action_type AS "actionType", r.account_id AS "accountId", r.user_id AS "userId", r.target_id AS "targetId",
  r.beneficiary, r.filter, r.certificate_quantity AS "certificateQuantity", r.first_run AS "firstRun",
  r.period_quantity AS "periodQuantity", r.period_unit AS "periodUnit", r.number_of_runs AS "numberOfRuns",
  r.runs_done AS "runsDone", r.next_run AS "nextRun", r.version, r.created_at AS "createdAt"`;

/** Selects recurring actions that were not stopped, in the order of their ids. */
export function recurringWhere(execute: Execute, condition: SQL, limit: number): Promise<RecurringRow[]> {
  return execute<RecurringRow>(sql`
    SELECT ${COLUMNS} FROM recurring_action r
    WHERE r.deleted_at IS NULL AND ${condition} ORDER BY r.id LIMIT ${limit}`);
}

/**
 * The number of recurring actions of an account that have runs left. Locks the account against another one until the commit;
 * other actions of the account do not wait.
 */
export async function countRecurring(tx: Transaction, accountId: AccountId): Promise<number> {
  await tx.execute(sql`SELECT FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`);
  const [row] = await tx.execute<{ present: number }>(sql`
    SELECT count(*) AS present FROM recurring_action
    WHERE account_id = ${accountId} AND deleted_at IS NULL AND next_run IS NOT NULL`);
  return row?.present ?? 0;
}

/** Locks a recurring action that was not stopped; a run, a step and a stop exclude one another. */
export async function lockRecurring(tx: Transaction, id: number): Promise<RecurringRow | undefined> {
  const [row] = await tx.execute<RecurringRow>(sql`
    SELECT ${COLUMNS} FROM recurring_action r WHERE r.id = ${id} AND r.deleted_at IS NULL FOR UPDATE`);
  return row;
}

/** @returns the id of the new recurring action. */
export async function saveRecurring(tx: Transaction, definition: RecurringDefinition): Promise<number> {
  const { firstRun, filter } = definition;
  const [row] = await tx.execute<{ id: number }>(sql`
    INSERT INTO recurring_action (action_type, account_id, user_id, target_id, beneficiary, filter, certificate_quantity,
                                  first_run, period_quantity, period_unit, number_of_runs, next_run)
    VALUES (${definition.actionType}, ${definition.accountId}, ${definition.userId}, ${definition.targetId}, ${definition.beneficiary},
            ${JSON.stringify(filter)}::jsonb, ${definition.certificateQuantity}, ${firstRun.toISOString()},
            ${definition.periodQuantity}, ${definition.periodUnit}, ${definition.numberOfRuns}, ${firstRun.toISOString()})
    RETURNING id`);
  if (row === undefined) throw new Error('the insert of a recurring action returned no row');
  return row.id;
}

/** Counts a run, and sets the time of the next one by the schedule. */
export async function advance(tx: Transaction, row: RecurringRow): Promise<void> {
  const done = row.runsDone + 1;
  await tx.execute(sql`
    UPDATE recurring_action
    SET runs_done = ${done}, next_run = ${runAfter(row, done)?.toISOString() ?? null}, version = version + 1
    WHERE id = ${row.id}`);
}

/** Stops a recurring action. */
export async function end(tx: Transaction, id: number, now: Date): Promise<void> {
  await tx.execute(sql`
    UPDATE recurring_action SET deleted_at = ${now.toISOString()}, version = version + 1 WHERE id = ${id}`);
}

export function recurringView(row: RecurringRow): z.output<typeof RecurringAction> {
  return {
    id: row.id,
    action_type: row.actionType,
    source_id: row.accountId,
    target_id: row.targetId,
    user_id: row.userId,
    beneficiary: row.beneficiary,
    certificate_quantity: row.certificateQuantity,
    filter: row.filter,
    initial_action_datetime: formatInstant(row.firstRun),
    recurring_action_period_units: row.periodUnit,
    recurring_action_period_quantity: row.periodQuantity,
    number_of_recurring_actions: row.numberOfRuns,
    runs_done: row.runsDone,
    next_action_datetime: row.nextRun && formatInstant(row.nextRun),
    version: row.version,
    created_at: formatInstant(row.createdAt),
  };
}
