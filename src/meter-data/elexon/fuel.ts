/** `energy_source`, `technology_type` and `is_storage` of a device. */
export interface DeviceKind {
  readonly energySource:
    | 'solar_pv'
    | 'wind'
    | 'hydro'
    | 'biomass'
    | 'nuclear'
    | 'electrolysis'
    | 'geothermal'
    | 'battery_storage'
    | 'chp'
    | 'other';
  readonly technologyType:
    | 'solar_pv'
    | 'wind_turbine'
    | 'hydro'
    | 'battery_storage'
    | 'other_storage'
    | 'chp'
    | 'other';
  readonly isStorage: boolean;
}

const OTHER: DeviceKind = { energySource: 'other', technologyType: 'other', isStorage: false };

const KIND_BY_FUEL: ReadonlyMap<string, DeviceKind> = new Map([
  ['WIND', { energySource: 'wind', technologyType: 'wind_turbine', isStorage: false }],
  ['SOLAR', { energySource: 'solar_pv', technologyType: 'solar_pv', isStorage: false }],
  ['NPSHYD', { energySource: 'hydro', technologyType: 'hydro', isStorage: false }],
  // Pumped storage is neither natural hydro nor a battery; its output is only as renewable as its input.
  ['PS', { energySource: 'other', technologyType: 'other_storage', isStorage: true }],
  ['BATTERY', { energySource: 'battery_storage', technologyType: 'battery_storage', isStorage: true }],
  ['BIOMASS', { energySource: 'biomass', technologyType: 'other', isStorage: false }],
  ['NUCLEAR', { energySource: 'nuclear', technologyType: 'other', isStorage: false }],
]);

/**
 * Maps an Elexon `fuelType` to the attributes of a device. Gas, coal, oil, interconnectors (`INT...`), missing and
 * unknown fuels map to `other`; nothing is guessed from names, so that no unit becomes renewable by mistake. The
 * register lists batteries and most solar parks as `OTHER` or without a fuel, so their attributes must be given
 * explicitly when seeding.
 */
export function deviceKindOfFuel(fuelType: string | null | undefined): DeviceKind {
  return KIND_BY_FUEL.get(fuelType?.trim().toUpperCase() ?? '') ?? OTHER;
}
