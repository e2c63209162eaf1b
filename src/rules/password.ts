/** The shortest in characters; the longest in UTF-16 units of the text as it was sent. */
export const passwordLength = { shortest: 12, longest: 1_024 } as const;

/** The one form of a password that looks the same, however a keyboard composed it (NFKC, as NIST SP 800-63B advises). */
export const normalPassword = (password: string) => password.normalize('NFKC');

/**
 * What makes a password unfit to be chosen by a person with these names (e-mail, name), or `undefined`. Nothing is asked
 * of the kinds of characters: that makes passwords worse.
 */
export function passwordFault(password: string, names: readonly string[]): string | undefined {
  const { shortest, longest } = passwordLength;
  if (!password.isWellFormed()) return 'must be well-formed Unicode';
  const normal = normalPassword(password);
  if ([...normal].length < shortest) return `must be at least ${shortest} characters long`;
  if (password.length > longest) return `must be at most ${longest} characters long`;
  const alike = (text: string) => normalPassword(text).trim().toLowerCase();
  if (names.some((name) => alike(name) === alike(password))) return 'must not be one’s own e-mail or name';
  return undefined;
}
