import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * Random bearer secrets: refresh tokens and API keys. The database stores only their SHA-256 hash, which is indexed. An
 * unsalted hash is sufficient for 256 random bits.
 */

const SECRET_BYTES = 32;
const FAMILY_BYTES = 16;

export function hashSecret(secret: Uint8Array | string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** A refresh token: the identifier shared by all tokens of a session, and the secret of this token. */
export interface RefreshToken {
  readonly family: Buffer;
  readonly secret: Buffer;
}

const REFRESH_TOKEN = /^gcrr_([0-9a-f]{32})([0-9a-f]{64})$/;

export function generateRefreshToken(): RefreshToken {
  return { family: randomBytes(FAMILY_BYTES), secret: randomBytes(SECRET_BYTES) };
}

export function formatRefreshToken({ family, secret }: RefreshToken): string {
  return `gcrr_${family.toString('hex')}${secret.toString('hex')}`;
}

export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, family, secret] = REFRESH_TOKEN.exec(text) ?? [];
  if (family === undefined || secret === undefined) return undefined;
  return { family: Buffer.from(family, 'hex'), secret: Buffer.from(secret, 'hex') };
}

export function generateSalt(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** Derives the next token by HKDF (RFC 5869): the same for the same token and salt, and secret without the token. */
export function deriveSuccessor({ family, secret }: RefreshToken, salt: Buffer): RefreshToken {
  const next = hkdfSync('sha256', secret, salt, 'gc-registry refresh token', SECRET_BYTES);
  return { family, secret: Buffer.from(next) };
}

const API_KEY = /^gcr_([0-9a-f]{64})([0-9a-f]{8})$/;
const HINT_LENGTH = 'gcr_'.length + 6;

const checksum = (secret: string) => crc32(secret).toString(16).padStart(8, '0');

/** Returns `gcr_`, 64 hexadecimal digits and their CRC-32, so that secret scanners can recognize leaked keys. */
export function generateApiKey(): string {
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  return `gcr_${secret}${checksum(secret)}`;
}

/** Whether a text has the form and checksum of an API key. Mistyped keys are rejected without a database query. */
export function isApiKey(text: string): boolean {
  const [, secret, given] = API_KEY.exec(text) ?? [];
  return secret !== undefined && checksum(secret) === given;
}

export const apiKeyHint = (apiKey: string) => apiKey.slice(0, HINT_LENGTH);
