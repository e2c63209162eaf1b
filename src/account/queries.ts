import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { ownAccounts } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { idParams, pageQuery } from '../operation/schemas.ts';
import { requireOpenAccount } from './access.ts';
import { accountsWhere, whitelistSources, whitelistTargets } from './read-model.ts';
import { Account, AccountSummary } from './schemas.ts';
import { summarizeAccount } from './summary.ts';

const common = { method: 'GET', tag: 'Accounts', permission: 'read' } as const;

export const listAccounts = defineQuery({
  ...common,
  id: 'listAccounts',
  path: '/account/list',
  summary: 'List accounts',
  description: "The caller's accounts; an administrator's list holds all.",
  queryParams: pageQuery,
  answer: { status: 200, description: 'A page of accounts', schema: z.array(Account) },
  handle: (call) =>
    call.read(({ execute }) =>
      pageById(call, (after, limit) => {
        const visible = call.scope === 'all' ? sql`true` : sql`a.id IN (${ownAccounts(call.caller)})`;
        return accountsWhere(execute, sql`a.id > ${after} AND ${visible}`, limit);
      }),
    ),
});

export const readAccount = defineQuery({
  ...common,
  id: 'readAccount',
  path: '/account/:id',
  summary: 'Read an account',
  description: 'Name, users, whitelist and time zone.',
  params: idParams,
  answer: { status: 200, description: 'The account', schema: Account },
  versioned: true,
  handle: ({ params, read, ...authority }) =>
    read((reader) => requireOpenAccount(reader.execute, authority, params.id)),
});

const namedAccounts = {
  status: 200,
  description: 'Accounts',
  schema: z.array(Account.pick({ id: true, account_name: true })),
} as const;

export const readWhitelist = defineQuery({
  ...common,
  id: 'readAccountWhitelist',
  path: '/account/:id/whitelist',
  summary: 'Whom the account accepts transfers from',
  description: 'The source accounts on its whitelist.',
  params: idParams,
  answer: namedAccounts,
  handle: ({ params, read, ...authority }) =>
    read(async (reader) => {
      await requireOpenAccount(reader.execute, authority, params.id);
      return accountsWhere(reader.execute, whitelistSources(params.id));
    }),
});

export const readWhitelistInverse = defineQuery({
  ...common,
  id: 'readAccountWhitelistInverse',
  path: '/account/:id/whitelist_inverse',
  summary: 'Who accepts transfers from the account',
  description: 'The accounts that it can transfer certificates to.',
  params: idParams,
  answer: namedAccounts,
  handle: ({ params, read, ...authority }) =>
    read(async (reader) => {
      await requireOpenAccount(reader.execute, authority, params.id);
      return accountsWhere(reader.execute, whitelistTargets(params.id));
    }),
});

export const readSummary = defineQuery({
  ...common,
  id: 'readAccountSummary',
  path: '/account/:id/summary',
  summary: 'What the account holds, in sums',
  description: 'Devices by type, and energy by source and status, over live bundles only.',
  params: idParams,
  answer: { status: 200, description: 'The sums', schema: AccountSummary },
  handle: ({ params, read, ...authority }) =>
    read(async (reader) =>
      summarizeAccount(reader, await requireOpenAccount(reader.execute, authority, params.id)),
    ),
});
