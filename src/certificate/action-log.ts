import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { array, type Execute } from '../database/connection.ts';
import { type Authority, ownAccounts, requireAccount } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { accountIdText, instant, pageQuery } from '../operation/schemas.ts';
import { actionTypes } from '../rules/enums.ts';
import { Action } from './action-schemas.ts';
import { type ActionRow, actionsOf, actionView } from './action-store.ts';

const ActionQuery = pageQuery.extend({
  account_id: accountIdText
    .optional()
    .meta({ description: 'The source account, or the target of a transfer' }),
  action_type: z.enum(actionTypes).optional(),
  from: instant.optional(),
  to: instant.optional(),
});

/*
 * The actions that the users of an account may see: its own, those of administrators on it, and transfers to it. Attempts of
 * users without access were answered `not-found` and are visible to administrators only; but a run of the account's own
 * recurring action can fail with that code too, if its user lost access.
 */
const SENT = sql`(a.action_result = 'Success'
  OR a.details ->> 'code' IS DISTINCT FROM 'not-found'
  OR a.recurring_action_id IS NOT NULL)`;
const ARRIVED = sql`a.action_result = 'Success' AND a.action_type = 'transfer'`;

/**
 * `SELECT` of the first ids of the actions that the caller may see and that meet `condition`. Those of an account are found by
 * the indexes of its actions and of the transfers to it: nothing of other accounts is read.
 */
function firstIds(
  { caller, scope }: Authority,
  accountId: number | undefined,
  condition: SQL,
  limit: number,
): SQL {
  if (scope === 'all' && accountId === undefined)
    return sql`SELECT a.id FROM action a WHERE ${condition} ORDER BY a.id LIMIT ${limit}`;
  const accounts = accountId === undefined ? ownAccounts(caller) : sql`SELECT ${accountId}::bigint`;
  const ofAccounts = (column: SQL, visible: SQL) => sql`
    SELECT found.id FROM (${accounts}) AS account (id) CROSS JOIN LATERAL (
      SELECT a.id FROM action a
      WHERE ${column} = account.id AND ${condition} AND ${scope === 'all' ? sql`true` : visible}
      ORDER BY a.id LIMIT ${limit}) AS found`;
  // A transfer between two accounts of the caller is in both parts; UNION removes one.
  return sql`
    ${ofAccounts(sql`a.source_id`, SENT)} UNION ${ofAccounts(sql`a.target_id`, ARRIVED)} ORDER BY id LIMIT ${limit}`;
}

const allOf = (...conditions: SQL[]) => sql.join(conditions, sql` AND `);

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
      ...(type ? [sql`a.action_type = ${type}`] : []),
      ...(from ? [sql`a.requested_at >= ${from.toISOString()}`] : []),
      ...(to ? [sql`a.requested_at < ${to.toISOString()}`] : []),
    ];
    return call.read(async ({ execute }) => {
      const rows = await pageById(call, (after, limit) =>
        actionsOf(execute, firstIds(authority, accountId, allOf(sql`a.id > ${after}`, ...conditions), limit)),
      );
      const own = await ownAmong(execute, authority, new Set(rows.map(({ sourceId }) => sourceId)));
      return rows.map((row) => actionView(own.has(row.sourceId) ? row : asArrived(row)));
    });
  },
});
