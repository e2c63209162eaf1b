import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { OlderClientFields } from './older-clients.ts';

/**
 * Returns the fields of a request body for its schema. A field that is `null` counts as absent: many clients send unset
 * fields as `null`. Fields of older clients are renamed or dropped.
 */
export function givenFields(
  body: unknown,
  { shape }: z.ZodObject,
  { ignored = [], renamed = {} }: OlderClientFields = {},
): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const given = new Map(Object.entries(body).filter(([, value]) => value !== null));
  for (const [name, value] of [...given]) {
    if (Object.hasOwn(shape, name)) continue;
    const nameHere = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
    if (nameHere !== undefined || ignored.includes(name)) given.delete(name);
    if (nameHere !== undefined && !given.has(nameHere)) given.set(nameHere, value);
  }
  return Object.fromEntries(given);
}

const folded = (name: string) => name.replaceAll(/[-_]/g, '').toLowerCase();

/** Maximum edit distance of a suggested name. */
const MOST_TYPING_ERRORS = 2;

/** The message for an unknown field, with the most similar known field. */
export function unknownFieldMessage(name: string, { shape }: z.ZodObject): string {
  const [nearest] = Object.keys(shape)
    .map((known) => ({ known, errors: distance(folded(known), folded(name)) }))
    .filter(({ known, errors }) => errors <= Math.min(MOST_TYPING_ERRORS, folded(known).length / 3))
    .sort((a, b) => a.errors - b.errors);
  return nearest ? `is not a known field: did you mean ${nearest.known}?` : 'is not a known field';
}
