import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { SigningKey } from './signing-key.ts';

const TYPE = 'urn:gc-registry:anchor:1';
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const base64url = z.string().regex(/^[\w-]+$/);

/**
 * A signed head of the journal: what the journal was up to a position. Sums of energy are texts, because they may exceed 2^53; those
 * of statuses without energy are absent.
 */
export const Anchor = z
  .strictObject({
    // Prevents that a signature of something else is taken for one of an anchor.
    type: z.literal(TYPE),
    number: z.int().nonnegative().meta({ description: 'Number of the anchor, starting at 0 without gaps' }),
    position: z
      .int()
      .nonnegative()
      .meta({ description: 'Position of the last event that the anchor covers' }),
    hash: hex.meta({ description: 'Hash of that event, and so of the chain up to it, in hexadecimal' }),
    energy_wh: z.record(z.string(), z.string().regex(/^-?[1-9]\d*$/)).meta({
      description: 'Energy in Wh of all bundles by their status after that event',
      examples: [{ Active: '2500000', Cancelled: '400000' }],
    }),
    signed_at: z.iso.datetime({ precision: 3 }),
    key_id: base64url.meta({ description: 'Thumbprint (RFC 7638) of the public key' }),
    previous: hex.nullable().meta({
      description: 'SHA-256 of the previous anchor as RFC 8785 JSON, in hexadecimal; null for the first',
    }),
    signature: base64url.meta({
      description: 'Ed25519 signature over the other members as RFC 8785 JSON, in base64url',
    }),
  })
  .meta({ id: 'Anchor' });
export type Anchor = z.output<typeof Anchor>;

export type AnchorFacts = Omit<Anchor, 'type' | 'key_id' | 'signature'>;

const HeadWithAnchor = z.object({ anchor: Anchor });

/** A text that is no anchor. */
export class InvalidAnchor extends Error {}

export function signAnchor(facts: AnchorFacts, { keyId, privateKey }: SigningKey): Anchor {
  const { number, position, hash, energy_wh, signed_at, previous } = facts;
  const anchored = { number, position, hash, energy_wh, signed_at, previous };
  const unsigned = { ...anchored, type: TYPE, key_id: keyId } as const;
  return { ...unsigned, signature: sign(null, bytesOf(unsigned), privateKey).toString('base64url') };
}

export function isSignedBy({ signature, ...unsigned }: Anchor, publicKey: KeyObject): boolean {
  return verify(null, bytesOf(unsigned), publicKey, Buffer.from(signature, 'base64url'));
}

/** The anchor as RFC 8785 JSON, the form in which it is stored. */
export function textOf(anchor: Anchor): string {
  return canonicalJson(anchor);
}

/** sha256 over the whole anchor, in hex. The next anchor names it, so that no anchor of a chain can be left out or replaced. */
export function digestOf(anchor: Anchor): string {
  return createHash('sha256').update(textOf(anchor)).digest('hex');
}

/**
 * An anchor as JSON, or the answer of `GET /journal/head` with one.
 *
 * @throws {InvalidAnchor}
 */
export function parseAnchor(text: string): Anchor {
  try {
    const value: unknown = JSON.parse(text);
    const { success, data } = HeadWithAnchor.safeParse(value);
    return success ? data.anchor : Anchor.parse(value);
  } catch (cause) {
    throw new InvalidAnchor('a text is not an anchor', { cause });
  }
}

function bytesOf(unsigned: Omit<Anchor, 'signature'>): Buffer {
  return Buffer.from(canonicalJson(unsigned));
}

function canonicalJson(value: object): string {
  return canonicalize(value) ?? '';
}
