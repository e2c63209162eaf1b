import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import { type Authority, type Caller, requireAccount } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import type { AccountId } from '../rules/units.ts';
import { accountsWhere } from './read-model.ts';
import type { Account } from './schemas.ts';

/**
 * Rejects API keys. A key cannot change the users of an account: the change would survive the key's revocation.
 *
 * @throws {Problem} 403 for an API key.
 */
export function requireLogin({ apiKey }: Caller): void {
  if (apiKey) throw problems.forbidden('An API key cannot change the users of an account: log in instead.');
}

/**
 * Loads an open account that the caller has access to.
 *
 * @throws {Problem} 404 for an account that does not exist, is closed (for administrators too), or belongs to others.
 */
export async function requireOpenAccount(
  execute: Execute,
  authority: Authority,
  accountId: AccountId,
): Promise<z.output<typeof Account>> {
  requireAccount(authority, accountId);
  const [account] = await accountsWhere(execute, sql`a.id = ${accountId}`);
  if (account === undefined) throw problems.notFound('account', accountId);
  return account;
}
