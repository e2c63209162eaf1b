import { hash, verify } from '@node-rs/argon2';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import { problems } from '../operation/problem.ts';
import { normalPassword, passwordFault } from '../rules/password.ts';
import { endSessions } from './session.ts';

type Tx = Pick<Transaction, 'execute'>;

/** Parameters of argon2id as recommended by OWASP: 19 MiB, 2 iterations, parallelism 1. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a random password, so that the verification for an unknown user takes as long as for a known one. */
let decoy: Promise<string> | undefined;

/** Returns a salted argon2id hash in PHC string format. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalPassword(password), PARAMETERS);
}

/** Verifies a password against a hash. For an unknown user (`undefined`) the result is `false`, after the same time. */
export async function verifyPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID());
  const isCorrect = await verify(passwordHash ?? (await decoy), normalPassword(password));
  return isCorrect && passwordHash !== undefined;
}

/**
 * Requires that a new password follows the rules for passwords.
 *
 * @throws {Problem} 422 naming `field` of the body.
 */
export function assertPasswordAllowed(
  password: string,
  { name, email }: { readonly name: string; readonly email: string },
  field: string,
): void {
  const fault = passwordFault(password, [name, email]);
  if (fault !== undefined) throw problems.invalid([{ path: `body.${field}`, message: fault }]);
}

interface PasswordReplacement {
  readonly passwordHash: string;
  readonly expectedHash: string;
  readonly keepSessionId: number | undefined;
}

/** Sets the password of a user and ends all its sessions. */
export async function setPassword(tx: Tx, userId: number, passwordHash: string): Promise<void> {
  await tx.execute(sql`
    INSERT INTO credential (user_id, password_hash) VALUES (${userId}, ${passwordHash})
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = now()`);
  await endSessions(tx, userId);
}

/**
 * Replaces the password hash of a user and ends its sessions except `keepSessionId`. Returns `false` and changes
 * nothing if the stored hash is not `expectedHash`.
 */
export async function replacePassword(
  tx: Tx,
  userId: number,
  { passwordHash, expectedHash, keepSessionId }: PasswordReplacement,
): Promise<boolean> {
  const replaced = await tx.execute(sql`
    UPDATE credential SET password_hash = ${passwordHash}, changed_at = now()
    WHERE user_id = ${userId} AND password_hash = ${expectedHash} RETURNING user_id`);
  if (replaced.length === 0) return false;
  await endSessions(tx, userId, keepSessionId);
  return true;
}
