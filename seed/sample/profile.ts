import type { Profile, SampleUnit } from './devices.ts';
import { hashToUnit, smoothNoise } from './noise.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Mean net output in MW of the half-hour centred on the instant; negative when the unit consumes power. */
export type OutputMw = (unit: SampleUnit, middleMs: number) => number;

/** One model for each profile, plausible in size, daily pattern and correlation. Not a forecast. */
export const OUTPUT_MW: Readonly<Record<Profile, OutputMw>> = {
  'onshore wind': (unit, middleMs) => windMw(unit, middleMs, 0),
  'offshore wind': (unit, middleMs) => windMw(unit, middleMs, 2),
  solar: solarMw,
  hydro: hydroMw,
  nuclear: (unit, middleMs) =>
    unit.device.power_mw * (0.96 + 0.01 * smoothNoise(idOf(unit), middleMs, 6 * HOUR_MS)),
  biomass: (unit, middleMs) =>
    unit.device.power_mw * (0.6 + 0.37 * smoothNoise(idOf(unit), middleMs, 18 * HOUR_MS)),
  gas: gasMw,
  battery: (unit, middleMs) => storageMw(unit, middleMs, BATTERY_DAY),
  'pumped storage': (unit, middleMs) => storageMw(unit, middleMs, PUMPED_DAY),
  demand: (unit, middleMs) =>
    -unit.device.peak_demand * (0.5 + 0.4 * smoothNoise(idOf(unit), middleMs, 4 * HOUR_MS)),
};

/** Weather moves from west to east, half an hour for each degree of longitude. North and south differ. */
function windiness({ latitude, longitude, device }: SampleUnit, instantMs: number): number {
  const arrivalMs = instantMs - longitude * 0.5 * HOUR_MS;
  const north = Math.min(1, Math.max(0, (latitude - 51) / 7));
  const weather =
    north * smoothNoise('weather of the north', arrivalMs, 30 * HOUR_MS) +
    (1 - north) * smoothNoise('weather of the south', arrivalMs, 30 * HOUR_MS);
  return 0.75 * weather + 0.25 * smoothNoise(device.local_device_identifier, instantMs, 4 * HOUR_MS);
}

/** The power curve of a turbine: standstill below 3 m/s (its own consumption is then an import), full power above 13 m/s. */
function windMw(unit: SampleUnit, middleMs: number, windierMetresPerS: number): number {
  const metresPerS = 1 + windierMetresPerS + 17 * windiness(unit, middleMs);
  if (metresPerS < 3) return -Math.min(unit.device.peak_demand, unit.device.power_mw * 0.004);
  const share = Math.min(1, (metresPerS ** 3 - 27) / (13 ** 3 - 27));
  return unit.device.power_mw * 0.96 * share;
}

function solarMw(unit: SampleUnit, middleMs: number): number {
  const height = sineOfSunHeight(unit, middleMs);
  if (height <= 0) return 0;
  const clearness = 0.3 + 0.65 * smoothNoise(`clouds of ${idOf(unit)}`, middleMs, 3 * HOUR_MS);
  return unit.device.power_mw * clearness * height ** 1.15;
}

/** Solar elevation. Declination by Cooper's formula; the equation of time (at most 15 minutes) is ignored. */
function sineOfSunHeight({ latitude, longitude }: SampleUnit, instantMs: number): number {
  const radians = Math.PI / 180;
  const yearStartMs = Date.UTC(new Date(instantMs).getUTCFullYear(), 0, 1);
  const dayOfYear = Math.floor((instantMs - yearStartMs) / DAY_MS) + 1;
  const declination = 23.44 * radians * Math.sin((2 * Math.PI * (284 + dayOfYear)) / 365);
  const hourAngle = (hourOfDay(instantMs) - 12) * 15 * radians + longitude * radians;
  return (
    Math.sin(latitude * radians) * Math.sin(declination) +
    Math.cos(latitude * radians) * Math.cos(declination) * Math.cos(hourAngle)
  );
}

/** Reservoir hydro runs when demand is high, for longer after rain, and stands still otherwise. */
function hydroMw(unit: SampleUnit, middleMs: number): number {
  const rain = smoothNoise('rain in the Highlands', middleMs, 60 * HOUR_MS);
  const hour = hourOfDay(middleMs);
  const isPeak = (hour >= 6 && hour < 10) || (hour >= 15.5 && hour < 21);
  if (!isPeak && rain < 0.55) return 0;
  return unit.device.power_mw * (0.35 + 0.5 * rain + 0.1 * smoothNoise(idOf(unit), middleMs, 2 * HOUR_MS));
}

/** Gas supplies what wind does not. */
function gasMw(unit: SampleUnit, middleMs: number): number {
  const calm = 1 - windiness(unit, middleMs);
  if (calm < 0.35) return 0;
  return unit.device.power_mw * Math.min(0.93, 0.3 + 0.75 * (calm - 0.35));
}

interface StorageDay {
  /** Energy out for each unit of energy in. */
  readonly efficiency: number;
  /** Each cycle charges and then discharges at constant power between these hours of the UTC day. */
  readonly cycles: readonly { readonly charge: Hours; readonly discharge: Hours }[];
}

type Hours = readonly [from: number, to: number];

const BATTERY_DAY: StorageDay = {
  efficiency: 0.88,
  cycles: [
    { charge: [1, 3], discharge: [6.5, 8.5] },
    { charge: [11.5, 13.5], discharge: [16.5, 18.5] },
  ],
};

const PUMPED_DAY: StorageDay = { efficiency: 0.75, cycles: [{ charge: [0.5, 5.5], discharge: [16, 20] }] };

/** Every cycle discharges what it charged less the losses, so no day discharges more than was stored. */
function storageMw(unit: SampleUnit, middleMs: number, day: StorageDay): number {
  const { peak_demand, energy_mwh = Number.POSITIVE_INFINITY } = unit.device;
  const hour = hourOfDay(middleMs);
  const dayNumber = Math.floor(middleMs / DAY_MS);
  for (const [index, { charge, discharge }] of day.cycles.entries()) {
    const depth = 0.6 + 0.4 * hashToUnit(`${idOf(unit)} cycle ${index}`, dayNumber);
    const chargedMwh = depth * Math.min(energy_mwh, peak_demand * lengthHours(charge));
    if (isWithin(charge, hour)) return -chargedMwh / lengthHours(charge);
    if (isWithin(discharge, hour)) return (chargedMwh * day.efficiency) / lengthHours(discharge);
  }
  return 0;
}

function isWithin([from, to]: Hours, hour: number): boolean {
  return hour >= from && hour < to;
}

function lengthHours([from, to]: Hours): number {
  return to - from;
}

function hourOfDay(instantMs: number): number {
  return (instantMs % DAY_MS) / HOUR_MS;
}

function idOf(unit: SampleUnit): string {
  return unit.device.local_device_identifier;
}
