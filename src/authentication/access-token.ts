import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Config } from '../config.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'gc-registry';

type TokenConfig = Pick<Config, 'JWT_SECRET_KEY' | 'JWT_SECRET_KEY_PREVIOUS' | 'ACCESS_TOKEN_EXPIRE_MINUTES'>;

export interface AccessToken {
  readonly token: string;
  /** Lifetime in seconds. */
  readonly expiresIn: number;
}

/** The user and the session that an access token belongs to. */
export interface SessionIdentity {
  readonly userId: number;
  readonly sessionId: number;
}

const encodeSecret = (secret: string) => new TextEncoder().encode(secret);

/** The `kid` of a secret (RFC 7515, 4.1.4): 16 hexadecimal digits of its hash. It selects one of two valid secrets. */
export function keyId(secret: string): string {
  return createHash('sha256').update(`kid:${secret}`).digest('hex').slice(0, 16);
}

/**
 * Signs a JWT (RFC 7519) that contains only the ids of the user and the session; role and accounts are read at each
 * request. It expires after `ACCESS_TOKEN_EXPIRE_MINUTES`, or with the session if that is earlier.
 */
export async function issueAccessToken(
  config: TokenConfig,
  { userId, sessionId, expiresAt }: SessionIdentity & { readonly expiresAt: Date },
  now: Date,
): Promise<AccessToken> {
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const sessionSecondsLeft = Math.floor(expiresAt.getTime() / 1_000) - issuedAt;
  const expiresIn = Math.min(config.ACCESS_TOKEN_EXPIRE_MINUTES * 60, sessionSecondsLeft);
  const token = await new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: keyId(config.JWT_SECRET_KEY) })
    .setIssuer(ISSUER)
    .setSubject(String(userId))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresIn)
    .sign(encodeSecret(config.JWT_SECRET_KEY));
  return { token, expiresIn };
}

/** Verifies an access token. Returns `undefined` if it is forged, expired or malformed. */
export async function verifyAccessToken(
  config: TokenConfig,
  token: string,
  now: Date,
): Promise<SessionIdentity | undefined> {
  const secrets = [config.JWT_SECRET_KEY, config.JWT_SECRET_KEY_PREVIOUS];
  const secretFor = (kid: string | undefined) => {
    const secret = secrets.find((candidate) => candidate !== undefined && keyId(candidate) === kid);
    if (secret === undefined) throw new errors.JWKSNoMatchingKey();
    return encodeSecret(secret);
  };
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => secretFor(kid), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      currentDate: now,
      requiredClaims: ['sub', 'exp', 'sid'],
    });
    const [userId, sessionId] = [Number(payload.sub), payload.sid];
    const isValid = Number.isSafeInteger(userId) && Number.isSafeInteger(sessionId);
    return isValid && typeof sessionId === 'number' ? { userId, sessionId } : undefined;
  } catch {
    return undefined;
  }
}
