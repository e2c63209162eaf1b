/*
 * The statements of the limits: what the database would have to do at least. They are written down here and not taken from the
 * registry, so that a change of the registry does not move its own limit.
 */

const BUNDLE = `
  b.id, i.issuance_id, encode(b.hash, 'hex') AS hash, b.status AS certificate_bundle_status, b.account_id, i.metadata_id,
  b.range_start AS certificate_bundle_id_range_start, b.range_end AS certificate_bundle_id_range_end,
  b.quantity AS bundle_quantity, b.beneficiary, i.energy_carrier, i.energy_source, i.face_value,
  i.post_energy_carrier_conversion AS issuance_post_energy_carrier_conversion,
  i.emissions_factor AS emissions_factor_production_device, i.emissions_factor_source, b.device_id,
  i.production_start AS production_starting_interval, i.production_end AS production_ending_interval,
  i.issued_at AS issuance_datestamp, i.expiry AS expiry_datestamp, i.registry_configuration, i.is_storage,
  i.allocated_storage_record_id, i.storage_efficiency_factor, b.parent_id, b.created_at`;

const TABLES = 'bundle b JOIN issuance i ON i.id = b.issuance_id';

/** A bundle with its device and metadata, by id. */
export const ONE_BUNDLE = `
  SELECT ${BUNDLE}, d.device_name, d.technology_type AS device_technology_type,
         d.operational_date AS device_production_start_date, d.power_mw::float8 AS device_power_mw,
         d.energy_mwh::float8 AS device_energy_mwh, d.location AS device_location, m.country_of_issuance,
         m.connected_grid_identification, m.issuing_body, m.legal_status, m.issuance_purpose, m.support_received,
         m.quality_scheme_reference, m.dissemination_level, m.issue_market_zone
  FROM ${TABLES} JOIN device d ON d.id = b.device_id JOIN issuance_metadata m ON m.id = i.metadata_id
  WHERE b.id = $1`;

/** The first 100 bundles of an account in a period. */
export const PAGE = `
  SELECT ${BUNDLE} FROM ${TABLES}
  WHERE b.account_id = $1 AND b.status <> 'Bundle Split' AND b.production_start >= $2 AND b.production_start < $3
  ORDER BY b.production_start, b.id LIMIT 100`;

/** All live bundles of an account. */
export const allBundles = (account: number) => `
  SELECT ${BUNDLE} FROM ${TABLES}
  WHERE b.account_id = ${account} AND b.status <> 'Bundle Split' ORDER BY b.production_start, b.id`;

export const ACCOUNT = 'SELECT id, account_name, timezone, version, created_at FROM account WHERE id = $1';

/** Cancels Active bundles in one statement. */
export const CANCEL = `UPDATE bundle SET status = 'Cancelled', beneficiary = 'Bench' WHERE id = ANY ($1::bigint[])`;

/** One function that transfers half of a bundle, and writes the rows that the registry writes for it. */
export const TRANSFER_FUNCTION = `
  CREATE FUNCTION bench_transfer(bundle_id bigint, target bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
  DECLARE
    parent bundle;
    action bigint := nextval('action_id_seq');
    child bigint;
  BEGIN
    PERFORM set_config('registry.actor_id', '1', true), set_config('registry.request_id', 'bench', true),
            set_config('registry.action_id', action::text, true);
    SELECT * INTO parent FROM bundle WHERE id = bundle_id FOR NO KEY UPDATE;
    IF parent.status <> 'Active' THEN RAISE EXCEPTION 'bundle % is %', bundle_id, parent.status; END IF;
    UPDATE bundle SET prior_status = status, status = 'Bundle Split' WHERE id = bundle_id;
    WITH children AS (
      INSERT INTO bundle (issuance_id, account_id, status, range_start, range_end, parent_id, hash, device_id, production_start)
      SELECT parent.issuance_id, parent.account_id, 'Active', starts, ends, parent.id,
             sha256(parent.hash || convert_to(format('%s %s', starts, ends), 'UTF8')), parent.device_id, parent.production_start
      FROM (VALUES (parent.range_start, parent.range_start + parent.quantity / 2 - 1),
                   (parent.range_start + parent.quantity / 2, parent.range_end)) AS half(starts, ends)
      RETURNING id)
    SELECT min(id) INTO child FROM children;
    UPDATE bundle SET account_id = target WHERE id = child;
    INSERT INTO action (id, action_type, action_result, source_id, target_id, user_id, bundle_ids, resulting_bundle_ids,
                        certificate_bundle_percentage, details, request_id, requested_at, completed_at)
    OVERRIDING SYSTEM VALUE
    VALUES (action, 'transfer', 'Success', parent.account_id, target, 1, ARRAY[bundle_id], ARRAY[child], 0.5, '{}', 'bench',
            now(), now());
    RETURN child;
  END $$;
  GRANT EXECUTE ON FUNCTION bench_transfer TO registry_write`;
