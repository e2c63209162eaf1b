import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { formatTimestamp, type Timestamp } from '../database/timestamp.ts';
import type { Bundle, FullBundle } from './bundle-schemas.ts';

type BundleView = z.output<typeof Bundle>;
type FullView = z.output<typeof FullBundle>;

type Instants =
  | 'production_starting_interval'
  | 'production_ending_interval'
  | 'issuance_datestamp'
  | 'expiry_datestamp'
  | 'created_at';

/** A row of a bundle: the fields of the API, with instants as PostgreSQL writes them. */
export type BundleRow = Omit<BundleView, Instants> & Record<Instants, Timestamp>;
export type FullRow = BundleRow &
  Omit<FullView, keyof BundleView | 'device_production_start_date'> & {
    device_production_start_date: Timestamp;
  };

const FIELDS = sql`
  b.id, i.issuance_id, encode(b.hash, 'hex') AS hash, b.status AS certificate_bundle_status, b.account_id, i.metadata_id,
  b.range_start AS certificate_bundle_id_range_start, b.range_end AS certificate_bundle_id_range_end,
  b.quantity AS bundle_quantity, b.beneficiary, i.energy_carrier, i.energy_source, i.face_value,
  i.post_energy_carrier_conversion AS issuance_post_energy_carrier_conversion,
  i.emissions_factor AS emissions_factor_production_device, i.emissions_factor_source, b.device_id,
  i.production_start::text AS production_starting_interval, i.production_end::text AS production_ending_interval,
  i.issued_at::text AS issuance_datestamp, i.expiry::text AS expiry_datestamp, i.registry_configuration, i.is_storage,
  i.allocated_storage_record_id, i.storage_efficiency_factor, b.parent_id, b.created_at::text AS created_at`;

const FULL_FIELDS = sql`
  d.device_name, d.technology_type AS device_technology_type, d.operational_date::text AS device_production_start_date,
  d.power_mw::float8 AS device_power_mw, d.energy_mwh::float8 AS device_energy_mwh, d.location AS device_location,
  m.country_of_issuance, m.connected_grid_identification, m.issuing_body, m.legal_status, m.issuance_purpose,
  m.support_received, m.quality_scheme_reference, m.dissemination_level, m.issue_market_zone`;

const TABLES = sql`bundle b JOIN issuance i ON i.id = b.issuance_id`;

/** `SELECT` of {@link BundleRow}; the caller adds `WHERE` on `b` (bundle). */
export const selectBundles: SQL = sql`SELECT ${FIELDS} FROM ${TABLES}`;

/** `SELECT` of {@link FullRow}. */
export const selectFullBundles: SQL = sql`
  SELECT ${FIELDS}, ${FULL_FIELDS}
  FROM ${TABLES} JOIN device d ON d.id = b.device_id JOIN issuance_metadata m ON m.id = i.metadata_id`;

/** A bundle as the API shows it. `zone`: the time zone of its instants, instead of UTC. */
export function bundleView(row: BundleRow, zone?: string): BundleView {
  return {
    ...row,
    production_starting_interval: formatTimestamp(row.production_starting_interval, zone),
    production_ending_interval: formatTimestamp(row.production_ending_interval, zone),
    issuance_datestamp: formatTimestamp(row.issuance_datestamp, zone),
    expiry_datestamp: formatTimestamp(row.expiry_datestamp, zone),
    created_at: formatTimestamp(row.created_at, zone),
  };
}

export function fullView(row: FullRow, zone?: string): FullView {
  const { device_production_start_date: start } = row;
  return { ...row, ...bundleView(row, zone), device_production_start_date: formatTimestamp(start, zone) };
}
