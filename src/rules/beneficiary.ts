import { refuse } from './refusal.ts';

/** Who may claim what is cancelled now: the text given, else the account's name. Blank text is none given. */
export function beneficiaryOf(given: string | null | undefined, accountName: string): string {
  return given?.trim() || accountName;
}

/**
 * Whether a claim names the bundle's own beneficiary; a claim that names nobody is fine.
 *
 * @throws {Refusal} `beneficiary-differs`.
 */
export function assertBeneficiary(
  given: string | null | undefined,
  bundle: { readonly id: number; readonly beneficiary: string | null },
): void {
  const named = given?.trim();
  if (named && named !== bundle.beneficiary) throw refuse.beneficiaryDiffers(bundle.id);
}
