import { type DeviceKind, deviceKindOfFuel } from '../../src/meter-data/elexon/index.ts';

/** The model in ./generation.ts that a unit follows. */
export type Profile =
  | 'onshore wind'
  | 'offshore wind'
  | 'solar'
  | 'hydro'
  | 'nuclear'
  | 'biomass'
  | 'gas'
  | 'battery'
  | 'pumped storage'
  | 'demand';

/** The fields of a device in the HTTP API, without the account. Power in MW, energy in MWh. */
export interface SampleDevice {
  readonly device_name: string;
  readonly local_device_identifier: string;
  readonly grid: string;
  readonly energy_source: DeviceKind['energySource'];
  readonly technology_type: DeviceKind['technologyType'];
  readonly operational_date: string;
  readonly power_mw: number;
  readonly energy_mwh?: number;
  readonly peak_demand: number;
  readonly location: string;
  readonly is_storage: boolean;
}

/** The grid of all BM units. Device identifiers are unique within a grid. */
export const GRID = 'National Grid';

/** A real BM unit: the stored device, and the parameters of its model. */
export interface SampleUnit {
  readonly device: SampleDevice;
  readonly profile: Profile;
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * Real units of Great Britain. Ids, names, capacities and fuels come from Elexon's BM Unit register (names are spelt out
 * where it repeats the id). Locations are accurate to about a kilometre. Where only the month of the start of operation is
 * public, the date is its first day. `peak_demand` is the demand capacity of the register.
 */
