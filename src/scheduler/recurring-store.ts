import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { formatInstant } from '../rules/instant.ts';
import { runAfter, type Schedule } from '../rules/recurrence.ts';
import type { RecurringAction } from './recurring-schemas.ts';

export type RecurringType = 'recurring_transfer' | 'recurring_cancel';

/** What a recurring action is asked to do, and when; its filter as JSON, as a query's body has it. */
export interface RecurringDefinition extends Schedule {
  readonly actionType: RecurringType;
  readonly accountId: number;
  readonly userId: number;
  readonly targetId: number | null;
  readonly beneficiary: string | null;
  readonly filter: Record<string, unknown>;
  readonly certificateQuantity: number;
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

/** Living recurring actions in the order of their ids. */
export function recurringWhere(execute: Execute, condition: SQL, limit: number): Promise<RecurringRow[]> {
  return execute<RecurringRow>(sql`
    SELECT ${COLUMNS} FROM recurring_action r
    WHERE r.deleted_at IS NULL AND ${condition} ORDER BY r.id LIMIT ${limit}`);
}

/** A living recurring action, locked: whoever runs, advances or ends it does so alone. */
export async function lockRecurring(tx: Transaction, id: number): Promise<RecurringRow | undefined> {
  const [row] = await tx.execute<RecurringRow>(sql`
    SELECT ${COLUMNS} FROM recurring_action r WHERE r.id = ${id} AND r.deleted_at IS NULL FOR UPDATE`);
  return row;
}

/** @returns the id of the new recurring action. */
export async function saveRecurring(tx: Transaction, standing: RecurringDefinition): Promise<number> {
  const { firstRun, filter } = standing;
  const [row] = await tx.execute<{ id: number }>(sql`
    INSERT INTO recurring_action (action_type, account_id, user_id, target_id, beneficiary, filter, certificate_quantity,
                                  first_run, period_quantity, period_unit, number_of_runs, next_run)
    VALUES (${standing.actionType}, ${standing.accountId}, ${standing.userId}, ${standing.targetId}, ${standing.beneficiary},
            ${JSON.stringify(filter)}::jsonb, ${standing.certificateQuantity}, ${firstRun.toISOString()},
            ${standing.periodQuantity}, ${standing.periodUnit}, ${standing.numberOfRuns}, ${firstRun.toISOString()})
    RETURNING id`);
  if (row === undefined) throw new Error('a recurring action was stored and is not there');
  return row.id;
}

/** One more run is over, and the next one is due when the schedule says. */
export async function advance(tx: Transaction, row: RecurringRow): Promise<void> {
  const done = row.runsDone + 1;
  await tx.execute(sql`
    UPDATE recurring_action
    SET runs_done = ${done}, next_run = ${runAfter(row, done)?.toISOString() ?? null}, version = version + 1
    WHERE id = ${row.id}`);
}

/** No further run; its past stays. */
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
