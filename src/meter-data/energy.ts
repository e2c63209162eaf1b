import { Decimal } from 'decimal.js';
import { WH_PER_MWH } from '../rules/capacity.ts';

/**
 * Decimal arithmetic for the conversion of MWh to whole Wh; in binary floating point 0.29 MWh would become 289 999 Wh.
 *
 * The precision represents the sum of any two doubles exactly. Longer decimal texts are rounded down (rule ISS-5).
 */
const Exact = Decimal.clone({ precision: 1000, rounding: Decimal.ROUND_FLOOR });

const DECIMAL_TEXT = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;

/** A decimal number of MWh. A `number` is read as its shortest decimal representation, as in a JSON document. */
export type EnergyMwh = number | string | Decimal;

/** An energy that is not a finite decimal number, or exceeds the safe integers in Wh. */
export class EnergyOutOfRangeError extends RangeError {
  override readonly name = 'EnergyOutOfRangeError';
}

/**
 * Converts MWh to whole Wh, rounded towards minus infinity: 0.29 is 290 000, -0.0000001 is -1.
 *
 * @throws {EnergyOutOfRangeError} if the value is not a finite decimal, or its magnitude exceeds 2^53 - 1 Wh.
 */
export function toWholeWh(energyMwh: EnergyMwh): number {
  const energyWh = toExactMwh(energyMwh).times(WH_PER_MWH).floor();
  if (energyWh.abs().greaterThan(Number.MAX_SAFE_INTEGER)) {
    throw new EnergyOutOfRangeError(
      `${energyMwh.toString()} MWh exceeds the maximum of ${Number.MAX_SAFE_INTEGER} Wh`,
    );
  }
  // Adding 0 converts -0 to 0.
  return energyWh.toNumber() + 0;
}

/**
 * Returns the exact sum in MWh. Sum before converting to Wh: rounding each part would lose up to 1 Wh per part.
 *
 * @throws {EnergyOutOfRangeError} if a value is not a finite decimal.
 */
export function sumMwh(energiesMwh: readonly EnergyMwh[]): Decimal {
  return energiesMwh.reduce<Decimal>((sum, energyMwh) => sum.plus(toExactMwh(energyMwh)), new Exact(0));
}

function toExactMwh(energyMwh: EnergyMwh): Decimal {
  const isText = typeof energyMwh === 'string';
  if (isText && !DECIMAL_TEXT.test(energyMwh)) {
    throw new EnergyOutOfRangeError(`'${energyMwh.slice(0, 40)}' is not a decimal number of MWh`);
  }
  const exact = new Exact(energyMwh);
  if (!exact.isFinite())
    throw new EnergyOutOfRangeError(`${energyMwh.toString()} is not a finite number of MWh`);
  return exact;
}
