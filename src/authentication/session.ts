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
/** Limit of concurrent sessions of a user. Beyond it, the least recently refreshed sessions end. */
const MAX_SESSIONS_PER_USER = 1_000;
/** How long an exchanged token returns the same successor again, for a second browser tab or after a lost response. */
const GRACE_PERIOD_MS = 30_000;

export interface Session extends SessionIdentity {
  readonly expiresAt: Date;
  readonly refreshToken: string;
}

/** Creates a session of a user, and deletes a batch of expired sessions. */
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
  const [created] = await tx.execute<{ id: number }>(sql`
    INSERT INTO session (user_id, family_hash, secret_hash, created_at, refreshed_at, expires_at)
    VALUES (${userId}, ${hashSecret(token.family)}, ${hashSecret(token.secret)}, ${at}, ${at},
            ${expiresAt.toISOString()}::timestamptz)
    RETURNING id`);
  if (created === undefined) throw new Error('INSERT ... RETURNING returned no row');
  return { userId, sessionId: created.id, expiresAt, refreshToken: formatRefreshToken(token) };
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
  /** The token was exchanged before the grace period and may have been stolen. The session has been ended. */
  | ({ readonly result: 'reused' } & SessionIdentity);

/** Exchanges a refresh token for its successor. Concurrent exchanges of one token return the same successor. */
export async function rotateRefreshToken(tx: Tx, text: string, now: Date): Promise<RefreshResult> {
  const token = parseRefreshToken(text);
  const row = token && (await lockSession(tx, token));
  if (token === undefined || row === undefined || row.expiresAt <= now) return { result: 'unknown' };
  const presentedHash = hashSecret(token.secret);
  const next = presentedHash.equals(row.secretHash)
    ? await rotate(tx, row, token, now)
    : successorInGracePeriod(row, token, presentedHash, now);
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

/**
 * The successor of a token exchanged within the grace period. The distance is absolute because clocks of processes
 * differ.
 */
function successorInGracePeriod(
  row: SessionRow,
  token: RefreshToken,
  presentedHash: Buffer,
  now: Date,
): RefreshToken | undefined {
  const isPrevious = row.previousHash?.equals(presentedHash) ?? false;
  const ageMs = Math.abs(now.getTime() - row.refreshedAt.getTime());
  return isPrevious && row.salt && ageMs <= GRACE_PERIOD_MS ? deriveSuccessor(token, row.salt) : undefined;
}

export async function endSession(tx: Tx, sessionId: number): Promise<void> {
  await tx.execute(sql`DELETE FROM session WHERE id = ${sessionId}`);
}

/** Ends all sessions of a user, except the given one if there is one. */
export async function endSessions(tx: Tx, userId: number, keepSessionId?: number): Promise<void> {
  await tx.execute(
    sql`DELETE FROM session WHERE user_id = ${userId} AND id IS DISTINCT FROM ${keepSessionId ?? null}`,
  );
}
