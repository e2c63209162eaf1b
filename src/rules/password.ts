/** In characters. */
const SHORTEST = 12;
/** In UTF-16 units of the text as it was sent. */
const LONGEST = 1_024;

/** The one form of a password that looks the same, however a keyboard composed it (NFKC, as NIST SP 800-63B advises). */
export const normalPassword = (password: string) => password.normalize('NFKC');

/**
 * What makes a password unfit to be chosen by a person with these names (e-mail, name), or `undefined`. Nothing is asked
 * of the kinds of characters: that makes passwords worse.
 */
export function passwordFault(password: string, names: readonly string[]): string | undefined {
  if (!password.isWellFormed()) return 'must be well-formed Unicode';
  const normal = normalPassword(password);
  if ([...normal].length < SHORTEST) return `must be at least ${SHORTEST} characters long`;
  if (password.length > LONGEST) return `must be at most ${LONGEST} characters long`;
  const alike = (text: string) => normalPassword(text).trim().toLowerCase();
  if (names.some((name) => alike(name) === alike(password))) return 'must not be one’s own e-mail or name';
  return undefined;
}
