import { sql } from 'drizzle-orm';
import { z } from 'zod';
import {
  type Asked,
  type Asking,
  actionOperation,
  answered,
  cancelling,
  type Filter,
  filterView,
  lockParties,
  type Particulars,
  requireOwn,
  transferring,
} from '../certificate/index.ts';
import { array } from '../database/connection.ts';
import { reaches, requireAccount } from '../operation/caller.ts';
import { defineMutation, defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { problems } from '../operation/problem.ts';
import { done, idParams, idText, pageQuery } from '../operation/schemas.ts';
import type { PeriodUnit } from '../rules/enums.ts';
import { formatInstant } from '../rules/instant.ts';
import { assertSchedule, type Schedule } from '../rules/recurrence.ts';
import { RecurringAction, RecurringCancelRequest, RecurringTransferRequest } from './recurring-schemas.ts';
import {
  end,
  lockRecurring,
  type RecurringType,
  recurringView,
  recurringWhere,
  saveRecurring,
} from './recurring-store.ts';

const tag = 'Recurring actions';

const RUNS =
  'Each run is an action of its own, judged when it is due by the rights that you have then; one that is refused is recorded, and the next one has its own time. Bundles are Active ones of the filter. It outlives every API key, so it takes somebody who has logged in.';

export const createRecurringTransfer = defineMutation({
  ...actionOperation,
  tag,
  id: 'createRecurringTransfer',
  path: '/certificate/recurring_transfer',
  summary: 'Transfer a quantity again and again',
  description: `The target must have whitelisted the source, now and at each run. ${RUNS}`,
  permission: 'act',
  loginOnly: true,
  body: RecurringTransferRequest,
  handle: (call) => {
    const { source_id: sourceId, target_id: targetId } = call.body;
    return create(call, { type: 'recurring_transfer', particulars: transferring(sourceId, targetId) });
  },
});

export const createRecurringCancel = defineMutation({
  ...actionOperation,
  tag,
  id: 'createRecurringCancel',
  path: '/certificate/recurring_cancel',
  summary: 'Cancel a quantity again and again',
  description: `For a beneficiary, or for the account under the name that it has at each run. ${RUNS}`,
  permission: 'act',
  loginOnly: true,
  body: RecurringCancelRequest,
  handle: (call) => {
    const beneficiary = call.body.beneficiary || null;
    return create(call, { type: 'recurring_cancel', beneficiary, particulars: cancelling(beneficiary) });
  },
});

interface Kind {
  readonly type: RecurringType;
  readonly beneficiary?: string | null;
  readonly particulars: Particulars;
}

interface Creation extends Asking {
  readonly body: Filter & {
    readonly certificate_quantity: number;
    readonly initial_action_datetime?: Date | null | undefined;
    readonly recurring_action_period_units: PeriodUnit;
    readonly recurring_action_period_quantity: number;
    readonly number_of_recurring_actions: number;
  };
}

/** Judges all that can be judged before bundles are chosen; what is refused is recorded like any action. */
function create(call: Creation, { type, beneficiary = null, particulars }: Kind) {
  const { body, caller, services, requestId } = call;
  const requestedAt = services.clock();
  const schedule = scheduleOf(body, requestedAt);
  const asked: Asked = {
    actionType: type,
    sourceId: body.source_id,
    targetId: particulars.targetId,
    userId: caller.userId,
    namedUserId: body.user_id,
    bundleIds: [],
    quantity: body.certificate_quantity,
    requestId,
    requestedAt,
  };
  return answered(call, asked, async (tx, order) => {
    requireOwn(order);
    assertSchedule(schedule, requestedAt);
    const parties = await lockParties(tx, asked);
    await particulars.decide?.(tx, { ...parties, bundles: [] });
    const id = await saveRecurring(tx, {
      ...schedule,
      actionType: type,
      accountId: body.source_id,
      userId: caller.userId,
      targetId: particulars.targetId ?? null,
      beneficiary,
      filter: filterOf(body),
      certificateQuantity: body.certificate_quantity,
    });
    const details = scheduleView(schedule);
    return { result: 'Success', beneficiary, resultingBundleIds: [], details, recurring: { id, run: null } };
  });
}

const scheduleOf = (body: Creation['body'], now: Date): Schedule => ({
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

/** Of the body, the filters that choose bundles, apart from the account. */
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
  summary: 'Recurring actions',
  description:
    "Those of one account, of all the caller's accounts, or (for administrators) of all; also those whose runs are over. Their runs are in the action log.",
  permission: 'read',
  queryParams: pageQuery.extend({ account_id: idText.optional().meta({ description: 'The source' }) }),
  answer: { status: 200, description: 'A page of recurring actions', schema: z.array(RecurringAction) },
  handle: async (call) => {
    const { account_id: accountId } = call.queryParams;
    if (accountId !== undefined) requireAccount(call, accountId);
    const own = sql`r.account_id = ANY (${array([...call.caller.accountIds])}::bigint[])`;
    const condition =
      accountId !== undefined ? sql`r.account_id = ${accountId}` : call.scope === 'all' ? sql`true` : own;
    const rows = await call.read(({ execute }) =>
      pageById(call, (after, limit) => recurringWhere(execute, sql`r.id > ${after} AND ${condition}`, limit)),
    );
    return rows.map(recurringView);
  },
});

export const deleteRecurring = defineMutation({
  id: 'deleteRecurringAction',
  method: 'DELETE',
  path: '/certificate/recurring/:id',
  tag,
  summary: 'Stop a recurring action',
  description: 'There are no further runs. What its runs did stays. For every trading user of the account.',
  permission: 'act',
  params: idParams,
  answer: { status: 200, description: 'It is stopped', schema: done },
  versioned: true,
  handle: ({ params, transact, requireVersion, services, ...authority }) =>
    transact(async (tx) => {
      const row = await lockRecurring(tx, params.id);
      if (row === undefined || !reaches(authority, row.accountId)) {
        throw problems.notFound('recurring action', params.id);
      }
      requireVersion(row.version);
      await end(tx, row.id, services.clock());
      return { message: `Recurring action ${row.id} is stopped.` };
    }),
});
