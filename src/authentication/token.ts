import { jwtVerify, SignJWT } from 'jose';
import type { Config } from '../config.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'gc-registry';

type TokenConfig = Pick<Config, 'JWT_SECRET_KEY' | 'ACCESS_TOKEN_EXPIRE_MINUTES'>;

export interface AccessToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
}

const secret = (config: TokenConfig) => new TextEncoder().encode(config.JWT_SECRET_KEY);

/** A short-lived JWT (RFC 7519) that names its user and nothing else: role and accounts are read anew at each call. */
export async function issueAccessToken(config: TokenConfig, userId: number, now: Date): Promise<AccessToken> {
  const expiresIn = config.ACCESS_TOKEN_EXPIRE_MINUTES * 60;
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuer(ISSUER)
    .setSubject(String(userId))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresIn)
    .sign(secret(config));
  return { token, expiresIn };
}

/** The user that a token names, or `undefined` when it is forged, expired or not a token at all. */
export async function userOfToken(
  config: TokenConfig,
  token: string,
  now: Date,
): Promise<number | undefined> {
  try {
    const { payload } = await jwtVerify(token, secret(config), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      currentDate: now,
      requiredClaims: ['sub', 'exp'],
    });
    const userId = Number(payload.sub);
    return Number.isSafeInteger(userId) ? userId : undefined;
  } catch {
    return undefined;
  }
}
