/** Names that people and programs compare visually: of accounts, organisations and users, and the grids and identifiers of devices. */

/** Format characters, characters that are not displayed at all, and the blank Braille pattern. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Whether a text contains no invisible character (rule ACC-9). */
export const isVisible = (text: string): boolean => !INVISIBLE.test(text);

/**
 * The normalized form of a name (rule ACC-9): Unicode normalization form KC, with single spaces between words and none
 * around them. Idempotent.
 */
export const normalizeName = (text: string): string => text.normalize('NFKC').replaceAll(/\s+/g, ' ').trim();
