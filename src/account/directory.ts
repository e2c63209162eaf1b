import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { array, type Execute } from '../database/connection.ts';
import { type Authority, ownAccounts } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { accountIdText, name, pageQuery } from '../operation/schemas.ts';
import { accountsWhere } from './read-model.ts';
import { AccountReference } from './schemas.ts';

/**
 * References to accounts, with the names that the caller may know (rule ACC-11): of accounts in the directory, of the
 * caller, that whitelist an account of the caller, or that took part in a transfer with one.
 */
export async function referencesTo(
  execute: Execute,
  authority: Authority,
  accounts: readonly { readonly id: number; readonly account_name: string }[],
): Promise<z.output<typeof AccountReference>[]> {
  const known = await knownAccounts(
    execute,
    authority,
    accounts.map(({ id }) => id),
  );
  return accounts.map(({ id, account_name }) => ({ id, account_name: known.has(id) ? account_name : null }));
}

async function knownAccounts(
  execute: Execute,
  { caller, scope }: Authority,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  if (scope === 'all') return new Set(ids);
  const own = ownAccounts(caller);
  const rows = await execute<{ id: number }>(sql`
    SELECT a.id FROM account a
    WHERE a.id = ANY (${array(ids)}::bigint[]) AND (
      a.discoverable
      OR a.id IN (${own})
      OR EXISTS (SELECT FROM account_whitelist w
                 WHERE w.account_id = a.id AND w.source_account_id IN (${own}) AND w.deleted_at IS NULL)
      OR EXISTS (SELECT FROM action t
                 WHERE t.source_id = a.id AND t.target_id IN (${own})
                   AND t.action_type = 'transfer' AND t.action_result = 'Success')
      OR EXISTS (SELECT FROM action t
                 WHERE t.target_id = a.id AND t.source_id IN (${own})
                   AND t.action_type = 'transfer' AND t.action_result = 'Success'))`);
  return new Set(rows.map(({ id }) => id));
}

const DirectoryQuery = pageQuery.extend({
  name: name().optional().meta({ description: 'The exact name of an account, whether or not it is listed' }),
  account_id: accountIdText
    .optional()
    .meta({ description: 'The id of an account, whether or not it is listed' }),
  prefix: name()
    .optional()
    .meta({ description: 'Start of the name of a listed account, regardless of case' }),
});

/** Condition: the accounts that a search finds. Only an exact name or an id finds accounts that are not listed. */
function foundBy({ name: exact, account_id: id, prefix }: z.output<typeof DirectoryQuery>): SQL {
  const conditions = [
    ...(exact === undefined
      ? []
      : [sql`name_skeleton(a.account_name) = name_skeleton(${exact}) AND a.account_name = ${exact}`]),
    ...(id === undefined ? [] : [sql`a.id = ${id}`]),
  ];
  if (conditions.length === 0 || prefix !== undefined) conditions.push(sql`a.discoverable`);
  if (prefix !== undefined) conditions.push(sql`starts_with(lower(a.account_name), lower(${prefix}))`);
  return sql.join(conditions, sql` AND `);
}

export const listDirectory = defineQuery({
  method: 'GET',
  tag: 'Accounts',
  permission: 'read',
  id: 'listAccountDirectory',
  path: '/account/directory',
  summary: 'Search the directory of accounts',
  description:
    'Returns the accounts that are listed (`discoverable`), or the account with exactly the given `name` or `account_id`, listed or not. An account that is found by its id shows its name only to those who may know it: its users, and users of accounts that it whitelists or that took part in a transfer with it.',
  queryParams: DirectoryQuery,
  answer: { status: 200, description: 'One page of accounts', schema: z.array(AccountReference) },
  handle: (call) =>
    call.read(async ({ execute }) => {
      const page = await pageById(call, (after, limit) =>
        accountsWhere(execute, sql`a.id > ${after} AND ${foundBy(call.queryParams)}`, limit),
      );
      // Who gives the name knows it.
      if (call.queryParams.name !== undefined)
        return page.map(({ id, account_name }) => ({ id, account_name }));
      return referencesTo(execute, call.authority, page);
    }),
});
