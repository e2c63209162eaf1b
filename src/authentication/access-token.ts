import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Config } from '../config.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'gc-registry';

type TokenConfig = Pick<Config, 'JWT_SECRET_KEY' | 'JWT_SECRET_KEY_PREVIOUS' | 'ACCESS_TOKEN_EXPIRE_MINUTES'>;

export interface AccessToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Who logged in, and by which login. */
export interface SessionIdentity {
  readonly userId: number;
  readonly sessionId: number;
}

const encodeSecret = (secret: string) => new TextEncoder().encode(secret);

/** Names a secret in a token's header, so that of two live secrets the right one is tried, and gives nothing of it away. */
export function keyId(secret: string): string {
  return createHash('sha256').update(`kid:${secret}`).digest('hex').slice(0, 16);
}

/**
 * A short-lived JWT (RFC 7519) that names its user and its login, and nothing else: role and accounts are read anew at each
 * call. It ends no later than its login.
 */
export async function issueAccessToken(
  config: TokenConfig,
  { userId, sessionId, expiresAt }: SessionIdentity & { readonly expiresAt: Date },
  now: Date,
): Promise<AccessToken> {
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const left = Math.floor(expiresAt.getTime() / 1_000) - issuedAt;
  const expiresIn = Math.min(config.ACCESS_TOKEN_EXPIRE_MINUTES * 60, left);
  const token = await new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: keyId(config.JWT_SECRET_KEY) })
    .setIssuer(ISSUER)
    .setSubject(String(userId))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresIn)
    .sign(encodeSecret(config.JWT_SECRET_KEY));
  return { token, expiresIn };
}

/** Whom a token names, or `undefined` when it is forged, expired or not a token at all. */
export async function verifyAccessToken(
  config: TokenConfig,
  token: string,
  now: Date,
): Promise<SessionIdentity | undefined> {
  const secrets = [config.JWT_SECRET_KEY, config.JWT_SECRET_KEY_PREVIOUS];
  const keyNamed = (kid: string | undefined) => {
    const secret = secrets.find((each) => each !== undefined && keyId(each) === kid);
    if (secret === undefined) throw new errors.JWKSNoMatchingKey();
    return encodeSecret(secret);
  };
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => keyNamed(kid), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      currentDate: now,
      requiredClaims: ['sub', 'exp', 'sid'],
    });
    const [userId, sessionId] = [Number(payload.sub), payload.sid];
    const fits = Number.isSafeInteger(userId) && Number.isSafeInteger(sessionId);
    return fits && typeof sessionId === 'number' ? { userId, sessionId } : undefined;
  } catch {
    return undefined;
  }
}
