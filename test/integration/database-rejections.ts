import pg from 'pg';
import type { Bundle, TradingPair } from '../harness/builders.ts';

/** Statements for tests of the constraints of the database, and the answers of Postgres. */

export const REFUSED = '23000';
export const KEPT_FOR_EVER = '23001';
export const UNIQUE = '23505';
export const CHECK = '23514';
export const EXCLUSION = '23P01';
export const NO_PRIVILEGE = '42501';
export const READ_ONLY = '25006';

/** The SQLSTATE with which Postgres refuses these statements, which run in one transaction. */
export async function refusalOf(pool: pg.Pool, ...statements: string[]): Promise<string | undefined> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
    return 'nothing was refused';
  } catch (error) {
    await client.query('ROLLBACK');
    if (error instanceof pg.DatabaseError) return error.code;
    throw error;
  } finally {
    client.release();
  }
}

export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly status?: string;
  readonly account?: number;
}

/** Inserts a slice as a child of a bundle or, with `parent: null`, without a parent. */
export function insertSlice(
  of: Bundle,
  { from, to, status = 'Active', account }: Slice,
  parent: number | null = of.id,
) {
  return `
    INSERT INTO bundle (issuance_id, account_id, status, range_start, range_end, parent_id, hash, device_id, production_start)
    SELECT issuance_id, ${account ?? 'account_id'}, '${status}', range_start + ${from}, range_start + ${to}, ${parent ?? 'NULL'},
           sha256('x'), device_id, production_start
    FROM bundle WHERE id = ${of.id}`;
}

export const retire = ({ id }: Bundle) =>
  `UPDATE bundle SET status = 'Bundle Split', prior_status = status WHERE id = ${id}`;

export interface Header {
  readonly start?: string;
  readonly end?: string;
  readonly first?: number;
  readonly last?: number;
  readonly more?: Record<string, string>;
}

/** Inserts an issuance of a device with its whole bundle; a valid one is accepted. */
export function insertIssuance(
  { metadataId, source }: TradingPair,
  device: number,
  header: Header = {},
  slice = true,
): string {
  const { start = '2026-01-01T00:00Z', end = '2026-01-01T01:00Z', first = 1, last = 10, more = {} } = header;
  const columns = {
    issuance_id: `'${device}-${start}'`,
    device_id: `${device}`,
    metadata_id: `${metadataId}`,
    production_start: `'${start}'`,
    production_end: `'${end}'`,
    energy_source: `'wind'`,
    range_start: `${first}`,
    range_end: `${last}`,
    expiry: `timestamptz '${end}' + interval '2 years'`,
    ...more,
  };
  const insert = `INSERT INTO issuance (${Object.keys(columns)}) VALUES (${Object.values(columns)})`;
  if (!slice) return insert;
  return `WITH header AS (${insert} RETURNING *)
    INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
    SELECT id, ${source.id}, range_start, range_end, sha256('x'), device_id, production_start FROM header`;
}
