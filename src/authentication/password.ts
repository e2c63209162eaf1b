import { hash, verify } from '@node-rs/argon2';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import { problems } from '../operation/problem.ts';
import { normalPassword, passwordFault } from '../rules/password.ts';
import { endSessions } from './session.ts';

type Tx = Pick<Transaction, 'execute'>;

/** argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), which are the library's own defaults. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a password nobody has: verifying against it takes as long as against a real one. */
let decoy: Promise<string> | undefined;

/** An argon2id hash in PHC format, salted. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalPassword(password), PARAMETERS);
}

/** Whether the password fits; for an unknown user (`undefined`) it never does, in the same time. */
export async function verifyPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID());
  const fits = await verify(passwordHash ?? (await decoy), normalPassword(password));
  return fits && passwordHash !== undefined;
}

/** @throws {Problem} 422 naming `field` of the body. */
export function assertPasswordAllowed(
  password: string,
  { name, email }: { readonly name: string; readonly email: string },
  field: string,
): void {
  const fault = passwordFault(password, [name, email]);
  if (fault !== undefined) throw problems.invalid([{ path: `body.${field}`, message: fault }]);
}

/** Gives a user a password, and ends all its logins. */
export async function setPassword(tx: Tx, userId: number, passwordHash: string): Promise<void> {
  await tx.execute(sql`
    INSERT INTO credential (user_id, password_hash) VALUES (${userId}, ${passwordHash})
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = now()`);
  await endSessions(tx, userId);
}

/** Replaces one hash by another, and ends the user's logins but `except`. `false`: the hash was not `instead` any more. */
export async function replacePassword(
  tx: Tx,
  userId: number,
  { passwordHash, instead, except }: { passwordHash: string; instead: string; except: number | undefined },
): Promise<boolean> {
  const replaced = await tx.execute(sql`
    UPDATE credential SET password_hash = ${passwordHash}, changed_at = now()
    WHERE user_id = ${userId} AND password_hash = ${instead} RETURNING user_id`);
  if (replaced.length === 0) return false;
  await endSessions(tx, userId, except);
  return true;
}
