import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { registryUser } from '../database/schema.ts';
import type { Transaction } from '../database/transaction.ts';
import { defineMutation } from '../operation/operation.ts';
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
  summary: 'Register a user',
  description: `Registers somebody who can log in with this e-mail and password. E-mails are unique among the living, whatever their case. The password is at least ${passwordLength.shortest} characters long; it is kept as an argon2id hash, and never shown again.`,
  permission: 'administer',
  loginOnly: true,
  body: UserCreate,
  answer: { status: 201, description: 'The user', schema: User },
  refusals: [409],
  versioned: true,
  handle: ({ body, transact }) => registerUser(body, transact),
});

export const updateUser = defineMutation({
  id: 'updateUser',
  method: 'PATCH',
  path: '/user/update/:id',
  tag,
  summary: 'Edit a user',
  description:
    'Changes name, e-mail or organisation: one’s own, or for an administrator anybody’s. Roles and passwords have operations of their own.',
  permission: 'read',
  loginOnly: true,
  params: idParams,
  body: UserUpdate,
  answer: { status: 200, description: 'The user as it is now', schema: User },
  refusals: [409],
  versioned: true,
  handle: ({ params, body, transact, requireVersion, ...authority }) =>
    transact(async (tx) => {
      await lockRow(tx, registryUser, params.id);
      const before = await requireUser(tx.orm, authority, params.id);
      requireEditor(authority, params.id);
      requireVersion(before.version);
      const { name, email, organisation } = body;
      return userView(await updateUserRow(tx, before, { name, email, organisation }));
    }),
});

/** Writes what differs, and gives the user as it is then. */
async function updateUserRow(
  tx: Transaction,
  before: UserRow,
  asked: { readonly [Name in keyof UserRow]?: UserRow[Name] | undefined },
): Promise<UserRow> {
  const changes = changesOf(before, asked);
  if (changes === undefined) return before;
  const [row] = await tx.orm
    .update(registryUser)
    .set({ ...changes, version: nextVersion })
    .where(eq(registryUser.id, before.id))
    .returning();
  if (row === undefined) throw problems.notFound('user', before.id);
  return row;
}

export const deleteUser = defineMutation({
  id: 'deleteUser',
  method: 'DELETE',
  path: '/user/delete/:id',
  tag,
  summary: 'Remove a user',
  description:
    'The user cannot log in any more, its tokens stop at once, and it leaves its accounts. What it did stays on record. Nobody removes oneself, nor the last administrator.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  queryParams: z.object({ user_id: idAgain }),
  answer: { status: 200, description: 'It is removed', schema: done },
  refusals: [409],
  versioned: true,
  handle: ({ params, queryParams, caller, transact, requireVersion, holdRights }) => {
    requireSameId(params.id, queryParams);
    return transact(async (tx) => {
      const { user, isLastAdministrator } = await lockUserAndAdministrators(tx, params.id);
      await holdRights(tx, [params.id]);
      requireVersion(user.version);
      if (params.id === caller.userId) throw problems.conflict('own-user', 'You cannot remove yourself.');
      if (isLastAdministrator) throw lastAdministratorProblem();
      await tx.orm
        .update(registryUser)
        .set({ deletedAt: sql`now()`, version: nextVersion })
        .where(eq(registryUser.id, user.id));
      await tx.execute(sql`
        UPDATE account_user SET deleted_at = now() WHERE user_id = ${params.id} AND deleted_at IS NULL`);
      return { message: `User ${params.id} is removed.` };
    });
  },
});

/** The role asked for, in the query string or in the body; both, only if they agree. */
function requestedRole(query: z.output<typeof RoleQuery>, body: z.output<typeof RoleChange>): Role {
  const role = query.role ?? body.role;
  if (role === undefined) throw problems.invalid([{ path: 'body.role', message: 'a role is required' }]);
  if (body.role === undefined || body.role === role) return role;
  throw problems.invalid([{ path: 'body.role', message: 'differs from the role in the query string' }]);
}

export const changeRole = defineMutation({
  id: 'changeUserRole',
  method: 'POST',
  path: '/user/change_role/:id',
  tag,
  summary: 'Give a user another role',
  description:
    'The role stands in the query string or in the body, by name or by number. It counts from the next request on. The last administrator stays one.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  queryParams: RoleQuery,
  body: RoleChange,
  answer: { status: 200, description: 'The user as it is now', schema: User },
  refusals: [409],
  versioned: true,
  async handle({ params, queryParams, body, transact, requireVersion, holdRights, ...authority }) {
    const role = requestedRole(queryParams, body);
    return transact(async (tx) => {
      const { user, isLastAdministrator } = await lockUserAndAdministrators(tx, params.id);
      await holdRights(tx, [params.id]);
      requireVersion(user.version);
      if (isLastAdministrator && role !== 'ADMIN') throw lastAdministratorProblem();
      return userView(await updateUserRow(tx, await requireUser(tx.orm, authority, params.id), { role }));
    });
  },
});
