import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * Random secrets that their bearers show. What is kept of them is a plain sha256: of 256 random bits it cannot be turned back,
 * and it can be looked up.
 */

const SECRET_BYTES = 32;
const FAMILY_BYTES = 16;

export function hashSecret(secret: Uint8Array | string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** A refresh token in its two halves: that of its login, and its own. */
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

/** The token that follows: always the same for a token and a salt, and unknown to whoever lacks the token. */
export function deriveSuccessor({ family, secret }: RefreshToken, salt: Buffer): RefreshToken {
  const next = hkdfSync('sha256', secret, salt, 'gc-registry refresh token', SECRET_BYTES);
  return { family, secret: Buffer.from(next) };
}

const API_KEY = /^gcr_([0-9a-f]{64})([0-9a-f]{8})$/;
const HINT_LENGTH = 'gcr_'.length + 6;

const checksum = (secret: string) => crc32(secret).toString(16).padStart(8, '0');

/** `gcr_`, 64 hexadecimal digits and their CRC-32: scanners for leaked secrets can tell it from anything else. */
export function generateApiKey(): string {
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  return `gcr_${secret}${checksum(secret)}`;
}

/** Whether a text can be an API key at all; what was mistyped or made up costs no look-up. */
export function isApiKey(text: string): boolean {
  const [, secret, given] = API_KEY.exec(text) ?? [];
  return secret !== undefined && checksum(secret) === given;
}

export const apiKeyHint = (apiKey: string) => apiKey.slice(0, HINT_LENGTH);
