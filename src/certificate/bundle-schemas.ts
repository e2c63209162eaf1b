import { z } from 'zod';
import {
  accountId,
  certificateNumber,
  count,
  id,
  instantText,
  plainText,
  quantity,
  wattHours,
} from '../operation/schemas.ts';
import { bundleStatuses, energyCarriers, energySources } from '../rules/enums.ts';

const text = z.string().nullable();

/** A GC Bundle of the EnergyTag API specification: the facts of the issuance and of the bundle in one object. */
export const Bundle = z
  .object({
    id,
    issuance_id: z.string().meta({ examples: ['12-2025-01-12T14:00:00Z'] }),
    hash: z
      .string()
      .meta({ description: 'sha256, in lowercase hex', examples: ['9f86d081884c7d65'.repeat(4)] }),
    certificate_bundle_status: z.enum(bundleStatuses),
    account_id: accountId,
    metadata_id: id,
    certificate_bundle_id_range_start: certificateNumber,
    certificate_bundle_id_range_end: certificateNumber.meta({ description: 'Inclusive' }),
    bundle_quantity: wattHours,
    beneficiary: text,
    energy_carrier: z.enum(energyCarriers),
    energy_source: z.enum(energySources),
    face_value: z.int().min(1).max(1).meta({ description: 'Wh per certificate: 1' }),
    issuance_post_energy_carrier_conversion: z.boolean(),
    emissions_factor_production_device: quantity.nullable(),
    emissions_factor_source: text,
    device_id: id,
    production_starting_interval: instantText,
    production_ending_interval: instantText,
    issuance_datestamp: instantText.meta({
      description: 'Time of the issuance, by the clock of the registry',
    }),
    expiry_datestamp: instantText,
    registry_configuration: count,
    is_storage: z.boolean(),
    allocated_storage_record_id: z.int().positive().nullable(),
    storage_efficiency_factor: quantity.nullable(),
    parent_id: z.int().positive().nullable().meta({ description: 'The bundle of which this one is a part' }),
    created_at: instantText.meta({
      description: 'Time at which the row was written, by the clock of the database',
    }),
  })
  .meta({ id: 'Bundle' });

const metadataFields = {
  country_of_issuance: z.string(),
  connected_grid_identification: z.string(),
  issuing_body: z.string(),
  legal_status: text,
  issuance_purpose: text,
  support_received: text,
  quality_scheme_reference: text,
  dissemination_level: text,
  issue_market_zone: z.string(),
};

/** A bundle with its device and its issuance metadata. */
export const FullBundle = Bundle.extend({
  device_name: z.string(),
  device_technology_type: z.string(),
  device_production_start_date: instantText,
  device_power_mw: quantity,
  device_energy_mwh: quantity.nullable(),
  device_location: z.string(),
  ...metadataFields,
}).meta({ id: 'FullBundle' });

const given = plainText().optional();

export const MetadataCreate = z
  .object({
    country_of_issuance: plainText().meta({ examples: ['GB'] }),
    connected_grid_identification: plainText().meta({ examples: ['NESO'] }),
    issuing_body: plainText().meta({ examples: ['Ofgem'] }),
    legal_status: given,
    issuance_purpose: given,
    support_received: given,
    quality_scheme_reference: given,
    dissemination_level: given,
    issue_market_zone: plainText().meta({ examples: ['GB'] }),
  })
  .meta({ id: 'MetadataCreate' });

export const Metadata = z.object({ id, ...metadataFields, created_at: instantText }).meta({ id: 'Metadata' });
