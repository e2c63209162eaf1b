import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { ReadOrm } from '../database/connection.ts';
import { registryUser } from '../database/schema.ts';
import { type Authority, scopeFor, usersKnownTo } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { type UserRow, usersWhere } from './read-model.ts';

/** The users that a caller may know of. */
export const visibleUsers = (authority: Authority): SQL => usersKnownTo(authority, sql`${registryUser.id}`);

/**
 * A living user that the caller may know of; any other looks like one that does not exist.
 *
 * @throws {Problem} 404
 */
export async function requireUser(orm: ReadOrm, authority: Authority, userId: number): Promise<UserRow> {
  const [row] = await usersWhere(orm, and(eq(registryUser.id, userId), visibleUsers(authority)), 1);
  if (row === undefined) throw problems.notFound('user', userId);
  return row;
}

/**
 * One edits oneself; an administrator edits anybody.
 *
 * @throws {Problem} 403
 */
export function requireEditor({ caller }: Authority, userId: number): void {
  if (caller.userId === userId || scopeFor(caller, 'administer') === 'all') return;
  throw problems.forbidden('Only an administrator may edit another user.');
}
