import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { valuesOf } from '../database/columns.ts';
import type { Transaction } from '../database/transaction.ts';
import { requireAccount } from '../operation/caller.ts';
import { defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { changesOf, nextVersion } from '../operation/row-version.ts';
import { done, idParams } from '../operation/schemas.ts';
import { openStatuses } from '../rules/lifecycle.ts';
import { requireLogin } from './access.ts';
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
 * Holds the account against others who edit it. Whoever only refers to it, as an action or a whitelist does, need not wait:
 * so two accounts that whitelist one another do not wait in a circle.
 */
async function lockAccount(tx: Transaction, accountId: number): Promise<z.output<typeof Account>> {
  await tx.execute(sql`SELECT FROM account WHERE id = ${accountId} AND deleted_at IS NULL FOR NO KEY UPDATE`);
  return readOpenAccount(tx, accountId);
}

/** Holds the account against those who refer to it, too: it must not be closed under them. */
async function lockAccountToClose(tx: Transaction, accountId: number): Promise<z.output<typeof Account>> {
  await tx.execute(sql`SELECT FROM account WHERE id = ${accountId} AND deleted_at IS NULL FOR UPDATE`);
  return readOpenAccount(tx, accountId);
}

/** The users and the whitelist are part of an account: a change to them alone raises its version too. */
async function applyChanges(
  tx: Transaction,
  accountId: number,
  { account_name, timezone }: Partial<Pick<z.output<typeof Account>, 'account_name' | 'timezone'>> = {},
): Promise<void> {
  await tx.execute(sql`
    UPDATE account
    SET account_name = coalesce(${account_name ?? null}, account_name), timezone = coalesce(${timezone ?? null}, timezone),
        version = ${nextVersion}
    WHERE id = ${accountId}`);
}

export const createAccount = defineMutation({
  id: 'createAccount',
  method: 'POST',
  path: '/account/create',
  tag,
  summary: 'Open an account',
  description:
    'Opens an account for the given users. The caller becomes one of its users. Names are unique, whatever their case. Its other users share an account with the caller already, unless an administrator names them. An API key names no users but its own.',
  permission: 'produce',
  body: AccountCreate,
  answer: { status: 201, description: 'The account', schema: Account },
  refusals: [409],
  versioned: true,
  handle: ({ body, transact, ...authority }) =>
    transact(async (tx) => {
      const { caller } = authority;
      if (caller.apiKey?.confined)
        throw problems.forbidden('An API key that is confined to accounts opens no others.');
      const [row] = await tx.execute<{ id: number }>(sql`
        INSERT INTO account (account_name, timezone) VALUES (${body.account_name}, ${body.timezone ?? 'UTC'}) RETURNING id`);
      if (row === undefined) throw new Error('an insert gave no row');
      const userIds = [...new Set([...body.user_ids, caller.userId])];
      if (userIds.length > 1) requireLogin(caller);
      await lockUsers(tx, authority, row.id, userIds);
      await linkUsers(tx, row.id, userIds);
      await addToWhitelist(tx, row.id, body.account_whitelist ?? [], 'account_whitelist');
      return readOpenAccount(tx, row.id);
    }),
});

export const updateAccount = defineMutation({
  id: 'updateAccount',
  method: 'PATCH',
  path: '/account/update/:id',
  tag,
  summary: 'Edit an account',
  description:
    'Changes the name, the time zone or the users. `user_ids` replaces the users: an account keeps at least one. Whoever joins shares an account with the caller already or was in this one before, unless an administrator lets it in. Not for API keys: one may send them, but not change them.',
  permission: 'act',
  params: idParams,
  body: AccountUpdate,
  answer: { status: 200, description: 'The account as it is now', schema: Account },
  refusals: [409],
  versioned: true,
  handle: ({ params, body, transact, requireVersion, holdRights, ...authority }) => {
    requireAccount(authority, params.id);
    return transact(async (tx) => {
      const before = await lockAccount(tx, params.id);
      const { account_name, timezone, user_ids } = body;
      const leaving = before.user_ids.filter((id) => user_ids && !user_ids.includes(id));
      const joining = user_ids?.filter((id) => !before.user_ids.includes(id)) ?? [];
      if (leaving.length + joining.length > 0) requireLogin(authority.caller);
      // Users are held before rights are taken, as whoever removes a user does.
      await lockUsers(tx, authority, params.id, joining);
      await holdRights(tx, leaving);
      requireVersion(before.version);
      const changes = changesOf(before, { account_name, timezone });
      const unlinked = await unlinkUsers(tx, params.id, leaving);
      const linked = await linkUsers(tx, params.id, joining);
      if (changes === undefined && unlinked + linked === 0) return before;
      await applyChanges(tx, params.id, changes);
      return readOpenAccount(tx, params.id);
    });
  },
});

export const updateWhitelist = defineMutation({
  id: 'updateAccountWhitelist',
  method: 'PATCH',
  path: '/account/update_whitelist/:id',
  tag,
  summary: 'Accept transfers from accounts, or no more',
  description:
    'An account receives certificates only from accounts on its whitelist. Removing one that is not on it changes nothing.',
  permission: 'act',
  params: idParams,
  body: WhitelistUpdate,
  answer: { status: 200, description: 'The account as it is now', schema: Account },
  versioned: true,
  handle: ({ params, body, transact, requireVersion, ...authority }) => {
    requireAccount(authority, params.id);
    return transact(async (tx) => {
      const before = await lockAccount(tx, params.id);
      requireVersion(before.version);
      const removed = await removeFromWhitelist(tx, params.id, body.remove_from_whitelist ?? []);
      const added = await addToWhitelist(tx, params.id, body.add_to_whitelist ?? [], 'add_to_whitelist');
      if (removed + added === 0) return before;
      await applyChanges(tx, params.id);
      return readOpenAccount(tx, params.id);
    });
  },
});

export const deleteAccount = defineMutation({
  id: 'deleteAccount',
  method: 'DELETE',
  path: '/account/delete/:id',
  tag,
  summary: 'Close an account',
  description:
    'Closes an account that holds neither devices nor certificates that could still be used. Its history stays.',
  permission: 'act',
  params: idParams,
  answer: { status: 200, description: 'It is closed', schema: done },
  refusals: [409],
  versioned: true,
  handle: ({ params, transact, requireVersion, holdRights, ...authority }) => {
    requireAccount(authority, params.id);
    return transact(async (tx) => {
      const before = await lockAccountToClose(tx, params.id);
      await holdRights(tx);
      requireVersion(before.version);
      await requireEmpty(tx, params.id);
      await tx.execute(
        sql`UPDATE account SET deleted_at = now(), version = version + 1 WHERE id = ${params.id}`,
      );
      return { message: `Account ${params.id} is closed.` };
    });
  },
});

async function requireEmpty(tx: Transaction, accountId: number): Promise<void> {
  const [held] = await tx.execute<{ devices: boolean; bundles: boolean }>(sql`
    SELECT EXISTS (SELECT FROM device WHERE account_id = ${accountId} AND deleted_at IS NULL) AS devices,
           EXISTS (SELECT FROM bundle WHERE account_id = ${accountId} AND status IN ${valuesOf(openStatuses)}) AS bundles`);
  if (held?.devices)
    throw problems.conflict('account-has-devices', 'The account has devices: move or delete them first.');
  if (held?.bundles) {
    throw problems.conflict(
      'account-holds-certificates',
      'The account holds certificates that can still be used.',
    );
  }
}
