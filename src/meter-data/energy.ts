import { Decimal } from 'decimal.js';
import { WH_PER_MWH } from '../rules/capacity.ts';

/**
 * MWh of meter data to the registry's whole Wh, by decimal arithmetic: in binary 0.29 MWh would be 289 999 Wh.
 *
 * The precision holds the sum of any two doubles exactly, and should a longer text exceed it, what is lost
 * is rounded down (rule ISS-5).
 */
const Exact = Decimal.clone({ precision: 1000, rounding: Decimal.ROUND_FLOOR });

const DECIMAL_TEXT = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;

/** A decimal number of MWh: a number counts as its shortest decimal text (what a JSON document said). */
export type EnergyMwh = number | string | Decimal;

/** Energy that is no finite decimal number, or that a safe integer of Wh cannot hold. */
export class EnergyOutOfRangeError extends RangeError {
  override readonly name = 'EnergyOutOfRangeError';
}

/**
 * Whole Wh of a decimal number of MWh, rounded down (towards minus infinity): 0.29 is 290 000, -0.0000001 is -1.
 *
 * @throws EnergyOutOfRangeError when it is no finite decimal, or beyond 2^53 - 1 Wh either way
 */
export function toWholeWh(energyMwh: EnergyMwh): number {
  const energyWh = toExactMwh(energyMwh).times(WH_PER_MWH).floor();
  if (energyWh.abs().greaterThan(Number.MAX_SAFE_INTEGER)) {
    throw new EnergyOutOfRangeError(
      `${energyMwh.toString()} MWh is more than the registry can count (${Number.MAX_SAFE_INTEGER} Wh)`,
    );
  }
  // Adding zero turns the -0 that floors of small negatives leave into a plain 0.
  return energyWh.toNumber() + 0;
}

/**
 * The exact sum in MWh. Add before rounding: flooring each part would lose up to 1 Wh a part.
 *
 * @throws EnergyOutOfRangeError when a value is no finite decimal
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
