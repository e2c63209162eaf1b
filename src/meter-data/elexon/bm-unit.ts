import { z } from 'zod';

/** The register writes powers as decimal text, "99.000"; demand is negative. */
const powerMw = z
  .union([z.string().regex(/^-?\d+(\.\d+)?$/, 'is not a decimal number of MW'), z.number()])
  .nullish()
  .transform((power) => (power == null ? null : Number(power)));
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const bmUnitSchema = z
  .object({
    elexonBmUnit: text,
    nationalGridBmUnit: text,
    bmUnitName: text,
    leadPartyName: text,
    fuelType: text,
    bmUnitType: text,
    gspGroupName: text,
    generationCapacity: powerMw,
    demandCapacity: powerMw,
  })
  .transform(({ elexonBmUnit, generationCapacity, demandCapacity, ...unit }) => ({
    ...unit,
    bmUnit: elexonBmUnit,
    generationCapacityMw: generationCapacity,
    demandCapacityMw: demandCapacity,
  }));

/**
 * One entry of the BM Unit register. `bmUnit` is the id that B1610 uses; it is null for units that settlement
 * does not know. Powers are MW; `demandCapacityMw` is zero or negative.
 */
export type BmUnit = Readonly<z.infer<typeof bmUnitSchema>>;

/** A register that cannot be read; the message names the entry and the field. */
export class BmUnitFormatError extends Error {
  override readonly name = 'BmUnitFormatError';
}

/**
 * The register, from the parsed answer of `/reference/bmunits/all`.
 *
 * @throws BmUnitFormatError naming the first entry and field that is wrong
 */
export function parseBmUnits(answer: unknown): BmUnit[] {
  const parsed = z.array(bmUnitSchema).safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [entry, ...field] = issue?.path ?? [];
  const place =
    entry === undefined ? 'the answer' : `entry ${String(entry)}, ${field.join('.') || 'the entry itself'}`;
  throw new BmUnitFormatError(`BM Unit register, ${place}: ${issue?.message ?? 'is not valid'}`);
}
