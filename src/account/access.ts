import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import { type Authority, type Caller, requireAccount } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { accountsWhere } from './read-model.ts';
import type { Account } from './schemas.ts';

/**
 * Who may act for an account stays when an API key is revoked. So no key says it: one that leaked would outlive itself.
 *
 * @throws {Problem} 403 for an API key.
 */
export function requireLogin({ apiKey }: Caller): void {
  if (apiKey) throw problems.forbidden('Who uses an account is for somebody who has logged in to say.');
}

/**
 * An open account within the caller's reach. Somebody else's, and a closed one, look like one that never was,
 * the closed one even to an administrator.
 *
 * @throws {Problem} 404
 */
export async function requireOpenAccount(
  execute: Execute,
  authority: Authority,
  accountId: number,
): Promise<z.output<typeof Account>> {
  requireAccount(authority, accountId);
  const [account] = await accountsWhere(execute, sql`a.id = ${accountId}`);
  if (account === undefined) throw problems.notFound('account', accountId);
  return account;
}
