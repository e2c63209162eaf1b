import { z } from 'zod';
import type { Transaction } from '../database/transaction.ts';
import { defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { done } from '../operation/schemas.ts';
import { passwordLength } from '../rules/password.ts';
import { confirmPassword } from './confirm-password.ts';
import { assertPasswordAllowed, hashPassword, replacePassword } from './password.ts';
import { newPassword, password } from './schemas.ts';
import { clearAttempts } from './throttle.ts';

const PasswordChange = z
  .object({ current_password: password, new_password: newPassword })
  .meta({ id: 'PasswordChange' });

export const changePassword = defineMutation({
  id: 'changePassword',
  method: 'POST',
  path: '/auth/change_password',
  tag: 'Authentication',
  summary: 'Change your password',
  description: `Takes the current and the new password. A password has ${passwordLength.shortest} to ${passwordLength.longest} characters and must not be the e-mail or the name of the user. All other sessions of the user end; its API keys keep working. Wrong passwords count as failed logins.`,
  permission: 'read',
  loginOnly: true,
  body: PasswordChange,
  bodyLimit: 'small',
  answer: { status: 200, description: 'The password is changed', schema: done },
  async handle(call) {
    const { body, transact } = call;
    const { userId, sessionId } = call.authority.caller;
    const confirmed = await confirmPassword(call, body.current_password, (owner) =>
      assertPasswordAllowed(body.new_password, owner, 'new_password'),
    );
    const passwordHash = await hashPassword(body.new_password);
    const work = async (tx: Transaction) => {
      const change = { passwordHash, expectedHash: confirmed.passwordHash, keepSessionId: sessionId };
      if (!(await replacePassword(tx, userId, change)))
        throw problems.conflict(
          'password-changed',
          'The password was changed by another request at the same time.',
        );
      await clearAttempts(tx, confirmed.attempt);
      return { message: 'The password is changed, and your other sessions have ended.' };
    };
    return transact(work, { revokesFrom: [userId] });
  },
});
