import { sql } from 'drizzle-orm';
import { z } from 'zod';
import {
  type ActionCall,
  type ActionDefinition,
  actionOperation,
  cancellation,
  type Filter,
  filterView,
  lockParties,
  recordAction,
  requestContext,
  requireOwnAccount,
  transfer,
} from '../certificate/index.ts';
import { array } from '../database/connection.ts';
import { reaches, requireAccount } from '../operation/caller.ts';
import { defineEdit, defineMutation, defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { problems } from '../operation/problem.ts';
import { accountIdText, done, idParams, pageQuery } from '../operation/schemas.ts';
import type { PeriodUnit } from '../rules/enums.ts';
import { formatInstant } from '../rules/instant.ts';
import { assertRoomForRecurring, assertSchedule, type Schedule } from '../rules/recurrence.ts';
import { wh } from '../rules/units.ts';
import { RecurringAction, RecurringCancelRequest, RecurringTransferRequest } from './recurring-schemas.ts';
import {
  countRecurring,
  end,
  lockRecurring,
  type RecurringType,
  recurringView,
  recurringWhere,
  saveRecurring,
} from './recurring-store.ts';

const tag = 'Recurring actions';

const RUNS =
  'Each run is a separate action on the Active bundles that match the filter, and is executed with the permissions that the user has at that time. A refused run is recorded, and the schedule continues. Requires a login: API keys cannot create recurring actions, because these would continue after the key is revoked.';

export const createRecurringTransfer = defineMutation({
  ...actionOperation,
  tag,
  id: 'createRecurringTransfer',
  path: '/certificate/recurring_transfer',
  summary: 'Create a recurring transfer',
  description: `Creates a transfer that is repeated on a schedule. The whitelist of the target account must contain the source account, now and at each run. ${RUNS}`,
  permission: 'act',
  loginOnly: true,
  body: RecurringTransferRequest,
  handle: (call) => {
    const { source_id: sourceId, target_id: targetId } = call.body;
    return create(call, { type: 'recurring_transfer', action: transfer(sourceId, targetId) });
  },
});

export const createRecurringCancel = defineMutation({
  ...actionOperation,
  tag,
  id: 'createRecurringCancel',
  path: '/certificate/recurring_cancel',
  summary: 'Create a recurring cancellation',
  description: `Creates a cancellation that is repeated on a schedule. The default beneficiary is the name that the account has at each run. ${RUNS}`,
  permission: 'act',
  loginOnly: true,
  body: RecurringCancelRequest,
  handle: (call) => {
    const beneficiary = call.body.beneficiary || null;
    return create(call, { type: 'recurring_cancel', beneficiary, action: cancellation(beneficiary) });
  },
});

/** A kind of recurring action: its type in the action log, and the action that each run executes. */
interface RecurringKind {
  readonly type: RecurringType;
  readonly beneficiary?: string | null;
  readonly action: ActionDefinition;
}

interface CreationCall extends ActionCall {
  readonly body: Filter & {
    readonly certificate_quantity: number;
    readonly initial_action_datetime?: Date | null | undefined;
    readonly recurring_action_period_units: PeriodUnit;
    readonly recurring_action_period_quantity: number;
    readonly number_of_recurring_actions: number;
  };
}

/** Creates a recurring action, checked by all rules that do not depend on the bundles of its runs. */
function create(call: CreationCall, { type, beneficiary = null, action }: RecurringKind) {
  const { body } = call;
  const { targetId } = action;
  const context = requestContext(call);
  const { intent } = context;
  const schedule = scheduleOf(body, intent.requestedAt);
  return recordAction(context, { type, targetId }, async (tx) => {
    requireOwnAccount(context);
    assertSchedule(schedule, intent.requestedAt);
    assertRoomForRecurring(await countRecurring(tx, intent.sourceId));
    const accounts = await lockParties(tx, intent.sourceId, targetId);
    await action.decide?.(tx, { ...accounts, bundles: [] });
    const id = await saveRecurring(tx, {
      ...schedule,
      actionType: type,
      accountId: intent.sourceId,
      userId: call.authority.caller.userId,
      targetId: targetId ?? null,
      beneficiary,
      filter: filterOf(body),
      certificateQuantity: wh(body.certificate_quantity),
    });
    const details = scheduleView(schedule);
    return { result: 'Success', beneficiary, resultingBundleIds: [], details, recurring: { id, run: null } };
  });
}

const scheduleOf = (body: CreationCall['body'], now: Date): Schedule => ({
  firstRun: body.initial_action_datetime ?? now,
  periodQuantity: body.recurring_action_period_quantity,
  periodUnit: body.recurring_action_period_units,
  numberOfRuns: body.number_of_recurring_actions,
});

const scheduleView = (schedule: Schedule) => ({
  initial_action_datetime: formatInstant(schedule.firstRun),
  recurring_action_period_units: schedule.periodUnit,
  recurring_action_period_quantity: schedule.periodQuantity,
  number_of_recurring_actions: schedule.numberOfRuns,
});

/** The filters of the body that select bundles, without the account. */
function filterOf(body: Filter): Record<string, unknown> {
  return filterView({
    issuance_ids: body.issuance_ids,
    device_id: body.device_id,
    energy_source: body.energy_source,
    certificate_period_start: body.certificate_period_start,
    certificate_period_end: body.certificate_period_end,
    certificate_bundle_id_range_start: body.certificate_bundle_id_range_start,
    certificate_bundle_id_range_end: body.certificate_bundle_id_range_end,
    sparse_filter_list: body.sparse_filter_list,
  });
}

export const listRecurring = defineQuery({
  id: 'listRecurringActions',
  method: 'GET',
  path: '/certificate/recurring',
  tag,
  summary: 'List recurring actions',
  description:
    'Returns the recurring actions of one account, of all accounts of the caller or, for administrators, of all accounts, including those that have ended. Their runs are in the action log.',
  permission: 'read',
  queryParams: pageQuery.extend({
    account_id: accountIdText.optional().meta({ description: 'The source account' }),
  }),
  answer: { status: 200, description: 'A page of recurring actions', schema: z.array(RecurringAction) },
  refusals: [404],
  handle: async (call) => {
    const { authority } = call;
    const { account_id: accountId } = call.queryParams;
    if (accountId !== undefined) requireAccount(authority, accountId);
    const own = sql`r.account_id = ANY (${array([...authority.caller.accountIds])}::bigint[])`;
    const condition =
      accountId !== undefined
        ? sql`r.account_id = ${accountId}`
        : authority.scope === 'all'
          ? sql`true`
          : own;
    const rows = await call.read(({ execute }) =>
      pageById(call, (after, limit) => recurringWhere(execute, sql`r.id > ${after} AND ${condition}`, limit)),
    );
    return rows.map(recurringView);
  },
});

export const deleteRecurring = defineEdit({
  id: 'deleteRecurringAction',
  method: 'DELETE',
  path: '/certificate/recurring/:id',
  tag,
  summary: 'Stop a recurring action',
  description:
    'Stops a recurring action: it does not run again. Past runs are kept. Any trading user of the account can stop it.',
  permission: 'act',
  params: idParams,
  answer: { status: 200, description: 'The recurring action is stopped', schema: done },
  edit: ({ params, services, authority }) => ({
    lock: async (tx) => {
      const row = await lockRecurring(tx, params.id);
      if (row === undefined || !reaches(authority, row.accountId)) {
        throw problems.notFound('recurring action', params.id);
      }
      return row;
    },
    change: async (tx, row) => {
      await end(tx, row.id, services.clock());
      return { message: `Recurring action ${row.id} is stopped.` };
    },
  }),
});
