import { exactDecimal } from './exact-decimal.ts';
import { refuse } from './refusal.ts';
import { type Wh, wh } from './units.ts';

export const WH_PER_MWH = 1_000_000;
const MS_PER_HOUR = 3_600_000;

/** A device, and the actual interval. `powerMw`: MW. `margin`: a factor, such as 1.1. */
export interface FullPower {
  readonly powerMw: number | string;
  readonly start: Date;
  readonly end: Date;
  readonly margin: number | string;
}

/**
 * The most Wh that may be issued for an interval, rounded down (rule ISS-6).
 *
 * @throws {RangeError} when power or margin is not a decimal of at least 0, or the interval has no length.
 */
export function capacityLimitWh({ powerMw, start, end, margin }: FullPower): Wh {
  const power = exactDecimal(powerMw);
  const factor = exactDecimal(margin);
  const ms = end.getTime() - start.getTime();
  if (!power || !factor || power.isNegative() || factor.isNegative() || !(ms > 0)) {
    throw new RangeError(`no capacity follows from ${powerMw} MW, margin ${margin} and ${ms} ms`);
  }
  // Multiplied before it is divided: thirds of an hour have no exact decimal.
  const limit = power.times(WH_PER_MWH).times(factor).times(ms).dividedToIntegerBy(MS_PER_HOUR);
  return wh(Math.min(limit.toNumber(), Number.MAX_SAFE_INTEGER));
}

/**
 * Requires that the device can produce the energy in the interval; exactly the limit is allowed.
 *
 * @throws {Refusal} `over-capacity`, with both figures.
 */
export function assertWithinCapacity(quantityWh: number, device: FullPower): void {
  const limitWh = capacityLimitWh(device);
  if (quantityWh > limitWh) throw refuse.overCapacity(quantityWh, limitWh);
}
