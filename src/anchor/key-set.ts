import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { type Anchor, isSignedBy } from './anchor.ts';
import { type SigningKey, thumbprintOf } from './signing-key.ts';

/** An Ed25519 public key as in RFC 8037. */
const PublicJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  /** The last position that an anchor of this key may have; absent for the key in use. */
  last_position: z.int().nonnegative().optional(),
});
export type PublicJwk = z.output<typeof PublicJwk>;

/** A JSON Web Key Set (RFC 7517). */
const PublicKeys = z.object({ keys: z.array(PublicJwk).min(1) });

interface KnownKey {
  readonly publicKey: KeyObject;
  readonly lastPosition: number;
}

/** The public keys that anchors are accepted from, by id. */
export type KeySet = ReadonlyMap<string, KnownKey>;

/** The public half of a key in use. */
export function publicJwkOf({ keyId, publicKey }: SigningKey): PublicJwk {
  return PublicJwk.parse({ ...publicKey.export({ format: 'jwk' }), kid: keyId });
}

/**
 * The keys in a file of the form `{"keys": [...]}`.
 *
 * @throws {ConfigError} naming the file.
 */
export function readPublicKeys(file: string): PublicJwk[] {
  try {
    const { keys } = PublicKeys.parse(JSON.parse(readFileSync(file, 'utf8')));
    for (const key of keys) if (thumbprintOf(publicKeyOf(key)) !== key.kid) throw new Error(`kid ${key.kid}`);
    return keys;
  } catch {
    throw new ConfigError(
      `Configuration: ANCHOR_KEYS_FILE: ${file} is not a JSON Web Key Set of Ed25519 public keys with their thumbprints as kid`,
    );
  }
}

/**
 * Adds a key to such a file, which is created if it does not exist. A key that it has keeps its entry.
 *
 * @throws {ConfigError} if the file has another form, or cannot be written.
 */
export function addPublicKey(file: string, key: PublicJwk): void {
  const keys = existsSync(file) ? readPublicKeys(file) : [];
  if (keys.some(({ kid }) => kid === key.kid)) return;
  const complete = `${file}.new`;
  try {
    writeFileSync(complete, `${JSON.stringify({ keys: [...keys, key] }, null, 2)}\n`);
    renameSync(complete, file);
  } catch {
    throw new ConfigError(`Configuration: ANCHOR_KEYS_FILE: ${file} cannot be written`);
  }
}

export function keySetOf(keys: readonly PublicJwk[]): KeySet {
  return new Map(
    keys.map((key) => [
      key.kid,
      { publicKey: publicKeyOf(key), lastPosition: key.last_position ?? Number.MAX_SAFE_INTEGER },
    ]),
  );
}

function publicKeyOf({ kty, crv, x }: PublicJwk): KeyObject {
  return createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
}

/** Why an anchor is not authentic, or `undefined` if it is. */
export function faultOf(anchor: Anchor, keys: KeySet): string | undefined {
  const key = keys.get(anchor.key_id);
  if (key === undefined) return `is signed by the key ${anchor.key_id}, which is not known`;
  if (anchor.position > key.lastPosition)
    return `is signed by the key ${anchor.key_id}, which ended with position ${key.lastPosition}`;
  return isSignedBy(anchor, key.publicKey) ? undefined : 'has a wrong signature';
}
