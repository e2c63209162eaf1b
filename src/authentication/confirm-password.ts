import { sql } from 'drizzle-orm';
import type { MutationCall } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { attemptPassword } from './attempt-password.ts';
import type { LoginAttempt } from './throttle.ts';

interface PasswordOwner {
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
}

/** A caller who gave the current password. */
interface ConfirmedCaller extends PasswordOwner {
  /** For `clearAttempts`, in the transaction that was confirmed. */
  readonly attempt: LoginAttempt;
}

/** The parts of a call that a password is confirmed with. */
type ConfirmingCall = Pick<MutationCall, 'address' | 'authority' | 'services' | 'record'>;

/**
 * Requires the current password of the caller. Wrong passwords count as failed logins. The password may change before
 * the transaction that follows: then the session of the caller has ended, unless the caller has changed it.
 *
 * @param assertRequest refuses a request for another reason, before the attempt is counted.
 *
 * @throws {Problem} 422 for a wrong password, 429 after too many, 409 for a user without a password.
 */
export async function confirmPassword(
  { address, authority: { caller }, services, record }: ConfirmingCall,
  currentPassword: string,
  assertRequest: (owner: PasswordOwner) => void = () => undefined,
): Promise<ConfirmedCaller> {
  const { userId } = caller;
  const attempt: LoginAttempt = { of: { userId }, address, key: services.config.JWT_SECRET_KEY };
  const { isCorrect, ...confirmed } = await attemptPassword(record, currentPassword, async (tx) => {
    const [row] = await tx.execute<PasswordOwner>(sql`
      SELECT u.name, u.email, c.password_hash AS "passwordHash"
      FROM registry_user u JOIN credential c ON c.user_id = u.id WHERE u.id = ${userId}`);
    if (row === undefined) throw problems.conflict('no-password', 'This user has no password.');
    assertRequest(row);
    return { ...row, attempt };
  });
  if (!isCorrect)
    throw problems.invalid([{ path: 'body.current_password', message: 'is not the current password' }]);
  return confirmed;
}
