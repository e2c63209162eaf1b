import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { accountsWhere, requireOpenAccount } from '../account/index.ts';
import { array } from '../database/connection.ts';
import type { Reader } from '../database/database.ts';
import { accountUser, registryUser } from '../database/schema.ts';
import type { Authority } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { accountParams, idParams, pageQuery } from '../operation/schemas.ts';
import { requireUser, visibleUsers } from './access.ts';
import { usersWhere, userView } from './read-model.ts';
import { AccountOfUser, User, UserWithAccounts } from './schemas.ts';

const common = { method: 'GET', tag: 'Users', permission: 'read' } as const;

const accountsOfUser = (userId: number) => sql`a.id IN (
  SELECT account_id FROM account_user WHERE user_id = ${userId} AND deleted_at IS NULL)`;

/** Condition: the accounts of a user that the caller may see. */
function visibleAccounts({ caller, scope }: Authority, userId: number): SQL {
  const isSelf = caller.userId === userId && !caller.apiKey?.confined;
  if (scope === 'all' || isSelf) return accountsOfUser(userId);
  return sql`${accountsOfUser(userId)} AND a.id = ANY (${array([...caller.accountIds])}::bigint[])`;
}

async function userWithAccounts(
  { orm, execute }: Reader,
  authority: Authority,
  userId: number,
): Promise<z.input<typeof UserWithAccounts>> {
  const row = await requireUser(orm, authority, userId);
  return { ...userView(row), accounts: await accountsWhere(execute, visibleAccounts(authority, userId)) };
}

export const readMe = defineQuery({
  ...common,
  id: 'readMe',
  path: '/user/me',
  summary: 'Get the current user',
  description: 'Returns the user of the access token or API key, with its accounts.',
  answer: { status: 200, description: 'The current user', schema: UserWithAccounts },
  versioned: true,
  handle: ({ read, authority }) =>
    read((reader) => userWithAccounts(reader, authority, authority.caller.userId)),
});

export const readMyAccounts = defineQuery({
  ...common,
  id: 'readMyAccounts',
  path: '/user/me/accounts',
  summary: 'List the accounts of the current user',
  description: 'Returns the open accounts of the caller.',
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of accounts', schema: z.array(AccountOfUser) },
  handle: (call) =>
    call.read(({ execute }) =>
      pageById(call, (after, limit) => {
        const own = visibleAccounts(call.authority, call.authority.caller.userId);
        return accountsWhere(execute, sql`a.id > ${after} AND ${own}`, limit);
      }),
    ),
});

export const listUsers = defineQuery({
  ...common,
  id: 'listUsers',
  path: '/user/list',
  summary: 'List users',
  description:
    'Returns the caller and the users who share an account with the caller, or all users for an administrator.',
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of users', schema: z.array(User) },
  handle: (call) =>
    call.read(async ({ orm }) => {
      const page = await pageById(call, (after, limit) =>
        usersWhere(orm, and(gt(registryUser.id, after), visibleUsers(call.authority)), limit),
      );
      return page.map(userView);
    }),
});

export const readUser = defineQuery({
  ...common,
  id: 'readUser',
  path: '/user/:id',
  summary: 'Get a user',
  description:
    'Returns the caller, or a user who shares an account with the caller, with the shared accounts. An administrator can read every user with all accounts.',
  params: idParams,
  answer: { status: 200, description: 'The user', schema: UserWithAccounts },
  versioned: true,
  handle: ({ params, read, authority }) => read((reader) => userWithAccounts(reader, authority, params.id)),
});

export const readAccountUsers = defineQuery({
  ...common,
  id: 'readAccountUsers',
  path: '/account/:id/users',
  summary: 'List the users of an account',
  description: 'Returns the users of an account, ordered by id.',
  params: accountParams,
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of users', schema: z.array(User) },
  handle: (call) =>
    call.read(async ({ orm, execute }) => {
      const { id } = await requireOpenAccount(execute, call.authority, call.params.id);
      const users = orm
        .select({ id: accountUser.userId })
        .from(accountUser)
        .where(and(eq(accountUser.accountId, id), sql`${accountUser.deletedAt} IS NULL`));
      const page = await pageById(call, (after, limit) =>
        usersWhere(orm, and(gt(registryUser.id, after), inArray(registryUser.id, users)), limit),
      );
      return page.map(userView);
    }),
});
