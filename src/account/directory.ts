import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { array, type Execute } from '../database/connection.ts';
import { type Authority, ownAccounts } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { name, pageQuery } from '../operation/schemas.ts';
import { accountsWhere } from './read-model.ts';
import { NamedAccount } from './schemas.ts';

/**
 * Of these accounts, the ones whose names the users of an account may know (rule ACC-11): accounts in the directory, of
 * the caller, that whitelist the account, or that took part in a transfer with it.
 */
export async function accountsKnownTo(
  execute: Execute,
  authority: Authority,
  accountId: number,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  if (authority.scope === 'all') return new Set(ids);
  const rows = await execute<{ id: number }>(sql`
    SELECT a.id FROM account a
    WHERE a.id = ANY (${array(ids)}::bigint[]) AND (
      a.discoverable
      OR a.id IN (${ownAccounts(authority.caller)})
      OR EXISTS (SELECT FROM account_whitelist w
                 WHERE w.account_id = a.id AND w.source_account_id = ${accountId} AND w.deleted_at IS NULL)
      OR EXISTS (SELECT FROM action t
                 WHERE t.action_type = 'transfer' AND t.action_result = 'Success'
                   AND (t.source_id = ${accountId} AND t.target_id = a.id
                        OR t.source_id = a.id AND t.target_id = ${accountId})))`);
  return new Set(rows.map(({ id }) => id));
}

const DirectoryQuery = pageQuery.extend({
  name: name().optional().meta({ description: 'The exact name of an account, whether or not it is listed' }),
  prefix: name().optional().meta({ description: 'Start of the name, regardless of case' }),
});

/** Condition: the accounts that a search finds. Without a search: all listed accounts. */
function foundBy({ name: exact, prefix }: z.output<typeof DirectoryQuery>): SQL {
  if (exact !== undefined)
    return sql`name_skeleton(a.account_name) = name_skeleton(${exact}) AND a.account_name = ${exact}`;
  const start = prefix === undefined ? sql`true` : sql`starts_with(lower(a.account_name), lower(${prefix}))`;
  return sql`a.discoverable AND ${start}`;
}

export const listDirectory = defineQuery({
  method: 'GET',
  tag: 'Accounts',
  permission: 'read',
  id: 'listAccountDirectory',
  path: '/account/directory',
  summary: 'Search the directory of accounts',
  description:
    'Returns id and name of the accounts that are listed (`discoverable`), or of the account with exactly the given `name`, listed or not. With both `name` and `prefix`, `prefix` is not evaluated.',
  queryParams: DirectoryQuery,
  answer: { status: 200, description: 'One page of accounts', schema: z.array(NamedAccount) },
  handle: (call) =>
    call.read(({ execute }) =>
      pageById(call, (after, limit) =>
        accountsWhere(execute, sql`a.id > ${after} AND ${foundBy(call.queryParams)}`, limit),
      ),
    ),
});
