import { sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import type { EnergySource } from '../rules/enums.ts';
import type { AccountId, BundleId, DeviceId, MetadataId } from '../rules/units.ts';
import type { Draft, Issuance } from './issuance.ts';

/** A registered device of an open account, and the issuance policy, as issuing needs them. */
export interface IssuingDevice {
  readonly id: DeviceId;
  readonly accountId: AccountId;
  readonly localDeviceIdentifier: string | null;
  readonly powerMw: number;
  readonly granularityMinutes: number;
  readonly operationalDate: Date;
  readonly energySource: EnergySource;
  readonly isStorage: boolean;
  /** A decimal, such as `1.1`. */
  readonly capacityMargin: string;
  readonly certificateExpiryYears: number;
}

export interface LiveIssuance {
  readonly deviceId: DeviceId;
  readonly start: Date;
  readonly end: Date;
  readonly quantityWh: number;
}

/**
 * Locks the devices in the order of their ids, so that one transaction at a time draws certificate ids of a device. They are
 * read by a second statement, which sees what was committed during the wait, such as a move to another account.
 */
export async function lockDevices(
  tx: Transaction,
  ids: readonly DeviceId[],
): Promise<Map<DeviceId, IssuingDevice>> {
  await tx.execute(
    sql`SELECT FROM device WHERE id = ANY (${array(ids)}::bigint[]) ORDER BY id FOR NO KEY UPDATE`,
  );
  const rows = await tx.execute<IssuingDevice>(sql`
    SELECT d.id, d.account_id AS "accountId", d.local_device_identifier AS "localDeviceIdentifier",
           d.power_mw::float8 AS "powerMw", d.granularity_minutes AS "granularityMinutes",
           d.operational_date AS "operationalDate", d.energy_source AS "energySource", d.is_storage AS "isStorage",
           p.capacity_margin::text AS "capacityMargin", p.certificate_expiry_years AS "certificateExpiryYears"
    FROM device d JOIN account a ON a.id = d.account_id CROSS JOIN current_issuance_policy() p
    WHERE d.id = ANY (${array(ids)}::bigint[]) AND d.deleted_at IS NULL AND a.deleted_at IS NULL`);
  return new Map(rows.map((row) => [row.id, row]));
}

export async function metadataExists(tx: Transaction, ids: readonly MetadataId[]): Promise<Set<MetadataId>> {
  const rows = await tx.execute<{ id: MetadataId }>(sql`
    SELECT id FROM issuance_metadata WHERE id = ANY (${array(ids)}::bigint[])`);
  return new Set(rows.map(({ id }) => id));
}

/** Live issuances that overlap a draft. */
export function liveIssuances(tx: Transaction, drafts: readonly Draft[]): Promise<LiveIssuance[]> {
  return tx.execute<LiveIssuance>(sql`
    SELECT DISTINCT i.device_id AS "deviceId", i.production_start AS start, i.production_end AS end, i.quantity AS "quantityWh"
    FROM unnest(${array(drafts.map(({ deviceId }) => deviceId))}::bigint[],
                ${array(drafts.map(({ start }) => start.toISOString()))}::timestamptz[],
                ${array(drafts.map(({ end }) => end.toISOString()))}::timestamptz[]) AS draft(device_id, starts, ends)
    JOIN issuance i ON i.device_id = draft.device_id AND i.withdrawn_at IS NULL
     AND tstzrange(i.production_start, i.production_end) && tstzrange(draft.starts, draft.ends)
    WHERE draft.starts < draft.ends`);
}

/** The last certificate id that each device has used. */
export async function lastIssuanceIds(
  tx: Transaction,
  deviceIds: readonly DeviceId[],
): Promise<Map<DeviceId, number>> {
  const rows = await tx.execute<{ deviceId: DeviceId; last: number }>(sql`
    SELECT wanted.id AS "deviceId", last.range_end AS last
    FROM unnest(${array(deviceIds)}::bigint[]) AS wanted(id)
    CROSS JOIN LATERAL (SELECT range_end FROM issuance WHERE device_id = wanted.id ORDER BY range_start DESC LIMIT 1) AS last`);
  return new Map(rows.map(({ deviceId, last }) => [deviceId, last]));
}

const CHUNK = 10_000;

/** Saves issuances and their first bundles. Returns the ids of the bundles by issuance id. */
export async function saveIssuances(
  tx: Transaction,
  issuances: readonly Issuance[],
  issuedAt: Date,
): Promise<Map<string, BundleId>> {
  const bundleIds = new Map<string, BundleId>();
  for (let from = 0; from < issuances.length; from += CHUNK) {
    const rows = await saveChunk(tx, issuances.slice(from, from + CHUNK), issuedAt);
    for (const { issuanceId, bundleId } of rows) bundleIds.set(issuanceId, bundleId);
  }
  return bundleIds;
}

/** A re-issue is the next version of its issuance id, and names the version that it replaces (rule ISS-10). */
async function saveChunk(
  tx: Transaction,
  issuances: readonly Issuance[],
  issuedAt: Date,
): Promise<{ issuanceId: string; bundleId: BundleId }[]> {
  const rows = issuances.map((each) => ({ ...each.characteristics, ...each }));
  return tx.execute(sql`
    WITH draft AS (
      SELECT d.*, previous.id AS replaces_id, coalesce(previous.issue_version, 0) + 1 AS issue_version
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS d(
        "issuanceId" text, "deviceId" bigint, "metadataId" bigint, "accountId" bigint, start timestamptz, "end" timestamptz,
        "energyCarrier" energy_carrier, "energySource" energy_source, "rangeStart" bigint, "rangeEnd" bigint,
        "postEnergyCarrierConversion" boolean, "emissionsFactor" float8, "emissionsFactorSource" text,
        "isStorage" boolean, expiry timestamptz, hash text)
      LEFT JOIN LATERAL (
        SELECT p.id, p.issue_version FROM issuance p
        WHERE p.issuance_id = d."issuanceId" ORDER BY p.issue_version DESC LIMIT 1) AS previous ON true
    ), header AS (
      INSERT INTO issuance (issuance_id, issue_version, replaces_id, device_id, metadata_id, production_start, production_end,
                            energy_carrier, energy_source, range_start, range_end, post_energy_carrier_conversion,
                            emissions_factor, emissions_factor_source, is_storage, expiry, issued_at)
      SELECT "issuanceId", issue_version, replaces_id, "deviceId", "metadataId", start, "end", "energyCarrier", "energySource",
             "rangeStart", "rangeEnd", coalesce("postEnergyCarrierConversion", false), "emissionsFactor",
             "emissionsFactorSource", "isStorage", expiry, ${issuedAt.toISOString()}::timestamptz
      FROM draft ORDER BY "deviceId", "rangeStart"
      RETURNING id, issuance_id
    ), slice AS (
      INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
      SELECT header.id, "accountId", "rangeStart", "rangeEnd", decode(hash, 'hex'), "deviceId", start
      FROM header JOIN draft ON draft."issuanceId" = header.issuance_id ORDER BY header.id
      RETURNING id, issuance_id
    )
    SELECT header.issuance_id AS "issuanceId", slice.id AS "bundleId" FROM slice JOIN header ON header.id = slice.issuance_id`);
}