export const SAMPLE_UNITS: readonly SampleUnit[] = [
  unit('T_ABRBO-1', 'Aberdeen Offshore Wind Farm', 'offshore wind', {
    fuel: 'WIND',
    power: [99, 2],
    since: '2018-09-01',
    at: [57.22, -1.99, 'Aberdeen Bay, Scotland'],
  }),
  unit('T_MOWEO-1', 'Moray East OWF1', 'offshore wind', {
    fuel: 'WIND',
    power: [300, 3.394],
    since: '2022-04-01',
    at: [57.967, -2.791, 'Moray Firth, Scotland'],
  }),
  unit('T_SGRWO-1', 'Seagreen1 Offshore WF 1', 'offshore wind', {
    fuel: 'WIND',
    power: [358, 4.3],
    since: '2023-10-01',
    at: [56.636, -1.927, 'North Sea off Angus, Scotland'],
  }),
  unit('T_HOWAO-1', 'Hornsea 1A', 'offshore wind', {
    fuel: 'WIND',
    power: [400, 5.734],
    since: '2019-12-01',
    at: [53.682, 1.421, 'North Sea off Yorkshire, England'],
  }),
  unit('T_WHILW-1', 'Whitelee', 'onshore wind', {
    fuel: 'WIND',
    power: [309, 10],
    since: '2009-05-20',
    at: [55.681, -4.279, 'Eaglesham, Scotland'],
  }),
  unit('T_CLDNW-1', 'Clyde North', 'onshore wind', {
    fuel: 'WIND',
    power: [200, 5],
    since: '2012-09-01',
    at: [55.442, -3.543, 'South Lanarkshire, Scotland'],
  }),
  unit('T_GRIFW-1', 'Griffin Wind Farm 1', 'onshore wind', {
    fuel: 'WIND',
    power: [102, 3],
    since: '2012-02-01',
    at: [56.581, -3.734, 'Aberfeldy, Scotland'],
  }),
  unit('T_SLOY-2', 'Sloy G2', 'hydro', {
    fuel: 'NPSHYD',
    power: [41, 0.022],
    since: '1950-10-18',
    at: [56.25, -4.71, 'Inveruglas, Loch Lomond, Scotland'],
  }),
  unit('T_GLNDO-1', 'Glendoe Generator 1', 'hydro', {
    fuel: 'NPSHYD',
    power: [100, 1],
    since: '2009-06-29',
    at: [57.13, -4.63, 'Fort Augustus, Loch Ness, Scotland'],
  }),
  unit('T_TORN-1', 'Torness Generator 1', 'nuclear', {
    fuel: 'NUCLEAR',
    power: [652, 35],
    since: '1988-05-25',
    at: [55.97, -2.41, 'Dunbar, Scotland'],
  }),
  unit('T_SIZB-1', 'Sizewell B Generator 1', 'nuclear', {
    fuel: 'NUCLEAR',
    power: [656.92, 20],
    since: '1995-02-14',
    at: [52.21, 1.62, 'Suffolk, England'],
  }),
  unit('T_DRAXX-1', 'Drax Unit 1', 'biomass', {
    fuel: 'BIOMASS',
    power: [665.248, 0],
    since: '1974-01-01',
    at: [53.736, -0.991, 'Selby, England'],
  }),
  unit('E_MARK-1', 'Rothes Bio-Plant CHP1', 'biomass', {
    fuel: 'BIOMASS',
    kind: { energySource: 'biomass', technologyType: 'chp', isStorage: false },
    power: [86.139, 69.979],
    since: '2014-03-01',
    at: [56.2, -3.16, 'Markinch, Fife, Scotland'],
  }),
  unit('T_CLVHS-1', 'Cleve Hill Solar 1', 'solar', {
    fuel: 'SOLAR',
    power: [112, 0.92],
    since: '2025-07-01',
    at: [51.34, 0.93, 'Faversham, England'],
  }),
  unit('T_LARKS-1', 'Larks Green Solar', 'solar', {
    fuel: 'SOLAR',
    power: [49.9, 1.18],
    since: '2023-05-01',
    at: [51.56, -2.47, 'South Gloucestershire, England'],
  }),
  unit('T_PEHE-1', 'Peterhead Block 1', 'gas', {
    fuel: 'CCGT',
    power: [1200, 0.074],
    since: '2000-09-01',
    at: [57.48, -1.79, 'Boddam, Scotland'],
  }),
  unit('E_PILLB-1', 'Pillswood 1 Battery Storage', 'battery', {
    fuel: 'BATTERY',
    power: [49.9, 49.9],
    energyMwh: 98,
    since: '2022-11-21',
    at: [53.79, -0.44, 'Cottingham, England'],
  }),
  unit('T_DINO-1', 'Dinorwig 1', 'pumped storage', {
    fuel: 'PS',
    power: [320, 300],
    energyMwh: 1500,
    since: '1984-05-09',
    at: [53.119, -4.114, 'Llanberis, Wales'],
  }),
  unit('T_HINB-D', 'Hinkley Point B Station Demand', 'demand', {
    fuel: null,
    power: [10, 8],
    since: '1976-02-05',
    at: [51.21, -3.13, 'Somerset, England'],
  }),
];

interface UnitFacts {
  /** Elexon's fuel type. Batteries and solar parks are the exception: the register lists them as `OTHER`. */
  readonly fuel: string | null;
  /** Set when the fuel alone does not determine it. */
  readonly kind?: DeviceKind;
  /** Generation and demand capacity, MW. */
  readonly power: readonly [generation: number, demand: number];
  readonly energyMwh?: number;
  readonly since: string;
  readonly at: readonly [latitude: number, longitude: number, place: string];
}

function unit(bmUnit: string, name: string, profile: Profile, facts: UnitFacts): SampleUnit {
  const kind = facts.kind ?? deviceKindOfFuel(facts.fuel);
  const [latitude, longitude, place] = facts.at;
  const device: SampleDevice = {
    device_name: name,
    local_device_identifier: bmUnit,
    grid: GRID,
    energy_source: kind.energySource,
    technology_type: kind.technologyType,
    operational_date: `${facts.since}T00:00:00Z`,
    power_mw: facts.power[0],
    ...(facts.energyMwh === undefined ? {} : { energy_mwh: facts.energyMwh }),
    peak_demand: facts.power[1],
    location: `${latitude}, ${longitude}, ${place}`,
    is_storage: kind.isStorage,
  };
  return { device, profile, latitude, longitude };
}
