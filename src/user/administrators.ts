import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import { problems } from '../operation/problem.ts';
import type { Role } from '../rules/enums.ts';

interface LockedUser {
  readonly id: number;
  readonly role: Role;
  readonly version: number;
}

/**
 * Locks a user and all administrators, in the order of their ids. Every transaction that demotes or deletes an
 * administrator takes these locks, so two administrators cannot remove each other at the same time.
 *
 * @throws {Problem} 404
 */
export async function lockUserAndAdministrators(
  tx: Transaction,
  userId: number,
): Promise<LockedUser & { readonly isLastAdministrator: boolean }> {
  const locked = await tx.execute<LockedUser>(sql`
    SELECT id, role, version FROM registry_user
    WHERE deleted_at IS NULL AND (id = ${userId} OR role = 'ADMIN')
    ORDER BY id FOR NO KEY UPDATE`);
  const user = locked.find(({ id }) => id === userId);
  if (user === undefined) throw problems.notFound('user', userId);
  const others = locked.filter(({ id, role }) => id !== userId && role === 'ADMIN');
  return { ...user, isLastAdministrator: user.role === 'ADMIN' && others.length === 0 };
}

export const lastAdministratorProblem = () =>
  problems.conflict(
    'last-administrator',
    'This is the last administrator: give another user that role first.',
  );
