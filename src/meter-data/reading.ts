/**
 * The net energy of one device in one interval, as delivered by every meter-data adapter.
 *
 * `start` and `end` are UTC instants with `end` after `start`. `energyWh` is whole Wh, rounded down once. It is zero
 * or negative for a consuming site or a charging storage device; no certificates are issued for such a reading (rule
 * ISS-4).
 */
export interface MeterReading {
  readonly start: Date;
  readonly end: Date;
  readonly energyWh: number;
}

/** The reason why an interval with data at the source has no reading. */
export type IncompleteReason = 'missing part' | 'contradictory values';

/**
 * An interval with incomplete or contradictory data, for which no certificates may be issued yet. `parts` are the
 * starts of the sub-intervals that are missing or have several values from the same settlement run.
 */
export interface IncompleteInterval {
  readonly start: Date;
  readonly end: Date;
  readonly reason: IncompleteReason;
  readonly parts: readonly Date[];
}

/** Numbers of readings by the sign of their energy. Only positive readings issue certificates. */
export interface ReadingCounts {
  readonly positive: number;
  readonly zero: number;
  readonly negative: number;
}

/** Counts readings by the sign of their energy. */
export function countReadings(readings: readonly MeterReading[]): ReadingCounts {
  let positive = 0;
  let negative = 0;
  for (const { energyWh } of readings) {
    if (energyWh > 0) positive += 1;
    if (energyWh < 0) negative += 1;
  }
  return { positive, zero: readings.length - positive - negative, negative };
}
