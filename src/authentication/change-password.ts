import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../database/transaction.ts';
import { defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { done } from '../operation/schemas.ts';
import { passwordLength } from '../rules/password.ts';
import { assertPasswordAllowed, hashPassword, replacePassword, verifyPassword } from './password.ts';
import { newPassword, password } from './schemas.ts';
import { clearAttempts, countAttempt } from './throttle.ts';

interface PasswordOwner {
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
}

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
  answer: { status: 200, description: 'The password is changed', schema: done },
  async handle({ body, address, authority: { caller }, services, record, transact }) {
    const { userId, sessionId } = caller;
    const key = services.config.JWT_SECRET_KEY;
    const { owner, attempt } = await record(async (tx) => {
      const [row] = await tx.execute<PasswordOwner>(sql`
        SELECT u.name, u.email, c.password_hash AS "passwordHash"
        FROM registry_user u JOIN credential c ON c.user_id = u.id WHERE u.id = ${userId}`);
      if (row === undefined) throw problems.conflict('no-password', 'This user has no password to change.');
      assertPasswordAllowed(body.new_password, row, 'new_password');
      const counted = { of: { userId }, address, key };
      await countAttempt(tx, counted);
      return { owner: row, attempt: counted };
    });
    if (!(await verifyPassword(body.current_password, owner.passwordHash)))
      throw problems.invalid([{ path: 'body.current_password', message: 'is not the current password' }]);
    const passwordHash = await hashPassword(body.new_password);
    const work = async (tx: Transaction) => {
      const change = { passwordHash, expectedHash: owner.passwordHash, keepSessionId: sessionId };
      if (!(await replacePassword(tx, userId, change)))
        throw problems.conflict(
          'password-changed',
          'The password was changed by another request at the same time.',
        );
      await clearAttempts(tx, attempt);
      return { message: 'The password is changed, and your other sessions have ended.' };
    };
    return transact(work, { revokesFrom: [userId] });
  },
});
