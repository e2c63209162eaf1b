import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { registryUser } from '../database/schema.ts';
import type { Transaction } from '../database/transaction.ts';
import { olderClients } from '../operation/older-clients.ts';
import { defineEdit, defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { changesOf, lockRow, nextVersion, requireSameId } from '../operation/row-version.ts';
import { done, idAgain, idParams } from '../operation/schemas.ts';
import type { Role } from '../rules/enums.ts';
import { passwordLength } from '../rules/password.ts';
import { requireEditor, requireUser } from './access.ts';
import { lastAdministratorProblem, lockUserAndAdministrators } from './administrators.ts';
import { type UserRow, userView } from './read-model.ts';
import { registerUser } from './register.ts';
import { RoleChange, RoleQuery, User, UserCreate, UserUpdate } from './schemas.ts';

const tag = 'Users';

export const createUser = defineMutation({
  id: 'createUser',
  method: 'POST',
  path: '/user/create',
  tag,
  summary: 'Create a user',
  description: `Creates a user who can log in with this e-mail and password. E-mails of users are unique, regardless of case. The password has at least ${passwordLength.shortest} characters; only its argon2id hash is stored.`,
  permission: 'administer',
  loginOnly: true,
  body: UserCreate,
  olderClients: olderClients.entity,
  answer: { status: 201, description: 'The new user', schema: User },
  refusals: [409],
  versioned: true,
  handle: ({ body, transact }) => registerUser(body, transact),
});

export const updateUser = defineEdit({
  id: 'updateUser',
  method: 'PATCH',
  path: '/user/update/:id',
  tag,
  summary: 'Update a user',
  description:
    'Changes the name or organisation of the caller or, for an administrator, of any user. Roles, passwords and e-mails are changed by separate operations.',
  permission: 'read',
  loginOnly: true,
  params: idParams,
  body: UserUpdate,
  olderClients: olderClients.entity,
  answer: { status: 200, description: 'The user as it is now', schema: User },
  refusals: [409],
  edit: ({ params, body, authority }) => ({
    lock: async (tx) => {
      await lockRow(tx, registryUser, params.id);
      const before = await requireUser(tx.orm, authority, params.id);
      requireEditor(authority, params.id);
      return before;
    },
    change: async (tx, before) => {
      const { name, email = before.email, organisation } = body;
      if (email !== before.email)
        throw problems.invalid([{ path: 'body.email', message: CHANGED_ELSEWHERE }]);
      return userView(await updateUserRow(tx, before, { name, organisation }));
    },
  }),
});

const CHANGED_ELSEWHERE =
  'use POST /auth/change_email to request another e-mail or, as an administrator, POST /user/change_email/{id} to change it';

/** Writes the fields that differ and returns the resulting row. */
export async function updateUserRow(
  tx: Transaction,
  before: UserRow,
  wanted: { readonly [Name in keyof UserRow]?: UserRow[Name] | undefined },
): Promise<UserRow> {
  const changes = changesOf(before, wanted);
  if (changes === undefined) return before;
  const [row] = await tx.orm
    .update(registryUser)
    .set({ ...changes, version: nextVersion })
    .where(eq(registryUser.id, before.id))
    .returning();
  if (row === undefined) throw problems.notFound('user', before.id);
  return row;
}

export const deleteUser = defineEdit({
  id: 'deleteUser',
  method: 'DELETE',
  path: '/user/delete/:id',
  tag,
  summary: 'Delete a user',
  description:
    'Deletes a user. Its tokens and API keys stop working at once, and it is removed from its accounts. The history of its actions is kept. The last administrator cannot be deleted, and callers cannot delete themselves.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  queryParams: z.object({ user_id: idAgain }),
  answer: { status: 200, description: 'The user is deleted', schema: done },
  refusals: [409],
  edit: ({ params, queryParams, authority: { caller } }) => {
    requireSameId(params.id, queryParams);
    return {
      lock: (tx) => lockUserAndAdministrators(tx, params.id),
      revokesFrom: () => [params.id],
      change: async (tx, user) => {
        if (params.id === caller.userId) throw problems.conflict('own-user', 'You cannot delete yourself.');
        if (user.isLastAdministrator) throw lastAdministratorProblem();
        await tx.orm
          .update(registryUser)
          .set({ deletedAt: sql`now()`, version: nextVersion })
          .where(eq(registryUser.id, user.id));
        await tx.execute(sql`
        UPDATE account_user SET deleted_at = now() WHERE user_id = ${params.id} AND deleted_at IS NULL`);
        await tx.execute(sql`DELETE FROM email_change_request WHERE user_id = ${params.id}`);
        return { message: `User ${params.id} is deleted.` };
      },
    };
  },
});

/**
 * Returns the role given in the query string or the body.
 *
 * @throws {Problem} 422 if there is none, or if the two differ.
 */
function requestedRole(query: z.output<typeof RoleQuery>, body: z.output<typeof RoleChange>): Role {
  const role = query.role ?? body.role;
  if (role === undefined) throw problems.invalid([{ path: 'body.role', message: 'a role is required' }]);
  if (body.role === undefined || body.role === role) return role;
  throw problems.invalid([{ path: 'body.role', message: 'differs from the role in the query string' }]);
}

export const changeRole = defineEdit({
  id: 'changeUserRole',
  method: 'POST',
  path: '/user/change_role/:id',
  tag,
  summary: 'Change the role of a user',
  description:
    'Takes the role by name or number, in the query string or the body. It applies from the next request of the user. The last administrator keeps that role.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  queryParams: RoleQuery,
  body: RoleChange,
  answer: { status: 200, description: 'The user as it is now', schema: User },
  refusals: [409],
  edit: ({ params, queryParams, body, authority }) => {
    const role = requestedRole(queryParams, body);
    return {
      lock: (tx) => lockUserAndAdministrators(tx, params.id),
      revokesFrom: () => [params.id],
      change: async (tx, user) => {
        if (user.isLastAdministrator && role !== 'ADMIN') throw lastAdministratorProblem();
        return userView(await updateUserRow(tx, await requireUser(tx.orm, authority, params.id), { role }));
      },
    };
  },
});
