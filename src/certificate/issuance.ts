import type { EnergyCarrier, EnergySource } from '../rules/enums.ts';

/** An issuance to make: the energy of one device in one interval. */
export interface Draft {
  readonly deviceId: number;
  readonly start: Date;
  readonly end: Date;
  readonly quantityWh: number;
  readonly metadataId: number;
  readonly characteristics?: Characteristics;
}

/** Facts of the energy that an issuer can state in place of those of the device. */
export interface Characteristics {
  readonly energyCarrier?: EnergyCarrier | undefined;
  readonly energySource?: EnergySource | undefined;
  readonly emissionsFactor?: number | undefined;
  readonly emissionsFactorSource?: string | undefined;
  readonly postEnergyCarrierConversion?: boolean | undefined;
}

/** An issuance that is ready to be saved. */
export interface Issuance extends Draft {
  readonly issuanceId: string;
  readonly accountId: number;
  readonly energyCarrier: EnergyCarrier;
  readonly energySource: EnergySource;
  readonly isStorage: boolean;
  readonly rangeStart: number;
  readonly rangeEnd: number;
  readonly expiry: Date;
  readonly hash: string;
}
