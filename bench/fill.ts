import type pg from 'pg';
import { hashPassword } from '../src/authentication/index.ts';

/** What a registry is filled with. The ids of bundles are consecutive within each account. */
export interface Data {
  /** 100 devices with 1 000 hours each: 2 400 bundles a day. */
  readonly trader: AccountData;
  readonly small: AccountData;
  readonly large: AccountData;
  /** Accepts transfers from the large account. */
  readonly target: { readonly id: number };
  readonly metadataId: number;
  /** Devices without issuances. */
  readonly idleDevices: readonly number[];
}

export interface AccountData {
  readonly id: number;
  readonly bundles: number;
  /** The least id of a bundle. */
  readonly firstBundle: number;
}

export const USER_EMAIL = 'bench@example.org';
export const PASSWORD = 'bench-only-password';

/** The first production interval of all devices. */
export const FIRST_DAY = '2025-01-01T00:00:00Z';
export const DAYS = 41;

const DEVICES = 100;
const HOURS = 1_000;
const IDLE_DEVICES = 400;
const SMALL_ACCOUNT = 5_000;

/** The parts of an issuance in the small and the large account, as after many splits. */
export const PARTS = 100;
const QUANTITY = 1_000_000;

/**
 * Fills an empty registry with 105 000 bundles and a large account. The rows skip the checks and the journal, which would take
 * minutes; what triggers derive from rows (`derive_...`) is derived.
 */
export async function fill(owner: pg.Client, largeAccount: number): Promise<Data> {
  const hash = await hashPassword(PASSWORD);
  await owner.query(ACCOUNTS);
  await owner.query('INSERT INTO credential (user_id, password_hash) VALUES (1, $1)', [hash]);
  for (const table of ['issuance', 'bundle']) await disableChecks(owner, table);
  await owner.query(WHOLE_BUNDLES);
  await owner.query(partsOf(2, SMALL_ACCOUNT));
  await owner.query(partsOf(3, largeAccount));
  for (const table of ['issuance', 'bundle']) await owner.query(`ALTER TABLE ${table} ENABLE TRIGGER ALL`);
  await owner.query('VACUUM ANALYZE');
  await owner.query('CHECKPOINT');
  const { rows } = await owner.query<{ id: number; bundles: number; first: number }>(
    'SELECT account_id::int AS id, count(*)::int AS bundles, min(id)::int AS first FROM bundle GROUP BY 1 ORDER BY 1',
  );
  const [trader, small, large] = rows.map(({ id, bundles, first: firstBundle }) => ({
    id,
    bundles,
    firstBundle,
  }));
  if (!(trader && small && large)) throw new Error('three accounts have bundles');
  const idleDevices = Array.from({ length: IDLE_DEVICES }, (_, n) => DEVICES + 2 * PARTS + 1 + n);
  return { trader, small, large, target: { id: 4 }, metadataId: 1, idleDevices };
}

const ACCOUNTS = `
  INSERT INTO registry_user (name, email, role) VALUES ('Bench', '${USER_EMAIL}', 'TRADING_USER');
  INSERT INTO account (account_name) VALUES ('Trader'), ('Small'), ('Large'), ('Target');
  INSERT INTO account_user (account_id, user_id) SELECT id, 1 FROM account;
  INSERT INTO account_whitelist (account_id, source_account_id) VALUES (4, 3);
  INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issue_market_zone)
    VALUES ('GB', 'NESO', 'Ofgem', 'GB');
  INSERT INTO device (device_name, grid, local_device_identifier, energy_source, technology_type, operational_date, power_mw,
                      peak_demand, location, is_storage, account_id)
    SELECT 'Device ' || n, 'GB', 'BENCH-' || n, 'wind', 'wind_turbine', '2015-01-01', 100, 0, 'GB', false, 1
    FROM generate_series(1, ${DEVICES + 2 * PARTS + IDLE_DEVICES}) AS n ORDER BY n`;

async function disableChecks(owner: pg.Client, table: string): Promise<void> {
  await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
  const { rows } = await owner.query<{ name: string }>(
    `SELECT tgname AS name FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname LIKE 'derive\\_%'`,
    [table],
  );
  for (const { name } of rows) await owner.query(`ALTER TABLE ${table} ENABLE TRIGGER ${name}`);
}

const SOURCES = `(ARRAY['wind', 'solar_pv', 'hydro']::energy_source[])`;

/** Issuances of an hour each, one bundle of the trader for each. */
const WHOLE_BUNDLES = `
  WITH header AS (
    INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source, range_start,
                          range_end, expiry)
    SELECT format('%s-%s', device, to_char(start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), device, 1, start, start + interval '1 hour',
           ${SOURCES}[1 + device % 3], hour * ${QUANTITY} + 1, (hour + 1) * ${QUANTITY}, start + interval '10 years'
    FROM generate_series(0, ${HOURS - 1}) AS hour
    CROSS JOIN generate_series(1, ${DEVICES}) AS device
    CROSS JOIN LATERAL (SELECT '${FIRST_DAY}'::timestamptz + hour * interval '1 hour' AS start) AS interval
    ORDER BY hour, device
    RETURNING *)
  INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start, expiry)
  SELECT id, 1, range_start, range_end, sha256(convert_to(issuance_id, 'UTF8')), device_id, production_start, expiry
  FROM header ORDER BY id`;

/** Bundles of an account that are parts of issuances of its ${PARTS} own devices. */
const partsOf = (account: number, bundles: number) => `
  WITH header AS (
    INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source, range_start,
                          range_end, expiry)
    SELECT format('%s-%s', device, to_char(start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), device, 1, start, start + interval '1 hour',
           ${SOURCES}[1 + device % 3], hour * ${QUANTITY} + 1, (hour + 1) * ${QUANTITY}, start + interval '10 years'
    FROM generate_series(0, ${bundles / PARTS - 1}) AS n
    CROSS JOIN LATERAL (
      SELECT ${DEVICES + (account - 2) * PARTS} + 1 + n % ${PARTS} AS device, n / ${PARTS} AS hour) AS place
    CROSS JOIN LATERAL (SELECT '${FIRST_DAY}'::timestamptz + hour * interval '1 hour' AS start) AS interval
    ORDER BY n
    RETURNING *)
  INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start, expiry)
  SELECT id, ${account}, range_start + part * ${QUANTITY / PARTS}, range_start + (part + 1) * ${QUANTITY / PARTS} - 1,
         sha256(convert_to(issuance_id || part, 'UTF8')), device_id, production_start, expiry
  FROM header CROSS JOIN generate_series(0, ${PARTS - 1}) AS part ORDER BY id, part`;
