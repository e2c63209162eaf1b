import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import { ownAccounts } from '../operation/caller.ts';
import { defineQuery, type QueryCall } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { accountParams, pageQuery } from '../operation/schemas.ts';
import { requireOpenAccount } from './access.ts';
import { referencesTo } from './directory.ts';
import { accountsWhere, whitelistSources, whitelistTargets } from './read-model.ts';
import { Account, AccountReference, AccountSummary, NamedAccount } from './schemas.ts';
import { summarizeAccount } from './summary.ts';

const common = { method: 'GET', tag: 'Accounts', permission: 'read' } as const;

export const listAccounts = defineQuery({
  ...common,
  id: 'listAccounts',
  path: '/account/list',
  summary: 'List accounts',
  description: "Returns the caller's accounts, or all accounts for an administrator.",
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of accounts', schema: z.array(Account) },
  handle: (call) =>
    call.read(({ execute }) =>
      pageById(call, (after, limit) => {
        const visible =
          call.authority.scope === 'all' ? sql`true` : sql`a.id IN (${ownAccounts(call.authority.caller)})`;
        return accountsWhere(execute, sql`a.id > ${after} AND ${visible}`, limit);
      }),
    ),
});

export const readAccount = defineQuery({
  ...common,
  id: 'readAccount',
  path: '/account/:id',
  summary: 'Get an account',
  description: 'Returns the name, users, whitelist and time zone of an account.',
  params: accountParams,
  answer: { status: 200, description: 'The account', schema: Account },
  versioned: true,
  handle: ({ params, read, authority }) =>
    read((reader) => requireOpenAccount(reader.execute, authority, params.id)),
});

/** One page of the accounts that fulfil a condition, for a caller with access to the account of the path. */
async function pageOfRelatedAccounts(
  call: QueryCall<typeof accountParams, typeof pageQuery>,
  execute: Execute,
  related: SQL,
) {
  await requireOpenAccount(execute, call.authority, call.params.id);
  return pageById(call, (after, limit) => accountsWhere(execute, sql`a.id > ${after} AND ${related}`, limit));
}

export const readWhitelist = defineQuery({
  ...common,
  id: 'readAccountWhitelist',
  path: '/account/:id/whitelist',
  summary: 'List the accounts on a whitelist',
  description:
    'Returns the accounts from which this account accepts transfers. The name of an account is `null` unless it is listed in the directory, belongs to the caller, whitelists an account of the caller, or took part in a transfer with one: adding an id to a whitelist reveals no name.',
  params: accountParams,
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of accounts', schema: z.array(AccountReference) },
  handle: (call) =>
    call.read(async ({ execute }) => {
      const page = await pageOfRelatedAccounts(call, execute, whitelistSources(call.params.id));
      return referencesTo(execute, call.authority, page);
    }),
});

export const readWhitelistInverse = defineQuery({
  ...common,
  id: 'readAccountWhitelistInverse',
  path: '/account/:id/whitelist_inverse',
  summary: 'List the accounts that whitelist an account',
  description: 'Returns the accounts to which this account can transfer certificates.',
  params: accountParams,
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of accounts', schema: z.array(NamedAccount) },
  handle: (call) =>
    call.read(({ execute }) => pageOfRelatedAccounts(call, execute, whitelistTargets(call.params.id))),
});

export const readSummary = defineQuery({
  ...common,
  id: 'readAccountSummary',
  path: '/account/:id/summary',
  summary: 'Summarize an account',
  description:
    'Returns totals of the devices by type, and of the energy of live bundles by energy source and status.',
  params: accountParams,
  answer: { status: 200, description: 'The totals', schema: AccountSummary },
  handle: ({ params, read, authority }) =>
    read(({ execute }) => summarizeAccount(execute, authority, params.id)),
});
