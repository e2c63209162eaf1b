import { Decimal } from 'decimal.js';

/** The most significant digits of a decimal from a request or a setting. */
export const MOST_DIGITS = 32;

/**
 * Decimals that are never rounded: their precision holds the product of two inputs of `MOST_DIGITS`, a safe integer and
 * the milliseconds of an hour. The default precision of decimal.js, 20 digits, could lose a certificate.
 */
export const ExactDecimal: Decimal.Constructor = Decimal.clone({
  precision: 2 * MOST_DIGITS + 40,
  rounding: Decimal.ROUND_DOWN,
});

/**
 * Parses a plain decimal. A number is the decimal that JSON shows for it: 0.29 is exactly 29/100.
 *
 * @returns `undefined` for anything else, and for more than `MOST_DIGITS` digits.
 */
export function exactDecimal(value: number | string): Decimal | undefined {
  if (typeof value === 'string' && !/^\d{1,32}(\.\d{1,32})?$/.test(value)) return undefined;
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  const decimal = new ExactDecimal(value);
  return decimal.precision() <= MOST_DIGITS ? decimal : undefined;
}
