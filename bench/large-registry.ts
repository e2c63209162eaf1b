import type pg from 'pg';
import { expiryOf } from '../src/rules/expiry.ts';
import { type BundleFacts, bundleHash } from '../src/rules/hash.ts';
import { formatIssuanceId } from '../src/rules/issuance-id.ts';
import { certificateRange, splitRange } from '../src/rules/range.ts';

const DEVICES = 100;
const HOURS = 5_000;
const QUANTITY = 1_000;
const TAKEN = 300;
const ISSUANCES = DEVICES * HOURS;
const HOUR_MS = 3_600_000;
const FIRST_HOUR = Date.UTC(2024, 0, 1);

/** Every second issuance has been split once. */
export const BUNDLES = ISSUANCES + (ISSUANCES / 2) * 2;

/**
 * Fills a registry with 1 000 000 bundles and the journal entries that belong to them. The rows bypass the triggers to
 * save time; the check then shows that the result is consistent.
 *
 * @returns the number of bundles.
 */
export async function fill(owner: pg.Client): Promise<number> {
  await owner.query('SET session_replication_role = replica; SET timezone = UTC');
  await owner.query(OWNERS);
  for (let device = 1; device <= DEVICES; device++) await fillDevice(owner, device);
  await owner.query(JOURNAL);
  await owner.query('RESET session_replication_role');
  await owner.query('SELECT rebuild_account_totals()');
  await owner.query('VACUUM ANALYZE');
  const { rows } = await owner.query('SELECT count(*)::int AS bundles FROM bundle');
  return rows[0].bundles;
}

const OWNERS = `
  INSERT INTO account (account_name) VALUES ('Large');
  INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issue_market_zone)
    VALUES ('GB', 'NESO', 'Ofgem', 'GB');
  INSERT INTO device (device_name, grid, energy_source, technology_type, operational_date, power_mw, peak_demand, location, is_storage, account_id)
    SELECT 'Device ' || n, 'G', 'wind', 'wind_turbine', '2015-01-01', 100, 0, '', false, 1 FROM generate_series(1, ${DEVICES}) AS n`;

const JOURNAL = `
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_after, recorded_at)
    SELECT '1', uuidv7(), 'CREATE', 'issuance', id, to_jsonb(i), now() FROM issuance i;
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, parent_entity_id, attributes_after, recorded_at)
    SELECT '1', uuidv7(), 'CREATE', 'bundle', id, parent_id,
           to_jsonb(b) || jsonb_build_object('status', 'Active', 'prior_status', NULL), now()
    FROM bundle b;
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_before, attributes_after, recorded_at)
    SELECT '1', uuidv7(), 'UPDATE', 'bundle', id, '{"status": "Active", "prior_status": null}',
           '{"status": "Bundle Split", "prior_status": "Active"}', now()
    FROM bundle WHERE status = 'Bundle Split'`;

async function fillDevice(owner: pg.Client, device: number): Promise<void> {
  await owner.query(
    `INSERT INTO issuance (id, issuance_id, device_id, metadata_id, production_start, production_end, energy_source,
                           range_start, range_end, expiry)
     OVERRIDING SYSTEM VALUE
     SELECT id, issuance_id, $1, 1, start, "end", 'wind', range_start, range_end, expiry
     FROM jsonb_to_recordset($2) AS i(id bigint, issuance_id text, start timestamptz, "end" timestamptz,
                                      range_start bigint, range_end bigint, expiry timestamptz)`,
    [device, JSON.stringify(Array.from({ length: HOURS }, (_, hour) => issuanceOf(device, hour).row))],
  );
  await owner.query(
    `INSERT INTO bundle (id, issuance_id, account_id, status, prior_status, range_start, range_end, parent_id, hash,
                         device_id, production_start, expiry)
     OVERRIDING SYSTEM VALUE
     SELECT b.id, i.id, 1, b.status, CASE b.status WHEN 'Bundle Split' THEN 'Active' END::bundle_status, b.range_start,
            b.range_end, b.parent_id, decode(b.hash, 'hex'), i.device_id, i.production_start, i.expiry
     FROM jsonb_to_recordset($1) AS b(id bigint, issuance bigint, status bundle_status, range_start bigint,
                                      range_end bigint, parent_id bigint, hash text)
     JOIN issuance i ON i.id = b.issuance`,
    [JSON.stringify(Array.from({ length: HOURS }, (_, hour) => bundlesOf(device, hour)).flat())],
  );
}

function issuanceOf(device: number, hour: number) {
  const start = new Date(FIRST_HOUR + hour * HOUR_MS);
  const end = new Date(start.getTime() + HOUR_MS);
  const facts: BundleFacts = {
    issuanceId: formatIssuanceId({ deviceId: device, start }),
    deviceId: device,
    productionStart: start,
    productionEnd: end,
    energyCarrier: 'electricity',
    energySource: 'wind',
    faceValue: 1,
    metadataId: 1,
    expiry: expiryOf(end, 2),
    range: certificateRange(hour * QUANTITY + 1, (hour + 1) * QUANTITY),
  };
  const row = {
    id: (device - 1) * HOURS + hour + 1,
    issuance_id: facts.issuanceId,
    start,
    end,
    range_start: facts.range.start,
    range_end: facts.range.end,
    expiry: facts.expiry,
  };
  return { facts, row };
}

function bundlesOf(device: number, hour: number) {
  const { facts, row } = issuanceOf(device, hour);
  const isSplit = row.id % 2 === 0;
  const { range } = facts;
  const hash = bundleHash(facts, null);
  const first = {
    id: row.id,
    issuance: row.id,
    status: isSplit ? 'Bundle Split' : 'Active',
    range_start: range.start,
    range_end: range.end,
    parent_id: null,
    hash,
  };
  if (!isSplit) return [first];
  const children = splitRange(range, TAKEN).map((part, n) => ({
    id: ISSUANCES + row.id - 1 + n,
    issuance: row.id,
    status: 'Active',
    range_start: part.start,
    range_end: part.end,
    parent_id: row.id,
    hash: bundleHash({ ...facts, range: part }, hash),
  }));
  return [first, ...children];
}
