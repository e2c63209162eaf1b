import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Anchor, type AnchorFacts, digestOf, signAnchor } from '../../src/anchor/anchor.ts';
import { keySetOf, publicJwkOf } from '../../src/anchor/key-set.ts';
import { type SigningKey, thumbprintOf } from '../../src/anchor/signing-key.ts';

export function aKey(privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey): SigningKey {
  const publicKey = createPublicKey(privateKey);
  return { keyId: thumbprintOf(publicKey), privateKey, publicKey };
}

export const keysOf = (...keys: readonly SigningKey[]) => keySetOf(keys.map(publicJwkOf));

export const someFacts: AnchorFacts = {
  number: 0,
  position: 7,
  hash: 'ab'.repeat(32),
  energy_wh: { Active: '100', Cancelled: '9007199254740993' },
  signed_at: '2026-03-15T12:00:00.000Z',
  previous: null,
};

export const anAnchor = (key = aKey()) => signAnchor({ ...someFacts, position: 0 }, key);

/** Anchors that follow one another, ten positions apart. */
export function someAnchors(count: number, key = aKey()): Anchor[] {
  const anchors: Anchor[] = [];
  for (let number = 0; number < count; number++) {
    const before = anchors.at(-1);
    const previous = before ? digestOf(before) : null;
    anchors.push(signAnchor({ ...someFacts, number, position: 10 * number, previous }, key));
  }
  return anchors;
}
