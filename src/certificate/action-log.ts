import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { array, type Execute } from '../database/connection.ts';
import { type Authority, ownAccounts, requireAccount } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { accountIdText, instant, pageQuery } from '../operation/schemas.ts';
import { actionTypes } from '../rules/enums.ts';
import { Action } from './action-schemas.ts';
import { type ActionRow, actionsWhere, actionView } from './action-store.ts';

const ActionQuery = pageQuery.extend({
  account_id: accountIdText
    .optional()
    .meta({ description: 'The source account, or the target of a transfer' }),
  action_type: z.enum(actionTypes).optional(),
  from: instant.optional(),
  to: instant.optional(),
});

/**
 * The actions that the users of an account may see: its own, those of administrators on it, and transfers to it. Attempts of
 * users without access were answered `not-found` and are visible to administrators only; but a run of the account's own
 * recurring action can fail with that code too, if its user lost access.
 */
const ofAccounts = (accounts: SQL) => sql`(
  a.source_id IN (${accounts})
    AND (a.action_result = 'Success'
         OR a.details ->> 'code' IS DISTINCT FROM 'not-found'
         OR a.recurring_action_id IS NOT NULL)
  OR a.target_id IN (${accounts}) AND a.action_result = 'Success' AND a.action_type = 'transfer')`;

/** Administrators see all actions. */
function visibleTo({ caller, scope }: Authority, accountId: number | undefined): SQL {
  if (scope === 'all') {
    return accountId === undefined ? sql`true` : sql`${accountId} IN (a.source_id, a.target_id)`;
  }
  return ofAccounts(accountId === undefined ? ownAccounts(caller) : sql`${accountId}`);
}

/** A transfer as its receiver sees it, without the user, the bundles and the percentage of the sender. */
function asArrived(row: ActionRow): ActionRow {
  return {
    ...row,
    userId: null,
    bundleIds: [],
    certificateBundlePercentage: null,
    details: {},
    recurringActionId: null,
    recurringRun: null,
  };
}

/** The accounts that the caller is a user of, open or closed. */
async function ownAmong(
  execute: Execute,
  { caller, scope }: Authority,
  ids: ReadonlySet<number>,
): Promise<ReadonlySet<number>> {
  if (scope === 'all' || ids.size === 0) return ids;
  const own = await execute<{ id: number }>(sql`
    SELECT id FROM account WHERE id = ANY (${array([...ids])}::bigint[]) AND id IN (${ownAccounts(caller)})`);
  return new Set(own.map(({ id }) => id));
}

export const listActions = defineQuery({
  id: 'listActions',
  method: 'GET',
  path: '/certificate/actions',
  tag: 'Actions',
  summary: 'List actions',
  description:
    'Returns the action log, including refused actions, of one account, of all accounts of the caller or, for administrators, of all accounts. A transfer from an account of other users is shown without its user and its original bundles.',
  permission: 'read',
  queryParams: ActionQuery,
  answer: { status: 200, description: 'A page of actions', schema: z.array(Action) },
  refusals: [404],
  handle: async (call) => {
    const { authority } = call;
    const { account_id: accountId, action_type: type, from, to } = call.queryParams;
    if (accountId !== undefined) requireAccount(authority, accountId);
    const conditions = [
      visibleTo(authority, accountId),
      ...(type ? [sql`a.action_type = ${type}`] : []),
      ...(from ? [sql`a.requested_at >= ${from.toISOString()}`] : []),
      ...(to ? [sql`a.requested_at < ${to.toISOString()}`] : []),
    ];
    return call.read(async ({ execute }) => {
      const rows = await pageById(call, (after, limit) =>
        actionsWhere(execute, sql.join([sql`a.id > ${after}`, ...conditions], sql` AND `), limit),
      );
      const own = await ownAmong(execute, authority, new Set(rows.map(({ sourceId }) => sourceId)));
      return rows.map((row) => actionView(own.has(row.sourceId) ? row : asArrived(row)));
    });
  },
});
