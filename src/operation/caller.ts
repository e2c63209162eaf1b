import { type SQL, sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Role } from '../rules/enums.ts';
import { assertAllowed, type Permission, type Scope, scopeOf } from '../rules/permission.ts';
import type { AccountId, UserId } from '../rules/units.ts';
import { problems } from './problem.ts';

/** The restrictions of an API key. */
export interface ApiKeyLimits {
  readonly id: number;
  readonly permissions: ReadonlySet<Permission>;
  /** Whether access is limited to `accountIds`. */
  readonly confined: boolean;
}

/** The caller that the token or API key identifies. */
export interface Caller {
  readonly userId: UserId;
  readonly role: Role;
  /** The open accounts of the user; with an API key that is restricted to accounts, those among them. */
  readonly accountIds: ReadonlySet<AccountId>;
  /** The session of the access token. */
  readonly sessionId?: number;
  /** When its access token expires. */
  readonly tokenExpiresAt?: Date;
  readonly apiKey?: ApiKeyLimits;
}

/** The scope of a permission for the caller: that of its role, limited by its API key. `undefined` without the permission. */
export function scopeFor({ role, apiKey }: Caller, permission: Permission): Scope | undefined {
  const scope = scopeOf(permission, role);
  if (apiKey === undefined || scope === undefined) return scope;
  if (!apiKey.permissions.has(permission)) return undefined;
  // The storage scope is independent of accounts, so a key restricted to accounts cannot have it.
  if (apiKey.confined && scope === 'storage devices') return undefined;
  return apiKey.confined ? 'own' : scope;
}

/**
 * The scope of a permission that the caller must have.
 *
 * @throws {Refusal} `not-allowed` for the role.
 *
 * @throws {Problem} 403 for the API key.
 */
export function requireScope(caller: Caller, permission: Permission): Scope {
  assertAllowed(permission, caller.role);
  const scope = scopeFor(caller, permission);
  if (scope === undefined) throw problems.forbidden(`The API key lacks the permission ${permission}.`);
  return scope;
}

/** A caller and the scope of the operation's permission. */
export interface Authority {
  readonly caller: Caller;
  readonly scope: Scope;
}

/** Whether the caller may act for an account: as one of its users, or as an administrator. */
export function reaches({ caller, scope }: Authority, accountId: AccountId): boolean {
  return scope === 'all' || (scope === 'own' && caller.accountIds.has(accountId));
}

/**
 * Requires that the caller may act for the account. Another user's account gives the same 404 as one that does not exist.
 *
 * @throws {Problem} 404
 */
export function requireAccount(authority: Authority, accountId: AccountId): void {
  if (!reaches(authority, accountId)) throw problems.notFound('account', accountId);
}

/** The ids of the accounts whose records the caller may read, as a subquery. Closed accounts are included. */
export function ownAccounts({ userId, accountIds, apiKey }: Caller): SQL {
  if (apiKey?.confined) return sql`SELECT unnest(${array([...accountIds])}::bigint[])`;
  return sql`SELECT account_id FROM account_user WHERE user_id = ${userId} AND deleted_at IS NULL`;
}

/** Condition: users visible to the caller, which are itself and the users of its open accounts. */
export function usersKnownTo({ caller, scope }: Authority, id: SQL): SQL {
  if (scope === 'all') return sql`true`;
  return sql`(${id} = ${caller.userId} OR ${id} IN (
    SELECT theirs.user_id
    FROM account a JOIN account_user theirs ON theirs.account_id = a.id AND theirs.deleted_at IS NULL
    WHERE a.deleted_at IS NULL AND a.id IN (${ownAccounts(caller)})))`;
}
