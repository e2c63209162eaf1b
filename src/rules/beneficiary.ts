import { refuse } from './refusal.ts';

/** The beneficiary of a cancellation: the text given, or the name of the account if it is missing or blank. */
export function beneficiaryOf(given: string | null | undefined, accountName: string): string {
  return given?.trim() || accountName;
}

/**
 * Requires that a claim names the bundle's beneficiary, or none (rule LIFE-7).
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
