import { createHash, createPrivateKey, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type Anchor,
  digestOf,
  InvalidAnchor,
  isSignedBy,
  parseAnchor,
  signAnchor,
  textOf,
} from '../../../src/anchor/anchor.ts';
import { faultOf, keySetOf, publicJwkOf } from '../../../src/anchor/key-set.ts';
import { thumbprintOf } from '../../../src/anchor/signing-key.ts';
import { aKey, keysOf, someFacts } from '../../harness/anchors.ts';

/** The example key of RFC 8037, appendix A.1. */
const EXAMPLE = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  },
});
const key = aKey(EXAMPLE);

/** What is signed, written by hand: members in order, without spaces. */
const SIGNED =
  `{"energy_wh":{"Active":"100","Cancelled":"9007199254740993"},"hash":"${'ab'.repeat(32)}",` +
  `"key_id":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","number":0,"position":7,"previous":null,` +
  `"signed_at":"2026-03-15T12:00:00.000Z","type":"urn:gc-registry:anchor:1"}`;

describe('an anchor', () => {
  test('has the key id of RFC 8037, appendix A.3', () => {
    expect(thumbprintOf(key.publicKey)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  test('is signed over its RFC 8785 JSON without the signature', () => {
    const { signature } = signAnchor(someFacts, key);
    expect(signature).toBe(sign(null, Buffer.from(SIGNED), EXAMPLE).toString('base64url'));
    expect(verify(null, Buffer.from(SIGNED), key.publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('is stored as RFC 8785 JSON, over which its digest is computed', () => {
    const anchor = signAnchor(someFacts, key);
    const text = SIGNED.replace('"signed_at"', `"signature":"${anchor.signature}","signed_at"`);
    expect(textOf(anchor)).toBe(text);
    expect(digestOf(anchor)).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test.each<[keyof Anchor, unknown]>([
    ['number', 1],
    ['position', 8],
    ['hash', 'cd'.repeat(32)],
    ['energy_wh', { Active: '101', Cancelled: '9007199254740993' }],
    ['signed_at', '2026-03-15T12:00:00.001Z'],
    ['key_id', 'another'],
    ['previous', 'ab'.repeat(32)],
    ['signature', signAnchor({ ...someFacts, position: 8 }, key).signature],
  ])('has no valid signature after a change of %s', (member, value) => {
    const anchor = signAnchor(someFacts, key);
    expect(isSignedBy(anchor, key.publicKey)).toBe(true);
    expect(isSignedBy({ ...anchor, [member]: value }, key.publicKey)).toBe(false);
  });

  test('is read from its text, and from the response of GET /journal/head', () => {
    const anchor = signAnchor(someFacts, key);
    expect(parseAnchor(textOf(anchor))).toEqual(anchor);
    expect(parseAnchor(JSON.stringify({ position: 9, hash: anchor.hash, anchor }, null, 2))).toEqual(anchor);
  });

  test.each([
    ['no JSON', 'anchor'],
    ['a response without an anchor', '{"position":9,"hash":"ab","anchor":null}'],
    ['an unknown member', textOf({ ...signAnchor(someFacts, key), ...{ comment: '' } })],
    ['another type', textOf(signAnchor(someFacts, key)).replace('anchor:1', 'anchor:2')],
  ])('is not read from %s', (_, text) => {
    expect(() => parseAnchor(text)).toThrow(InvalidAnchor);
  });
});

describe('a set of public keys', () => {
  const anchor = signAnchor(someFacts, key);

  test('accepts an anchor of each of its keys', () => {
    expect(faultOf(anchor, keysOf(aKey(), key))).toBeUndefined();
  });

  test('rejects an anchor of another key', () => {
    expect(faultOf(anchor, keysOf(aKey()))).toBe(`is signed by the key ${key.keyId}, which is not known`);
  });

  test('rejects an anchor that names one of its keys but is signed by another', () => {
    const forged = { ...signAnchor(someFacts, aKey()), key_id: key.keyId };
    expect(faultOf(forged, keysOf(key))).toBe('has a wrong signature');
  });

  test('rejects an anchor after the last position of its key, and none before', () => {
    const ended = (last_position: number) => keySetOf([{ ...publicJwkOf(key), last_position }]);
    expect(faultOf(anchor, ended(7))).toBeUndefined();
    expect(faultOf(anchor, ended(6))).toBe(`is signed by the key ${key.keyId}, which ended with position 6`);
  });
});
