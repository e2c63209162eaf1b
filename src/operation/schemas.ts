import { z } from 'zod';
import { parseInstant } from '../rules/instant.ts';
import { isVisible, normalizeName } from '../rules/name.ts';
import { Refusal } from '../rules/refusal.ts';
import type { AccountId, BundleId, DeviceId, MetadataId, UserId } from '../rules/units.ts';

/** Schemas shared by all features. */

/** An id in a JSON body: a positive integer that JSON carries exactly. */
export const id = z
  .int()
  .positive()
  .meta({ description: 'Id, a positive integer', examples: [1] });

/** Casts the ids that a schema reads: the only place where a number becomes an id of a kind. */
type IdsOf<Id extends number> = typeof id & { readonly _zod: { readonly output: Id } };

export const accountId = id as IdsOf<AccountId>;
export const bundleId = id as IdsOf<BundleId>;
export const deviceId = id as IdsOf<DeviceId>;
export const metadataId = id as IdsOf<MetadataId>;
export const userId = id as IdsOf<UserId>;

/** An id in a path or a query string. */
export const idText = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'must be a positive integer')
  .transform(Number)
  .pipe(id);

/** The id of the path, repeated in the query string; `requireSameId` compares them. */
export const idAgain = idText
  .optional()
  .meta({ description: 'Must equal the id in the path if present (sent by older clients)' });

/** The same as {@link IdsOf}, for ids in a path or a query string. */
type TextIdsOf<Id extends number> = typeof idText & { readonly _zod: { readonly output: Id } };

export const accountIdText = idText as TextIdsOf<AccountId>;

export const idParams = z.object({ id: idText });

/** The path of an operation on one account. */
export const accountParams = z.object({ id: accountIdText });

/** A text that a person wrote: trimmed, not empty, without control characters. */
export const plainText = (longest = 200) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest, { abort: true })
    .refine(isPlainText, 'must not contain control characters');

/** The description of texts that the journal keeps in clear (docs/PRIVACY.md). */
export const KEPT_IN_CLEAR = 'Kept permanently and never erased: name organisations, not persons';

/** A name that people compare visually, in its normalized form (rule ACC-9). */
export const name = (longest = 200) =>
  z
    .string()
    // Normalization takes quadratic time. It makes some texts shorter, but hardly by a factor of four.
    .max(4 * longest, { abort: true, error: `must have at most ${longest} characters` })
    .refine(isVisible, 'must not contain invisible characters')
    .overwrite(normalizeName)
    .min(1)
    .max(longest)
    .refine(isPlainText, 'must not contain control characters');

/** Text without control characters or unpaired surrogates: Postgres accepts neither NUL nor unpaired surrogates. */
export function isPlainText(text: string): boolean {
  return !/\p{Cc}/u.test(text.replaceAll(/[\n\r\t]/g, '')) && text.isWellFormed();
}

/**
 * An optional value on edit. The empty text removes the value; `null` means that the field is not given.
 */
export const clearable = <S extends z.ZodType>(schema: S) =>
  z.union([z.literal('').transform(() => null), schema]).optional();

/** The description of every edit's body. */
export const EDIT =
  'The fields to change. The empty text removes an optional value; `null` leaves it as it is.';

/** An ISO 8601 datetime on input; without an offset it is UTC. */
export const instant = z
  .string()
  .meta({ format: 'date-time', examples: ['2025-01-12T14:00:00Z'] })
  .transform((text, context) => {
    try {
      return parseInstant(text);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: error instanceof Refusal ? error.message : 'is not a datetime',
      });
      return z.NEVER;
    }
  });

/** An ISO 8601 datetime on output, with `Z` or an offset. */
export const instantText = z.string().meta({ format: 'date-time', examples: ['2025-01-12T14:00:00Z'] });

/** A count, on output. */
export const count = z.int().nonnegative();

/** A measured quantity that is never negative, on output. */
export const quantity = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** The number of a certificate among those of its device. */
export const certificateNumber = z.int().positive();

/** A whole number of watt-hours. */
export const wattHours = count.meta({ description: 'Wh', examples: [1_000_000] });

/** A whole number in a query string, between bounds. */
export const countText = (most: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(most))
    .default(byDefault);

/** A boolean in a query string. */
export const flagText = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
  .pipe(z.boolean());

export const MAX_PAGE = 1_000;

/** Query string of every list. While there is a next page, the header `registry-next-cursor` leads to it. */
export const pageQuery = z.object({
  limit: countText(MAX_PAGE, 100).meta({ description: `Rows on a page, at most ${MAX_PAGE}` }),
  cursor: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'Cursor from `registry-next-cursor` of the previous page' }),
});

/** The version of an entity that is edited, on output. */
export const version = z
  .int()
  .positive()
  .meta({
    description: 'Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`',
    examples: [1],
  });

export const done = z.object({ message: z.string() });
