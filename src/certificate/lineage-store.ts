import { sql } from 'drizzle-orm';
import { array, type Execute } from '../database/connection.ts';
import { type HistoricEntry, historyOf } from '../journal/index.ts';
import type { BundleFacts } from '../rules/hash.ts';
import type { CertificateRange } from '../rules/range.ts';

/** A bundle of a line. */
export interface LineRow {
  readonly id: number;
  readonly parentId: number | null;
  /** The id of the issuance's row. */
  readonly issuance: number;
  readonly accountId: number;
  readonly rangeStart: number;
  readonly rangeEnd: number;
  readonly hash: string;
}

/**
 * Selects a bundle and its ancestors, from the first bundle of the issuance down, in one statement. It requires descending
 * ids, so that a manipulated line that forms a circle ends. The limit keeps the planner from reading the whole table for
 * each ancestor, as it would by a hash join while its statistics are old.
 */
export function lineOf(execute: Execute, bundleId: number): Promise<LineRow[]> {
  return execute<LineRow>(sql`
    WITH RECURSIVE line AS (
      SELECT b.*, 0 AS depth FROM bundle b WHERE b.id = ${bundleId}
      UNION ALL
      SELECT p.*, line.depth + 1
      FROM line CROSS JOIN LATERAL (SELECT * FROM bundle WHERE id = line.parent_id AND id < line.id LIMIT 1) AS p
    )
    SELECT id, parent_id AS "parentId", issuance_id AS issuance, account_id AS "accountId",
           range_start AS "rangeStart", range_end AS "rangeEnd", encode(hash, 'hex') AS hash
    FROM line ORDER BY depth DESC`);
}

/** One version of an issuance: the facts that its bundles share, and when it was issued and withdrawn. */
export interface Version extends Omit<BundleFacts, 'range'> {
  readonly id: number;
  readonly version: number;
  readonly rangeStart: number;
  readonly rangeEnd: number;
  readonly issuedAt: Date;
  readonly withdrawnAt: Date | null;
}

/** Selects an issuance, the version that it replaces and the version that replaces it. */
export function versionsAround(execute: Execute, issuance: number): Promise<Version[]> {
  return execute<Version>(sql`
    SELECT v.id, v.issue_version AS version, v.issuance_id AS "issuanceId", v.device_id AS "deviceId",
           v.production_start AS "productionStart", v.production_end AS "productionEnd", v.energy_carrier AS "energyCarrier",
           v.energy_source AS "energySource", v.face_value AS "faceValue", v.metadata_id AS "metadataId", v.expiry,
           v.range_start AS "rangeStart", v.range_end AS "rangeEnd", v.issued_at AS "issuedAt", v.withdrawn_at AS "withdrawnAt"
    FROM issuance i
    JOIN issuance v ON v.issuance_id = i.issuance_id AND v.issue_version BETWEEN i.issue_version - 1 AND i.issue_version + 1
    WHERE i.id = ${issuance}
    ORDER BY v.issue_version`);
}

export const historyOfLine = (execute: Execute, line: readonly LineRow[]): Promise<HistoricEntry[]> =>
  historyOf(
    execute,
    'bundle',
    line.map(({ id }) => id),
  );

/** The names of accounts, open or closed. */
export async function accountNames(execute: Execute, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await execute<{ id: number; name: string }>(
    sql`SELECT id, account_name AS name FROM account WHERE id = ANY (${array(ids)}::bigint[])`,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export const rangeOf = ({ rangeStart, rangeEnd }: LineRow | Version): CertificateRange => ({
  start: rangeStart,
  end: rangeEnd,
});
