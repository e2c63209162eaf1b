import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Transaction } from '../database/transaction.ts';
import { requireAccount } from '../operation/caller.ts';
import { olderClients } from '../operation/older-clients.ts';
import { defineEdit, defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { changesOf, nextVersion } from '../operation/row-version.ts';
import { accountParams, done } from '../operation/schemas.ts';
import { requireLogin } from './access.ts';
import { hasDevices, hasOpenBundles } from './holdings.ts';
import { addToWhitelist, linkUsers, lockUsers, removeFromWhitelist, unlinkUsers } from './links.ts';
import { accountsWhere } from './read-model.ts';
import { Account, AccountCreate, AccountUpdate, WhitelistUpdate } from './schemas.ts';

const tag = 'Accounts';

async function readOpenAccount(tx: Transaction, accountId: number): Promise<z.output<typeof Account>> {
  const [account] = await accountsWhere(tx.execute, sql`a.id = ${accountId}`);
  if (account === undefined) throw problems.notFound('account', accountId);
  return account;
}

/**
 * Locks an account for an edit and loads it. The lock does not conflict with the `FOR KEY SHARE` locks that actions and
 * whitelists take on accounts they refer to, so two accounts that whitelist each other cannot deadlock.
 */
async function lockAccount(tx: Transaction, accountId: number): Promise<z.output<typeof Account>> {
  await tx.execute(sql`SELECT FROM account WHERE id = ${accountId} AND deleted_at IS NULL FOR NO KEY UPDATE`);
  return readOpenAccount(tx, accountId);
}

/** Locks an account for closing. The lock also conflicts with the locks of transactions that refer to the account. */
async function lockAccountToClose(tx: Transaction, accountId: number): Promise<z.output<typeof Account>> {
  await tx.execute(sql`SELECT FROM account WHERE id = ${accountId} AND deleted_at IS NULL FOR UPDATE`);
  return readOpenAccount(tx, accountId);
}

/** Writes the given fields and increments the version. A change of the users or the whitelist increments it too. */
async function applyChanges(
  tx: Transaction,
  accountId: number,
  {
    account_name,
    timezone,
    discoverable,
  }: Partial<Pick<z.output<typeof Account>, 'account_name' | 'timezone' | 'discoverable'>> = {},
): Promise<void> {
  await tx.execute(sql`
    UPDATE account
    SET account_name = coalesce(${account_name ?? null}, account_name), timezone = coalesce(${timezone ?? null}, timezone),
        discoverable = coalesce(${discoverable ?? null}, discoverable), version = ${nextVersion}
    WHERE id = ${accountId}`);
}

export const createAccount = defineMutation({
  id: 'createAccount',
  method: 'POST',
  path: '/account/create',
  tag,
  summary: 'Create an account',
  description:
    'Creates an account and links the caller and the given users to it. Names are unique, regardless of case and of characters that look alike (`O` and `0`). Only an administrator can add users who do not share an account with the caller yet. An API key cannot add users other than its own.',
  permission: 'produce',
  body: AccountCreate,
  olderClients: olderClients.entity,
  answer: { status: 201, description: 'The new account', schema: Account },
  refusals: [409],
  versioned: true,
  handle: ({ body, transact, authority }) =>
    transact(async (tx) => {
      const { caller } = authority;
      if (caller.apiKey?.confined)
        throw problems.forbidden('An API key that is restricted to accounts cannot create accounts.');
      const [row] = await tx.execute<{ id: number }>(sql`
        INSERT INTO account (account_name, timezone, discoverable)
        VALUES (${body.account_name}, ${body.timezone ?? 'UTC'}, ${body.discoverable ?? false}) RETURNING id`);
      if (row === undefined) throw new Error('an insert gave no row');
      const userIds = [...new Set([...body.user_ids, caller.userId])];
      if (userIds.length > 1) requireLogin(caller);
      await lockUsers(tx, authority, row.id, userIds);
      await linkUsers(tx, row.id, userIds);
      await addToWhitelist(tx, row.id, body.account_whitelist ?? [], 'account_whitelist');
      return readOpenAccount(tx, row.id);
    }),
});

export const updateAccount = defineEdit({
  id: 'updateAccount',
  method: 'PATCH',
  path: '/account/update/:id',
  tag,
  summary: 'Update an account',
  description:
    'Changes the name, the time zone, whether the account is in the directory, or the users. `user_ids` replaces all users; an account has at least one. Only an administrator can add users who neither share an account with the caller nor were users of this account before. An API key may send `user_ids` only if they are unchanged.',
  permission: 'act',
  params: accountParams,
  body: AccountUpdate,
  olderClients: olderClients.entity,
  answer: { status: 200, description: 'The account as it is now', schema: Account },
  refusals: [409],
  edit: ({ params, body, authority }) => {
    requireAccount(authority, params.id);
    const { account_name, timezone, discoverable, user_ids } = body;
    return {
      lock: async (tx) => {
        const before = await lockAccount(tx, params.id);
        const leaving = before.user_ids.filter((id) => user_ids && !user_ids.includes(id));
        const joining = user_ids?.filter((id) => !before.user_ids.includes(id)) ?? [];
        if (leaving.length + joining.length > 0) requireLogin(authority.caller);
        // Lock order: users first, then their rights, as in the deletion of a user.
        await lockUsers(tx, authority, params.id, joining);
        return { version: before.version, before, leaving, joining };
      },
      revokesFrom: ({ leaving }) => leaving,
      change: async (tx, { before, leaving, joining }) => {
        const changes = changesOf(before, { account_name, timezone, discoverable });
        const unlinked = await unlinkUsers(tx, params.id, leaving);
        const linked = await linkUsers(tx, params.id, joining);
        if (changes === undefined && unlinked + linked === 0) return before;
        await applyChanges(tx, params.id, changes);
        return readOpenAccount(tx, params.id);
      },
    };
  },
});

export const updateWhitelist = defineEdit({
  id: 'updateAccountWhitelist',
  method: 'PATCH',
  path: '/account/update_whitelist/:id',
  tag,
  summary: 'Update the whitelist of an account',
  description:
    'Adds accounts to the whitelist or removes them. An account receives transfers only from accounts on its whitelist. Adding an account twice and removing one that is not listed change nothing.',
  permission: 'act',
  params: accountParams,
  body: WhitelistUpdate,
  answer: { status: 200, description: 'The account as it is now', schema: Account },
  edit: ({ params, body, authority }) => {
    requireAccount(authority, params.id);
    return {
      lock: (tx) => lockAccount(tx, params.id),
      change: async (tx, before) => {
        const removed = await removeFromWhitelist(tx, params.id, body.remove_from_whitelist ?? []);
        const added = await addToWhitelist(tx, params.id, body.add_to_whitelist ?? [], 'add_to_whitelist');
        if (removed + added === 0) return before;
        await applyChanges(tx, params.id);
        return readOpenAccount(tx, params.id);
      },
    };
  },
});

export const deleteAccount = defineEdit({
  id: 'deleteAccount',
  method: 'DELETE',
  path: '/account/delete/:id',
  tag,
  summary: 'Close an account',
  description:
    'Closes an account that has no devices and no certificates on which an action is possible (Active, Reserved, Locked or Cancelled). Its history is kept.',
  permission: 'act',
  params: accountParams,
  answer: { status: 200, description: 'The account is closed', schema: done },
  refusals: [409],
  edit: ({ params, authority }) => {
    requireAccount(authority, params.id);
    return {
      lock: (tx) => lockAccountToClose(tx, params.id),
      // The caller's own rights must be held before the account is closed: it reaches no closed account.
      revokesFrom: () => [],
      change: async (tx) => {
        await requireEmpty(tx, params.id);
        await tx.execute(
          sql`UPDATE account SET deleted_at = now(), version = version + 1 WHERE id = ${params.id}`,
        );
        return { message: `Account ${params.id} is closed.` };
      },
    };
  },
});

async function requireEmpty(tx: Transaction, accountId: number): Promise<void> {
  const [held] = await tx.execute<{ devices: boolean; bundles: boolean }>(sql`
    SELECT ${hasDevices(sql`${accountId}`)} AS devices, ${hasOpenBundles(sql`${accountId}`)} AS bundles`);
  if (held?.devices)
    throw problems.conflict('account-has-devices', 'The account has devices: move or delete them first.');
  if (held?.bundles) {
    throw problems.conflict(
      'account-holds-certificates',
      'The account holds certificates on which an action is still possible.',
    );
  }
}
