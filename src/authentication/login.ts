import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../database/transaction.ts';
import { olderClients } from '../operation/older-clients.ts';
import { defineMutation, FORM_TYPE, JSON_TYPE } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { isPlainText } from '../operation/schemas.ts';
import { attemptPassword } from './attempt-password.ts';
import { password, Tokens } from './schemas.ts';
import { createSession } from './session.ts';
import { clearAttempts, normalizeEmail } from './throttle.ts';
import { tokenResponse } from './token-response.ts';

const invalidCredentials = () => problems.unauthenticated('The e-mail or the password is wrong.');

export const login = defineMutation({
  id: 'login',
  method: 'POST',
  path: '/auth/login',
  tag: 'Authentication',
  summary: 'Log in',
  description:
    'Exchanges an e-mail and a password for a short-lived access token and a refresh token. The same fields are accepted as a form (`application/x-www-form-urlencoded`). The response is the same for an unknown e-mail and a wrong password. After 10 failures for one user from one network within 15 minutes, further attempts from there receive 429 until the 15 minutes are over.',
  permission: 'public',
  accepts: [JSON_TYPE, FORM_TYPE],
  bodyLimit: 'small',
  olderClients: olderClients.oauth,
  body: z.object({
    username: z
      .string()
      .max(320)
      .refine(isPlainText, 'must not contain control characters')
      .meta({ description: 'The e-mail of the user', examples: ['trading_user@usermail.com'] }),
    password: password.meta({ format: 'password', examples: ['registry-demo'] }),
  }),
  answer: { status: 200, description: 'An access token and a refresh token', schema: Tokens },
  refusals: [401],
  async handle({ body, address, services, record, transact }) {
    const { config, clock } = services;
    const { known, attempt, isCorrect } = await attemptPassword(record, body.password, async (tx) => {
      const credential = await findCredential(tx, body.username);
      // Counted by user id: changing the e-mail with a stolen token must not reset the counter.
      const of = credential ? { userId: credential.userId } : { email: body.username };
      return {
        known: credential,
        passwordHash: credential?.passwordHash,
        attempt: { of, address, key: config.JWT_SECRET_KEY },
      };
    });
    if (!isCorrect || known === undefined) throw invalidCredentials();
    const now = clock();
    const session = await transact(async (tx) => {
      await requireUnchangedPassword(tx, known);
      await clearAttempts(tx, attempt);
      return createSession(tx, { userId: known.userId, now, days: config.SESSION_EXPIRE_DAYS });
    });
    return tokenResponse(config, session, now);
  },
});

interface Credential {
  readonly userId: number;
  readonly passwordHash: string;
}

async function findCredential(tx: Transaction, username: string): Promise<Credential | undefined> {
  const [known] = await tx.execute<Credential>(sql`
    SELECT u.id AS "userId", c.password_hash AS "passwordHash"
    FROM registry_user u JOIN credential c ON c.user_id = u.id
    WHERE lower(u.email) = ${normalizeEmail(username)} AND u.deleted_at IS NULL`);
  return known;
}

/**
 * Requires that the password was not changed since it was verified: a change ends all sessions of the user.
 *
 * @throws {Problem} 401
 */
async function requireUnchangedPassword(
  tx: Transaction,
  { userId, passwordHash }: Credential,
): Promise<void> {
  const same = await tx.execute(sql`
    SELECT FROM credential WHERE user_id = ${userId} AND password_hash = ${passwordHash} FOR SHARE`);
  if (same.length === 0) throw invalidCredentials();
}
