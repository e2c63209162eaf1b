/**
 * What every meter-data adapter hands to the registry: the net energy of one device in one interval.
 *
 * `start` and `end` are UTC instants, `end` after `start`. `energyWh` is whole Wh, rounded down once, and may be
 * zero or negative (a site that consumes, a store that charges): such a reading issues no certificate
 * (rule ISS-4).
 */
export interface MeterReading {
  readonly start: Date;
  readonly end: Date;
  readonly energyWh: number;
}

/** Why an interval has no reading although the source says something about it. */
export type IncompleteReason = 'missing part' | 'contradictory values';

/**
 * An interval whose energy is not known for certain: nothing may be issued for it until its source is complete.
 * `parts` are the starts of the sub-intervals that are missing, or that have several values of equal standing.
 */
export interface IncompleteInterval {
  readonly start: Date;
  readonly end: Date;
  readonly reason: IncompleteReason;
  readonly parts: readonly Date[];
}

/** How many readings issue certificates (`positive`) and how many do not. */
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
