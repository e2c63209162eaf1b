import type { EnergyCarrier, EnergySource } from '../rules/enums.ts';
import type { AccountId, DeviceId, MetadataId, Wh } from '../rules/units.ts';

/** An issuance to make: the energy of one device in one interval, in Wh. It is not positive if the device consumed. */
export interface Draft {
  readonly deviceId: DeviceId;
  readonly start: Date;
  readonly end: Date;
  readonly quantityWh: number;
  readonly metadataId: MetadataId;
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
  readonly quantityWh: Wh;
  readonly issuanceId: string;
  readonly accountId: AccountId;
  readonly energyCarrier: EnergyCarrier;
  readonly energySource: EnergySource;
  readonly isStorage: boolean;
  readonly rangeStart: number;
  readonly rangeEnd: number;
  readonly expiry: Date;
  readonly hash: string;
}
