import { assertPasswordAllowed, hashPassword, setPassword } from '../authentication/index.ts';
import type { Transaction } from '../database/transaction.ts';
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
  summary: 'Reset the password of a user',
  description:
    'Sets a new password for another user who has forgotten theirs. All sessions of the user end; its API keys keep working. Use `POST /auth/change_password` for your own password.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  body: PasswordReset,
  answer: { status: 200, description: 'The password is reset', schema: done },
  handle: async ({ params, body, transact, authority }) => {
    if (params.id === authority.caller.userId)
      throw problems.conflict('own-user', 'Change your own password with POST /auth/change_password.');
    const passwordHash = await hashPassword(body.password);
    const work = async (tx: Transaction) => {
      const user = await requireUser(tx.orm, authority, params.id);
      assertPasswordAllowed(body.password, user, 'password');
      await setPassword(tx, params.id, passwordHash);
      return { message: `The password of user ${params.id} is reset, and all its sessions have ended.` };
    };
    return transact(work, { revokesFrom: [params.id] });
  },
});
