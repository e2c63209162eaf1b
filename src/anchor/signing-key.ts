import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import canonicalize from 'canonicalize';
import { ConfigError } from '../config.ts';

/** An Ed25519 key that signs anchors. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const NAME = 'ANCHOR_KEY_FILE';

/**
 * Reads a private key: PKCS#8 in PEM, which only its owner can read, or root and a group.
 *
 * @throws {ConfigError} naming what is wrong with the file.
 */
export function readSigningKey(file: string): SigningKey {
  requirePrivate(file);
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key: readFileSync(file), format: 'pem' });
  } catch {
    throw new ConfigError(
      `Configuration: ${NAME}: ${file} is not a private key in PEM (PKCS#8) without a passphrase`,
    );
  }
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new ConfigError(`Configuration: ${NAME}: ${file} is not an Ed25519 key`);
  return signingKey(privateKey);
}

/**
 * Creates a private key, readable by its owner only.
 *
 * @throws {ConfigError} if the file exists, or cannot be created.
 */
export function createSigningKey(file: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    throw new ConfigError(`Configuration: ${NAME}: ${file} cannot be created: ${codeOf(error)}`);
  }
  try {
    writeFileSync(descriptor, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return signingKey(privateKey);
}

/** The RFC 7638 thumbprint of an Ed25519 key (RFC 8037), base64url. */
export function thumbprintOf(publicKey: KeyObject): string {
  const { crv, kty, x } = publicKey.export({ format: 'jwk' });
  return createHash('sha256')
    .update(canonicalize({ crv, kty, x }) ?? '')
    .digest('base64url');
}

function signingKey(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  return { keyId: thumbprintOf(publicKey), privateKey, publicKey };
}

/** The rule of PostgreSQL for key files: mode 0600 or less if this user owns it, 0640 or less if root does. */
function requirePrivate(file: string): void {
  let owner: number;
  let mode: number;
  try {
    ({ uid: owner, mode } = statSync(file));
  } catch (error) {
    throw new ConfigError(`Configuration: ${NAME}: ${file} cannot be read: ${codeOf(error)}`);
  }
  const user = process.getuid?.();
  // Windows has no such permissions.
  if (user === undefined) return;
  if (owner !== user && owner !== 0)
    throw new ConfigError(
      `Configuration: ${NAME}: ${file} must belong to the user of the registry or to root`,
    );
  const forbidden = owner === user ? 0o077 : 0o037;
  if ((mode & forbidden) !== 0)
    throw new ConfigError(
      `Configuration: ${NAME}: others can access ${file}; its mode must be 0600, or 0640 if root owns it`,
    );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
