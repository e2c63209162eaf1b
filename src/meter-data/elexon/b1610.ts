import { z } from 'zod';

export const HALF_HOUR_MS = 30 * 60_000;

const halfHourEndTime = z.iso
  .datetime({ local: true, offset: true })
  .refine((text) => instantOf(text) % HALF_HOUR_MS === 0, 'must be on a half-hour');

/**
 * One row of B1610, "actual generation output per generation unit", with the field names of the API. `quantity` is in
 * MWh and may be negative. Unknown fields are accepted and dropped.
 */
const b1610RowSchema = z.object({
  dataset: z.literal('B1610'),
  psrType: z.string().nullish(),
  bmUnit: z.string().min(1),
  nationalGridBmUnitId: z.string().nullish(),
  settlementDate: z.iso.date(),
  settlementPeriod: z.int().min(1).max(50),
  halfHourEndTime,
  settlementRunType: z.string().nullish(),
  quantity: z.number(),
});

export type B1610Row = Readonly<z.infer<typeof b1610RowSchema>>;

/** A response that is not valid B1610 data. The message names the row and the field. */
export class B1610FormatError extends Error {
  override readonly name = 'B1610FormatError';
}

/**
 * Validates a B1610 response: a bare array (stream endpoint) or `{ data: [...] }` (older endpoint).
 *
 * @throws {B1610FormatError} naming the first invalid row and field.
 */
export function parseB1610(answer: unknown): B1610Row[] {
  return rowsOf(answer).map((row, index) => {
    const parsed = b1610RowSchema.safeParse(row);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') || 'the row itself';
    throw new B1610FormatError(`B1610 row ${index}, ${field}: ${issue?.message ?? 'is not valid'}`);
  });
}

/** The end of the half-hour of a row in ms since the epoch. B1610 omits the time zone, which is UTC. */
export function halfHourEndMs(row: B1610Row): number {
  return instantOf(row.halfHourEndTime);
}

function instantOf(text: string): number {
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text);
  return Date.parse(hasZone ? text : `${text}Z`);
}

function rowsOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  if (isRecord(answer) && Array.isArray(answer.data)) return answer.data;
  const found = isRecord(answer)
    ? `an object with ${Object.keys(answer).slice(0, 5).join(', ')}`
    : kindOf(answer);
  throw new B1610FormatError(`B1610 response: expected an array of rows or {"data": [...]}, found ${found}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
