import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { ReadOrm } from '../database/connection.ts';
import { registryUser } from '../database/schema.ts';
import { type Authority, scopeFor, usersKnownTo } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { type UserRow, usersWhere } from './read-model.ts';

/** Condition: the users that the caller may see. */
export const visibleUsers = (authority: Authority): SQL => usersKnownTo(authority, sql`${registryUser.id}`);

/**
 * Loads a user that the caller may see.
 *
 * @throws {Problem} 404 for a user that does not exist, was deleted, or is not visible to the caller.
 */
export async function requireUser(orm: ReadOrm, authority: Authority, userId: number): Promise<UserRow> {
  const [row] = await usersWhere(orm, and(eq(registryUser.id, userId), visibleUsers(authority)), 1);
  if (row === undefined) throw problems.notFound('user', userId);
  return row;
}

/**
 * Requires that the caller is the user or an administrator.
 *
 * @throws {Problem} 403
 */
export function requireEditor({ caller }: Authority, userId: number): void {
  if (caller.userId === userId || scopeFor(caller, 'administer') === 'all') return;
  throw problems.forbidden('Only an administrator can update another user.');
}
