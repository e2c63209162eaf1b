import { z } from 'zod';

/** Powers are decimal text in the register, such as "99.000". Demand is negative. */
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
 * One entry of the BM Unit register. `bmUnit` is the id used by B1610, or null for units unknown to settlement.
 * Powers are in MW; `demandCapacityMw` is zero or negative.
 */
export type BmUnit = Readonly<z.infer<typeof bmUnitSchema>>;

/** A response that is not a valid register. The message names the entry and the field. */
export class BmUnitFormatError extends Error {
  override readonly name = 'BmUnitFormatError';
}

/**
 * Validates a response of `/reference/bmunits/all`.
 *
 * @throws {BmUnitFormatError} naming the first invalid entry and field.
 */
export function parseBmUnits(answer: unknown): BmUnit[] {
  const parsed = z.array(bmUnitSchema).safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [entry, ...field] = issue?.path ?? [];
  const place =
    entry === undefined ? 'the response' : `entry ${String(entry)}, ${field.join('.') || 'the entry itself'}`;
  throw new BmUnitFormatError(`BM Unit register, ${place}: ${issue?.message ?? 'is not valid'}`);
}
