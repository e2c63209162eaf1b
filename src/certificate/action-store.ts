import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { array, type Execute } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import type { ActionType } from '../rules/enums.ts';
import { formatInstant } from '../rules/instant.ts';
import type { Action } from './action-schemas.ts';

/** What was asked, by whom and when: the part of an action that is known before its outcome. */
export interface Asked {
  readonly actionType: ActionType;
  readonly sourceId: number;
  readonly targetId?: number | undefined;
  /** Null for the registry itself. */
  readonly userId: number | null;
  /** The user that the body names, which must be the same. */
  readonly namedUserId?: number | null | undefined;
  readonly bundleIds: readonly number[];
  readonly quantity?: number | null | undefined;
  readonly percentage?: number | null | undefined;
  /** Null where no request asked. */
  readonly requestId: string | null;
  readonly requestedAt: Date;
}

/** A recurring action and which of its runs an action is, counted from 1; `run` null: the action made it. */
export interface Recurring {
  readonly id: number;
  readonly run: number | null;
}

export interface ActionOutcome {
  readonly result: 'Success' | 'Failure';
  readonly beneficiary?: string | null | undefined;
  readonly resultingBundleIds: readonly number[];
  /** The energy that it moved; none when it was refused. */
  readonly energyWh?: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly recurring?: Recurring | undefined;
}

export interface ActionRow {
  readonly id: number;
  readonly actionType: ActionType;
  readonly actionResult: 'Success' | 'Failure';
  readonly sourceId: number;
  readonly targetId: number | null;
  readonly userId: number | null;
  readonly beneficiary: string | null;
  readonly bundleIds: number[];
  readonly resultingBundleIds: number[];
  readonly certificateQuantity: number | null;
  readonly certificateBundlePercentage: number | null;
  readonly requestedAt: Date;
  readonly completedAt: Date;
  readonly details: Record<string, unknown>;
  readonly recurringActionId: number | null;
  readonly recurringRun: number | null;
}

const COLUMNS = sql`
  a.id, a.action_type AS "actionType", a.action_result AS "actionResult", a.source_id AS "sourceId",
  a.target_id AS "targetId", a.user_id AS "userId", a.beneficiary, a.bundle_ids AS "bundleIds",
  a.resulting_bundle_ids AS "resultingBundleIds", a.certificate_quantity AS "certificateQuantity",
  a.certificate_bundle_percentage::float8 AS "certificateBundlePercentage", a.requested_at AS "requestedAt",
  a.completed_at AS "completedAt", a.details, a.recurring_action_id AS "recurringActionId", a.recurring_run AS "recurringRun"`;

/** Stores an action under the id that {@link Transaction.beginAction} drew. */
export async function saveAction(
  tx: Transaction,
  actionId: number,
  asked: Asked,
  outcome: ActionOutcome,
  now: Date,
): Promise<ActionRow> {
  const [row] = await tx.execute<ActionRow>(sql`
    INSERT INTO action AS a (id, action_type, action_result, source_id, target_id, user_id, beneficiary, bundle_ids,
                             resulting_bundle_ids, certificate_quantity, certificate_bundle_percentage, details,
                             recurring_action_id, recurring_run, request_id, requested_at, completed_at)
    OVERRIDING SYSTEM VALUE
    VALUES (${actionId}, ${asked.actionType}, ${outcome.result}, ${asked.sourceId}, ${asked.targetId ?? null}, ${asked.userId},
            ${outcome.beneficiary ?? null}, ${array(asked.bundleIds)}::bigint[], ${array(outcome.resultingBundleIds)}::bigint[],
            ${asked.quantity ?? null}, ${asked.percentage ?? null}, ${JSON.stringify(outcome.details)}::jsonb,
            ${outcome.recurring?.id ?? null}, ${outcome.recurring?.run ?? null}, ${asked.requestId}, ${asked.requestedAt.toISOString()}, ${now.toISOString()})
    RETURNING ${COLUMNS}`);
  if (row === undefined) throw new Error('an action was stored and is not there');
  tx.onCommit({ action: asked.actionType, result: outcome.result, energyWh: outcome.energyWh ?? 0 });
  return row;
}

/** Actions in the order of their ids. */
export function actionsWhere(execute: Execute, condition: SQL, limit: number): Promise<ActionRow[]> {
  return execute<ActionRow>(
    sql`SELECT ${COLUMNS} FROM action a WHERE ${condition} ORDER BY a.id LIMIT ${limit}`,
  );
}

export function actionView(row: ActionRow): z.output<typeof Action> {
  return {
    id: row.id,
    action_type: row.actionType,
    action_result: row.actionResult,
    source_id: row.sourceId,
    target_id: row.targetId,
    user_id: row.userId,
    beneficiary: row.beneficiary,
    granular_certificate_bundle_ids: row.bundleIds,
    resulting_bundle_ids: row.resultingBundleIds,
    certificate_quantity: row.certificateQuantity,
    certificate_bundle_percentage: row.certificateBundlePercentage,
    action_request_datetime: formatInstant(row.requestedAt),
    action_completed_datetime: formatInstant(row.completedAt),
    details: { ...row.details, ...recurringView(row) },
  };
}

function recurringView({ recurringActionId: id, recurringRun: run }: ActionRow): Record<string, number> {
  return { ...(id === null ? {} : { recurring_action_id: id }), ...(run === null ? {} : { run }) };
}
