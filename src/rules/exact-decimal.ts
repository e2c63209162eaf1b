import { Decimal } from 'decimal.js';

/** The significant digits that a decimal from a request or a setting may have. */
export const MOST_DIGITS = 32;

/**
 * Decimals that never round: room for the product of two inputs of `MOST_DIGITS`, a safe integer and the
 * milliseconds of an hour. decimal.js alone would round to 20 digits, and one unit of that is a certificate.
 */
export const ExactDecimal: Decimal.Constructor = Decimal.clone({
  precision: 2 * MOST_DIGITS + 40,
  rounding: Decimal.ROUND_DOWN,
});

/**
 * Reads a plain decimal; a number stands for the decimal that JSON shows for it (0.29 is exactly 29/100).
 *
 * @returns `undefined` for anything else, or for more digits than can be held exactly.
 */
export function exactDecimal(value: number | string): Decimal | undefined {
  if (typeof value === 'string' && !/^\d{1,32}(\.\d{1,32})?$/.test(value)) return undefined;
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  const decimal = new ExactDecimal(value);
  return decimal.precision() <= MOST_DIGITS ? decimal : undefined;
}
