import { assertPasswordAllowed, hashPassword, setPassword } from '../authentication/index.ts';
import { defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { done, idParams } from '../operation/schemas.ts';
import { requireUser } from './access.ts';
import { PasswordReset } from './schemas.ts';

export const resetPassword = defineMutation({
  id: 'resetUserPassword',
  method: 'POST',
  path: '/user/reset_password/:id',
  tag: 'Users',
  summary: 'Give a user another password',
  description:
    'For somebody who has forgotten the password. All logins of the user end; its API keys stay. One’s own password is changed with `POST /auth/change_password`.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  body: PasswordReset,
  answer: { status: 200, description: 'The password is set', schema: done },
  handle: async ({ params, body, transact, holdRights, ...authority }) => {
    if (params.id === authority.caller.userId)
      throw problems.conflict('own-user', 'Change your own password with POST /auth/change_password.');
    const passwordHash = await hashPassword(body.password);
    return transact(async (tx) => {
      const user = await requireUser(tx.orm, authority, params.id);
      assertPasswordAllowed(body.password, user, 'password');
      await holdRights(tx, [params.id]);
      await setPassword(tx, params.id, passwordHash);
      return { message: `User ${params.id} has another password, and is logged out everywhere.` };
    });
  },
});
