import type { BodyLimit } from '../operation/body-limit.ts';
import { problems } from '../operation/problem.ts';

/** Deeper than any body of this API, and within the limits of recursion. */
const DEEPEST = 64;
/** More than any body of this API has. */
const MOST_NAMES = 1_000;

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Measures a JSON text in one pass over its bytes, before anything expensive is done with it. In UTF-8, a byte of these
 * characters is never part of another character. The text need not be valid: the parser says so.
 *
 * @returns the names in all objects, duplicates included.
 *
 * @throws {Problem} 400 for too deep nesting; 413 for too many values, arrays and objects, or names.
 */
export function scanJson(bytes: Uint8Array, limit: Omit<BodyLimit, 'bytes'>): number {
  let depth = 0;
  let containers = 0;
  let commas = 0;
  let names = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case COMMA:
        // Of n items or fields, n - 1 are followed by a comma.
        if (++commas >= limit.values) throw problems.tooManyValues(limit.values, 'values');
        break;
      case COLON:
        if (++names > MOST_NAMES) throw problems.tooManyValues(MOST_NAMES, 'names');
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > DEEPEST) throw problems.malformed(`The body is nested deeper than ${DEEPEST} levels.`);
        if (++containers > limit.containers)
          throw problems.tooManyValues(limit.containers, 'arrays and objects');
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
    }
  }
  return names;
}

/** The place of the quote that ends the string, or of the end of the bytes. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
