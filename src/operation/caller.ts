import type { Scope } from '../rules/permission.ts';
import type { Role } from '../rules/words.ts';
import { problems } from './problem.ts';

/** Who calls: what the token says, never what a body says. */
export interface Caller {
  readonly userId: number;
  readonly role: Role;
  readonly accountIds: ReadonlySet<number>;
}

/** A caller and how far the permission of the operation at hand reaches for its role. */
export interface Authority {
  readonly caller: Caller;
  readonly scope: Scope;
}

/** Whether the caller may act for an account: as one of its users, or as an administrator. */
export function reaches({ caller, scope }: Authority, accountId: number): boolean {
  return scope === 'all' || (scope === 'own' && caller.accountIds.has(accountId));
}

/**
 * Somebody else's account looks exactly like one that does not exist.
 *
 * @throws {Problem} 404
 */
export function requireAccount(authority: Authority, accountId: number): void {
  if (!reaches(authority, accountId)) throw problems.notFound('account', accountId);
}
