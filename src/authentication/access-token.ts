import { createHash } from 'node:crypto';
import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
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

interface VerifiedToken extends SessionIdentity {
  /** Seconds since 1970 (`exp`). */
  readonly expiresAt: number;
}

/** Returns the content of an access token; `undefined` if the token is forged, expired or malformed. */
export type VerifyAccessToken = (token: string, now: Date) => Promise<VerifiedToken | undefined>;

/** The number of verified tokens that a process remembers. */
const MAX_REMEMBERED = 10_000;

/**
 * Creates the verifier of access tokens. A signature is verified once: what a token says never changes, so it is remembered, by
 * a digest of the token, until the token expires. Whether the session still exists is not part of it.
 */
export function createTokenVerifier(config: TokenConfig): VerifyAccessToken {
  const verify = signatureVerifier(config);
  const remembered = new Map<string, VerifiedToken>();
  return async (token, now) => {
    const digest = createHash('sha256').update(token).digest('base64');
    const verified = remembered.get(digest) ?? (await verify(token, now));
    if (verified === undefined || verified.expiresAt <= Math.floor(now.getTime() / 1_000)) return undefined;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(digest, verified);
    return verified;
  };
}

function signatureVerifier(config: TokenConfig) {
  const secrets = [config.JWT_SECRET_KEY, config.JWT_SECRET_KEY_PREVIOUS].filter(
    (each) => each !== undefined,
  );
  const keys = new Map(secrets.map((secret) => [keyId(secret), encodeSecret(secret)]));
  const keyFor = ({ kid = '' }: JWTHeaderParameters) => {
    const key = keys.get(kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  };
  return async (token: string, now: Date): Promise<VerifiedToken | undefined> => {
    try {
      const { payload } = await jwtVerify(token, keyFor, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        currentDate: now,
        requiredClaims: ['sub', 'exp', 'sid'],
      });
      const { sub, sid: sessionId, exp: expiresAt } = payload;
      const userId = Number(sub);
      const isValid =
        Number.isSafeInteger(userId) && typeof sessionId === 'number' && expiresAt !== undefined;
      return isValid && Number.isSafeInteger(sessionId) ? { userId, sessionId, expiresAt } : undefined;
    } catch {
      return undefined;
    }
  };
}
