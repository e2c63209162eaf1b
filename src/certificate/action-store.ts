import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { array, type Execute } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import type { ActionType } from '../rules/enums.ts';
import { formatInstant } from '../rules/instant.ts';
import type { AccountId, ActionId, BundleId, UserId } from '../rules/units.ts';
import type { Action } from './action-schemas.ts';

/**
 * The part of an action that is known before its outcome: type, user, accounts and amounts, and the time of the
 * request.
 */
export interface ActionIntent {
  readonly sourceId: AccountId;
  /** Null for the registry itself. */
  readonly userId: UserId | null;
  /** The `user_id` of the body, which must be the caller's own. */
  readonly namedUserId?: UserId | null | undefined;
  readonly bundleIds: readonly BundleId[];
  /** Wh, as it was sent */
  readonly quantity?: number | null | undefined;
  readonly percentage?: number | null | undefined;
  /** Null if no request asked for the action. */
  readonly requestId: string | null;
  readonly requestedAt: Date;
  readonly recurring?: Recurring | undefined;
}

/** The recurring action of an action. `run`: the number of the run, from 1; null for the action that created it. */
export interface Recurring {
  readonly id: number;
  readonly run: number | null;
}

export interface ActionOutcome {
  readonly result: 'Success' | 'Failure';
  readonly beneficiary?: string | null | undefined;
  readonly resultingBundleIds: readonly BundleId[];
  /** The energy moved; none if the action was refused. */
  readonly energyWh?: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** The recurring action that the action created. */
  readonly recurring?: Recurring | undefined;
}

/** The type and the target under which an action is recorded. */
export interface RecordedAs {
  readonly type: ActionType;
  readonly targetId?: AccountId | undefined;
}

/** An action to record. `id` comes from {@link Transaction.beginAction}. */
export interface NewAction extends RecordedAs {
  readonly id: ActionId;
  readonly intent: ActionIntent;
  readonly outcome: ActionOutcome;
  readonly completedAt: Date;
}

export interface ActionRow {
  readonly id: ActionId;
  readonly actionType: ActionType;
  readonly actionResult: 'Success' | 'Failure';
  readonly sourceId: AccountId;
  readonly targetId: AccountId | null;
  readonly userId: UserId | null;
  readonly beneficiary: string | null;
  readonly bundleIds: BundleId[];
  readonly resultingBundleIds: BundleId[];
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

/** Records an action with its outcome. */
export async function saveAction(tx: Transaction, action: NewAction): Promise<ActionRow> {
  const { intent, outcome } = action;
  const recurring = outcome.recurring ?? intent.recurring;
  const [row] = await tx.execute<ActionRow>(sql`
    INSERT INTO action AS a (id, action_type, action_result, source_id, target_id, user_id, beneficiary, bundle_ids,
                             resulting_bundle_ids, certificate_quantity, certificate_bundle_percentage, details,
                             recurring_action_id, recurring_run, request_id, requested_at, completed_at)
    OVERRIDING SYSTEM VALUE
    VALUES (${action.id}, ${action.type}, ${outcome.result}, ${intent.sourceId}, ${action.targetId ?? null}, ${intent.userId},
            ${outcome.beneficiary ?? null}, ${array(intent.bundleIds)}::bigint[], ${array(outcome.resultingBundleIds)}::bigint[],
            ${intent.quantity ?? null}, ${intent.percentage ?? null}, ${JSON.stringify(outcome.details)}::jsonb,
            ${recurring?.id ?? null}, ${recurring?.run ?? null}, ${intent.requestId},
            ${intent.requestedAt.toISOString()}, ${action.completedAt.toISOString()})
    RETURNING ${COLUMNS}`);
  if (row === undefined) throw new Error('the insert of an action returned no row');
  tx.onCommit({ action: action.type, result: outcome.result, energyWh: outcome.energyWh ?? 0 });
  return row;
}

/** Actions in the order of their ids, which `ids` selects. As an array, they are looked up by the primary key. */
export function actionsOf(execute: Execute, ids: SQL): Promise<ActionRow[]> {
  return execute<ActionRow>(
    sql`SELECT ${COLUMNS} FROM action a WHERE a.id = ANY (ARRAY(${ids})) ORDER BY a.id`,
  );
}

/** An action as the API shows it. */
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
