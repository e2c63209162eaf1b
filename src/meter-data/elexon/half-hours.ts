import { sumMwh, toWholeWh } from '../energy.ts';
import { countReadings, type IncompleteInterval, type MeterReading, type ReadingCounts } from '../reading.ts';
import { type B1610Row, HALF_HOUR_MS, halfHourEndMs } from './b1610.ts';
import { settlementRunRank } from './settlement-run.ts';

export type GranularityMinutes = 30 | 60;

/** The readings and incomplete intervals of one BM unit, in ascending order of time. */
export interface UnitReadings {
  readonly bmUnit: string;
  readonly readings: readonly MeterReading[];
  readonly incomplete: readonly IncompleteInterval[];
  readonly counts: ReadingCounts;
}

/**
 * Converts half-hourly rows, in any order, to the readings of each BM unit, in ascending order of ids.
 *
 * Time is taken from the UTC instant `halfHourEndTime`. Settlement date and period, which follow London time, are
 * ignored, so days with 46 or 50 periods need no special case. Half-hours are summed exactly and rounded down once.
 * If there are several rows for a half-hour, the newest settlement run is used; duplicates are merged. An interval is
 * `incomplete` if a half-hour is missing, or has two values in its newest run. Intervals without rows are not
 * reported.
 *
 * @throws {EnergyOutOfRangeError} for quantities beyond the safe integers in Wh.
 */
export function readingsFromB1610(
  rows: Iterable<B1610Row>,
  granularityMinutes: GranularityMinutes = 60,
): UnitReadings[] {
  const units = [...newestHalfHours(rows)].sort(([a], [b]) => compareText(a, b));
  return units.map(([bmUnit, halfHours]) => unitReadings(bmUnit, halfHours, granularityMinutes * 60_000));
}

interface HalfHour {
  readonly startMs: number;
  readonly energyMwh: number;
  readonly runRank: number;
  readonly isContradictory: boolean;
}

type HalfHoursByStart = Map<number, HalfHour>;

function newestHalfHours(rows: Iterable<B1610Row>): Map<string, HalfHoursByStart> {
  const units = new Map<string, HalfHoursByStart>();
  for (const row of rows) {
    const halfHours = units.get(row.bmUnit) ?? new Map<number, HalfHour>();
    units.set(row.bmUnit, halfHours);
    const halfHour = halfHourOf(row);
    const known = halfHours.get(halfHour.startMs);
    halfHours.set(halfHour.startMs, known === undefined ? halfHour : mergeRuns(known, halfHour));
  }
  return units;
}

function halfHourOf(row: B1610Row): HalfHour {
  return {
    startMs: halfHourEndMs(row) - HALF_HOUR_MS,
    energyMwh: row.quantity,
    runRank: settlementRunRank(row.settlementRunType),
    isContradictory: false,
  };
}

/** Merges two rows of a half-hour. The result does not depend on their order. */
function mergeRuns(known: HalfHour, other: HalfHour): HalfHour {
  if (other.runRank !== known.runRank) return other.runRank > known.runRank ? other : known;
  return other.energyMwh === known.energyMwh ? known : { ...known, isContradictory: true };
}

function unitReadings(bmUnit: string, halfHours: HalfHoursByStart, lengthMs: number): UnitReadings {
  const readings: MeterReading[] = [];
  const incomplete: IncompleteInterval[] = [];
  const starts = new Set([...halfHours.keys()].map((ms) => Math.floor(ms / lengthMs) * lengthMs));

  for (const startMs of [...starts].sort((a, b) => a - b)) {
    const interval = { start: new Date(startMs), end: new Date(startMs + lengthMs) };
    const partStarts = halfHourStarts(startMs, lengthMs);
    const parts = partStarts.flatMap((ms) => halfHours.get(ms) ?? []);
    const contradictory = parts.filter((part) => part.isContradictory).map((part) => new Date(part.startMs));

    if (parts.length < partStarts.length) {
      const missing = partStarts.filter((ms) => !halfHours.has(ms)).map((ms) => new Date(ms));
      incomplete.push({ ...interval, reason: 'missing part', parts: missing });
    } else if (contradictory.length > 0) {
      incomplete.push({ ...interval, reason: 'contradictory values', parts: contradictory });
    } else {
      readings.push({ ...interval, energyWh: toWholeWh(sumMwh(parts.map((part) => part.energyMwh))) });
    }
  }
  return { bmUnit, readings, incomplete, counts: countReadings(readings) };
}

function halfHourStarts(startMs: number, lengthMs: number): number[] {
  return Array.from({ length: lengthMs / HALF_HOUR_MS }, (_, index) => startMs + index * HALF_HOUR_MS);
}

/** Compares by code unit instead of locale, so that the order is the same on every machine. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
