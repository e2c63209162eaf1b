import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import type { SessionIdentity } from './access-token.ts';
import { lockForRevocation } from './authorization-lock.ts';
import {
  deriveSuccessor,
  formatRefreshToken,
  generateRefreshToken,
  generateSalt,
  hashSecret,
  parseRefreshToken,
  type RefreshToken,
} from './secret.ts';

type Tx = Pick<Transaction, 'execute'>;

const DAY_MS = 86_400_000;
const PURGE_BATCH_SIZE = 100;
/** A user's logins that go on at once; past it, the ones refreshed longest ago end. */
const MAX_SESSIONS_PER_USER = 1_000;
/** How long a token that has been exchanged gives the same successor again: to a second tab, or after a lost answer. */
const GRACE_PERIOD_MS = 30_000;

export interface Session extends SessionIdentity {
  readonly expiresAt: Date;
  readonly refreshToken: string;
}

/** Begins a login, and clears away some of those that have expired. */
export async function createSession(
  tx: Tx,
  { userId, now, days }: { userId: number; now: Date; days: number },
): Promise<Session> {
  await tx.execute(sql`
    DELETE FROM session WHERE id IN (
      SELECT id FROM session WHERE expires_at <= ${now.toISOString()}::timestamptz
      ORDER BY expires_at LIMIT ${PURGE_BATCH_SIZE} FOR UPDATE SKIP LOCKED)`);
  await tx.execute(sql`
    DELETE FROM session WHERE id IN (
      SELECT id FROM session WHERE user_id = ${userId}
      ORDER BY refreshed_at DESC, id DESC OFFSET ${MAX_SESSIONS_PER_USER - 1} FOR UPDATE SKIP LOCKED)`);
  const token = generateRefreshToken();
  const expiresAt = new Date(now.getTime() + days * DAY_MS);
  const at = sql`${now.toISOString()}::timestamptz`;
  const [made] = await tx.execute<{ id: number }>(sql`
    INSERT INTO session (user_id, family_hash, secret_hash, created_at, refreshed_at, expires_at)
    VALUES (${userId}, ${hashSecret(token.family)}, ${hashSecret(token.secret)}, ${at}, ${at},
            ${expiresAt.toISOString()}::timestamptz)
    RETURNING id`);
  if (made === undefined) throw new Error('an insert gave no row');
  return { userId, sessionId: made.id, expiresAt, refreshToken: formatRefreshToken(token) };
}

interface SessionRow {
  readonly id: number;
  readonly userId: number;
  readonly secretHash: Buffer;
  readonly previousHash: Buffer | null;
  readonly salt: Buffer | null;
  readonly refreshedAt: Date;
  readonly expiresAt: Date;
}

export type RefreshResult =
  | { readonly result: 'refreshed'; readonly session: Session }
  | { readonly result: 'unknown' }
  /** The token had been exchanged long ago: somebody has a copy, so the whole login has ended. */
  | ({ readonly result: 'reused' } & SessionIdentity);

/** Exchanges a refresh token for the next one. Two exchanges at once come one after the other, and agree. */
export async function rotateRefreshToken(tx: Tx, text: string, now: Date): Promise<RefreshResult> {
  const token = parseRefreshToken(text);
  const row = token && (await lockSession(tx, token));
  if (token === undefined || row === undefined || row.expiresAt <= now) return { result: 'unknown' };
  const shown = hashSecret(token.secret);
  const next = shown.equals(row.secretHash)
    ? await rotate(tx, row, token, now)
    : successorInGracePeriod(row, token, shown, now);
  const { id: sessionId, userId, expiresAt } = row;
  if (next === undefined) {
    await lockForRevocation(tx, [userId]);
    await tx.execute(sql`DELETE FROM session WHERE id = ${sessionId}`);
    return { result: 'reused', userId, sessionId };
  }
  const session = { userId, sessionId, expiresAt, refreshToken: formatRefreshToken(next) };
  return { result: 'refreshed', session };
}

async function lockSession(tx: Tx, { family }: RefreshToken): Promise<SessionRow | undefined> {
  const [row] = await tx.execute<SessionRow>(sql`
    SELECT s.id, s.user_id AS "userId", s.secret_hash AS "secretHash", s.previous_hash AS "previousHash", s.salt,
           s.refreshed_at AS "refreshedAt", s.expires_at AS "expiresAt"
    FROM session s JOIN registry_user u ON u.id = s.user_id
    WHERE s.family_hash = ${hashSecret(family)} AND u.deleted_at IS NULL
    FOR UPDATE OF s`);
  return row;
}

async function rotate(tx: Tx, row: SessionRow, token: RefreshToken, now: Date): Promise<RefreshToken> {
  const salt = generateSalt();
  const next = deriveSuccessor(token, salt);
  await tx.execute(sql`
    UPDATE session
    SET secret_hash = ${hashSecret(next.secret)}, previous_hash = secret_hash, salt = ${salt},
        refreshed_at = ${now.toISOString()}::timestamptz
    WHERE id = ${row.id}`);
  return next;
}

/** Clocks of two processes may differ, so "a moment ago" may also be a moment ahead. */
function successorInGracePeriod(
  row: SessionRow,
  token: RefreshToken,
  shown: Buffer,
  now: Date,
): RefreshToken | undefined {
  const isPrevious = row.previousHash?.equals(shown) ?? false;
  const apartMs = Math.abs(now.getTime() - row.refreshedAt.getTime());
  return isPrevious && row.salt && apartMs <= GRACE_PERIOD_MS ? deriveSuccessor(token, row.salt) : undefined;
}

export async function endSession(tx: Tx, sessionId: number): Promise<void> {
  await tx.execute(sql`DELETE FROM session WHERE id = ${sessionId}`);
}

/** Ends all logins of a user; but one, if it is named. */
export async function endSessions(tx: Tx, userId: number, except = 0): Promise<void> {
  await tx.execute(sql`DELETE FROM session WHERE user_id = ${userId} AND id <> ${except}`);
}
