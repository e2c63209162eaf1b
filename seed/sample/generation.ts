import type { B1610Row } from '../../src/meter-data/elexon/index.ts';
import type { SampleUnit } from './devices.ts';
import { OUTPUT_MW } from './profile.ts';
import { settlementPeriodOf } from './settlement.ts';

/** A label that goes with the sample data everywhere: the units are real, their output is not. */
export const SAMPLE_LABEL =
  'Sample data: half-hours made by a deterministic model in the shape of Elexon B1610; not metered';

const HALF_HOUR_MS = 30 * 60_000;
const HALF_HOURS_PER_HOUR = 2;
const DAY_MS = 24 * 3_600_000;
const SAMPLE_DAYS = 14;
const PUBLICATION_DELAY_DAYS = 7;

export interface SampleWindow {
  readonly from: Date;
  readonly to: Date;
}

/** The 14 whole UTC days that end a week before the day of `today`: old enough to be published, and far from expiry. */
export function sampleWindow(today: Date): SampleWindow {
  const midnightMs = Math.floor(today.getTime() / DAY_MS) * DAY_MS;
  const toMs = midnightMs - PUBLICATION_DELAY_DAYS * DAY_MS;
  return { from: new Date(toMs - SAMPLE_DAYS * DAY_MS), to: new Date(toMs) };
}

/**
 * B1610 rows, ascending in time, of the half-hours that lie entirely in [from, to). A unit and an instant always give the
 * same row, whatever the window. Output never exceeds the capacity of the unit.
 */
export function sampleGeneration(unit: SampleUnit, from: Date, to: Date): B1610Row[] {
  const firstMs = Math.ceil(from.getTime() / HALF_HOUR_MS) * HALF_HOUR_MS;
  const count = Math.max(0, Math.floor((to.getTime() - firstMs) / HALF_HOUR_MS));
  return Array.from({ length: count }, (_, index) => rowOf(unit, firstMs + index * HALF_HOUR_MS));
}

function rowOf(unit: SampleUnit, startMs: number): B1610Row {
  const bmUnit = unit.device.local_device_identifier;
  return {
    dataset: 'B1610',
    psrType: 'Generation',
    bmUnit,
    nationalGridBmUnitId: bmUnit.replace(/^[A-Z0-9]_+/, ''),
    ...settlementPeriodOf(new Date(startMs)),
    halfHourEndTime: new Date(startMs + HALF_HOUR_MS).toISOString().slice(0, 19),
    settlementRunType: 'II',
    quantity: quantityMwh(unit, startMs),
  };
}

function quantityMwh(unit: SampleUnit, startMs: number): number {
  const outputMw = OUTPUT_MW[unit.profile](unit, startMs + HALF_HOUR_MS / 2);
  const withinCapacityMw = Math.min(outputMw, unit.device.power_mw);
  // Rounded towards zero to the three decimals that B1610 publishes; + 0 makes a plain 0 of -0.
  return Math.trunc((withinCapacityMw / HALF_HOURS_PER_HOUR) * 1000) / 1000 + 0;
}
