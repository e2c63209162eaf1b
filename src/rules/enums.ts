/** The enumerations of rule API-35. JSON, database and code use the same strings. */

export const roleNames = [
  'ADMIN',
  'PRODUCTION_USER',
  'TRADING_USER',
  'AUDIT_USER',
  'STORAGE_VALIDATOR',
] as const;
export type Role = (typeof roleNames)[number];

/**
 * The number of a role in tokens and in `change_role`: an alternative to its name, not a rank (see permission.ts).
 * Existing clients use 0 for STORAGE_VALIDATOR.
 */
export const roleNumbers = {
  ADMIN: 4,
  PRODUCTION_USER: 3,
  TRADING_USER: 2,
  AUDIT_USER: 1,
  STORAGE_VALIDATOR: 0,
} as const satisfies Record<Role, number>;

/** The role with this name or number, or `undefined` when there is none. */
export function roleNamed(nameOrNumber: string | number): Role | undefined {
  return roleNames.find((role) => role === nameOrNumber || roleNumbers[role] === nameOrNumber);
}

export const energySources = [
  'solar_pv',
  'wind',
  'hydro',
  'biomass',
  'nuclear',
  'electrolysis',
  'geothermal',
  'battery_storage',
  'chp',
  'other',
] as const;
export type EnergySource = (typeof energySources)[number];

export const technologyTypes = [
  'solar_pv',
  'wind_turbine',
  'hydro',
  'battery_storage',
  'other_storage',
  'chp',
  'other',
] as const;
export type TechnologyType = (typeof technologyTypes)[number];

export const energyCarriers = ['electricity', 'natural_gas', 'hydrogen', 'heat', 'other'] as const;
export type EnergyCarrier = (typeof energyCarriers)[number];

export const bundleStatuses = [
  'Active',
  'Reserved',
  'Locked',
  'Cancelled',
  'Cancelled for Storage',
  'Claimed',
  'Expired',
  'Exported',
  'Withdrawn',
  'Bundle Split',
] as const;
export type BundleStatus = (typeof bundleStatuses)[number];

/** No bundle leaves these (rule LIFE-2). */
export const finalStatuses = [
  'Claimed',
  'Cancelled for Storage',
  'Expired',
  'Exported',
  'Withdrawn',
  'Bundle Split',
] as const satisfies readonly BundleStatus[];
export type FinalStatus = (typeof finalStatuses)[number];

/** The statuses from which an action is possible. */
export type OpenStatus = Exclude<BundleStatus, FinalStatus>;

export const actionTypes = [
  'transfer',
  'recurring_transfer',
  'cancel',
  'recurring_cancel',
  'claim',
  'recurring_claim',
  'withdraw',
  'lock',
  'unlock',
  'reserve',
  'unreserve',
  'export',
  'cancel_for_storage',
  'expire',
] as const;
export type ActionType = (typeof actionTypes)[number];

/** The units of a recurring action's period. */
export const periodUnits = ['days', 'weeks', 'months', 'years'] as const;
export type PeriodUnit = (typeof periodUnits)[number];

export const grossNetIndicators = ['NET', 'GROSS'] as const;
export type GrossNetIndicator = (typeof grossNetIndicators)[number];

/** Minutes between the instants at which a device's intervals may start and end. */
export const granularities = [5, 10, 15, 30, 60] as const;
export type Granularity = (typeof granularities)[number];
