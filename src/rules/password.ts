/** The shortest in characters; the longest in UTF-16 units of the text as it was sent. */
export const passwordLength = { shortest: 12, longest: 1_024 } as const;

/** The normalized form of a password (NFKC, NIST SP 800-63B), independent of how a keyboard composed its characters. */
export const normalPassword = (password: string) => password.normalize('NFKC');

/**
 * Why a user with these names (e-mail, name) cannot choose the password, or `undefined` (rule ACC-8). Kinds of characters
 * are not prescribed, as NIST SP 800-63B advises.
 */
export function passwordFault(password: string, names: readonly string[]): string | undefined {
  const { shortest, longest } = passwordLength;
  if (!password.isWellFormed()) return 'must be well-formed Unicode';
  const normal = normalPassword(password);
  if ([...normal].length < shortest) return `must be at least ${shortest} characters long`;
  if (password.length > longest) return `must be at most ${longest} characters long`;
  const alike = (text: string) => normalPassword(text).trim().toLowerCase();
  if (names.some((name) => alike(name) === alike(password)))
    return "must not be the user's own e-mail or name";
  return undefined;
}
