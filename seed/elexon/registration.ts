import { type BmUnit, deviceKindOfFuel } from '../../src/meter-data/elexon/index.ts';
import { GRID, SAMPLE_UNITS, type SampleDevice } from '../sample/index.ts';
import { SeedError } from '../seed-error.ts';

const KNOWN = new Map(SAMPLE_UNITS.map(({ device }) => [device.local_device_identifier, device]));

/**
 * Returns the devices to register for these BM units. Elexon's register lacks locations, operational dates, and which
 * `OTHER` unit is a battery: these come from the sample units. A unit outside the sample operates from `from`.
 *
 * @throws {SeedError} naming the units that the register lacks, or for which it gives no capacity.
 */
export function devicesOf(
  wanted: readonly string[],
  register: readonly BmUnit[],
  from: Date,
): SampleDevice[] {
  const entries = new Map(register.flatMap((entry) => (entry.bmUnit ? [[entry.bmUnit, entry]] : [])));
  const missing = wanted.filter((unit) => !KNOWN.has(unit) && !entries.has(unit));
  if (missing.length > 0) throw new SeedError(`The BM Unit register does not contain ${missing.join(', ')}.`);

  const devices = wanted.map((unit) => KNOWN.get(unit) ?? deviceOf(unit, entries.get(unit), from));
  const idle = devices.filter(({ power_mw: power }) => power <= 0);
  if (idle.length > 0) {
    const names = idle.map(({ local_device_identifier: id }) => id).join(', ');
    throw new SeedError(`The BM Unit register gives no generation capacity for ${names}.`);
  }
  return devices;
}

function deviceOf(unit: string, entry: BmUnit | undefined, from: Date): SampleDevice {
  const kind = deviceKindOfFuel(entry?.fuelType);
  return {
    device_name: entry?.bmUnitName ?? unit,
    local_device_identifier: unit,
    grid: GRID,
    energy_source: kind.energySource,
    technology_type: kind.technologyType,
    operational_date: from.toISOString(),
    power_mw: entry?.generationCapacityMw ?? 0,
    peak_demand: Math.abs(entry?.demandCapacityMw ?? 0),
    location: entry?.gspGroupName ?? 'Great Britain',
    is_storage: kind.isStorage,
  };
}
