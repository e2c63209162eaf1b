/** energy_source and technology_type of the HTTP contract, and whether the unit takes in what it gives out. */
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
  // What pumped storage gives back is as green as what filled it: it is neither natural hydro nor a battery.
  ['PS', { energySource: 'other', technologyType: 'other_storage', isStorage: true }],
  ['BATTERY', { energySource: 'battery_storage', technologyType: 'battery_storage', isStorage: true }],
  ['BIOMASS', { energySource: 'biomass', technologyType: 'other', isStorage: false }],
  ['NUCLEAR', { energySource: 'nuclear', technologyType: 'other', isStorage: false }],
]);

/**
 * What the registry calls a unit of this Elexon `fuelType`. Total: gas, coal, oil, interconnectors (`INT...`), an absent
 * and an unknown fuel are `other`, never a guess from the name, so that no unit turns renewable by mistake. The register
 * files batteries and most solar parks under `OTHER` or nothing: whoever seeds those has to say what they are.
 */
export function deviceKindOfFuel(fuelType: string | null | undefined): DeviceKind {
  return KIND_BY_FUEL.get(fuelType?.trim().toUpperCase() ?? '') ?? OTHER;
}
