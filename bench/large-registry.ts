import type pg from 'pg';
import { expiryOf } from '../src/rules/expiry.ts';
import { type BundleFacts, bundleHash } from '../src/rules/hash.ts';
import { formatIssuanceId } from '../src/rules/issuance-id.ts';
import { certificateRange, splitRange } from '../src/rules/range.ts';
import { type DeviceId, type MetadataId, wh } from '../src/rules/units.ts';

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
  await owner.query(USER);
  await owner.query('SET session_replication_role = replica; SET timezone = UTC');
  await owner.query(OWNERS);
  for (let device = 1; device <= DEVICES; device++) await fillDevice(owner, device);
  await owner.query(ACTIONS);
  await owner.query(JOURNAL);
  await owner.query('SELECT rebuild_account_totals()');
  await owner.query('RESET session_replication_role');
  await owner.query('VACUUM ANALYZE');
  const { rows } = await owner.query('SELECT count(*)::int AS bundles FROM bundle');
  return rows[0].bundles;
}

/** With the triggers, which make commitments. */
const USER = `INSERT INTO registry_user (name, email, role) VALUES ('Trader', 'trader@example.com', 'TRADING_USER')`;

const OWNERS = `
  INSERT INTO account (account_name) VALUES ('Large'), ('Other');
  INSERT INTO account_user (account_id, user_id) VALUES (1, 1);
  INSERT INTO account_whitelist (account_id, source_account_id) VALUES (2, 1);
  INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issue_market_zone)
    VALUES ('GB', 'NESO', 'Ofgem', 'GB');
  INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date, power_mw, peak_demand, location, is_storage, account_id)
    SELECT 'Device ' || n, 'D' || n, 'G', 'wind', 'wind_turbine', '2015-01-01', 100, 0, '', false, 1 FROM generate_series(1, ${DEVICES}) AS n`;

/** Transfers of ten bundles each, of which they take the first child. */
const ACTIONS = `
  INSERT INTO action (id, action_type, action_result, source_id, target_id, user_id, bundle_ids, resulting_bundle_ids,
                      certificate_bundle_percentage, details, requested_at, completed_at)
    OVERRIDING SYSTEM VALUE
    SELECT 1 + n / 10, 'transfer', 'Success', 1, 2, 1, array_agg(parent ORDER BY n), array_agg(child ORDER BY n),
           ${TAKEN / QUANTITY}, '{}', now(), now()
    FROM (SELECT p.id AS parent, c.id AS child, row_number() OVER (ORDER BY p.id) - 1 AS n
          FROM bundle p JOIN bundle c ON c.parent_id = p.id AND c.range_start = p.range_start) AS split
    GROUP BY n / 10`;

const entriesOf = (table: string) => `
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_after, recorded_at)
    SELECT '1', uuidv7(), 'CREATE', '${table}', id, to_jsonb(t), now() FROM ${table} t ORDER BY id`;

const JOURNAL = `
  ${['account', 'account_user', 'account_whitelist', 'issuance_metadata', 'device', 'issuance'].map(entriesOf).join(';')};
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_after, recorded_at)
    SELECT '1', uuidv7(), 'CREATE', 'bundle', id,
           to_jsonb(b) || '{"status": "Active", "prior_status": null}', now()
    FROM bundle b WHERE parent_id IS NULL ORDER BY id;
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, parent_entity_id, attributes_before,
                       attributes_after, actor_id, action_id, recorded_at)
    SELECT (1000 + a.id)::text::xid8, uuidv7(), e.type::event_type, 'bundle', e.id, e.parent_id, e.before, e.after, 1, a.id, now()
    FROM action a
    CROSS JOIN LATERAL unnest(a.resulting_bundle_ids) AS taken(id)
    JOIN bundle first ON first.id = taken.id
    JOIN bundle rest ON rest.parent_id = first.parent_id AND rest.id <> first.id
    CROSS JOIN LATERAL (VALUES
      (1, 'UPDATE', first.parent_id, NULL, '{"status": "Active", "prior_status": null}'::jsonb,
       '{"status": "Bundle Split", "prior_status": "Active"}'::jsonb),
      (2, 'CREATE', first.id, first.parent_id, NULL, to_jsonb(first) || '{"account_id": 1}'),
      (3, 'CREATE', rest.id, rest.parent_id, NULL, to_jsonb(rest)),
      (4, 'UPDATE', first.id, first.parent_id, '{"account_id": 1}', '{"account_id": 2}')) AS e(n, type, id, parent_id, before, after)
    ORDER BY a.id, first.id, e.n;
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_after, actor_id, action_id, recorded_at)
    SELECT (1000 + id)::text::xid8, uuidv7(), 'CREATE', 'action', id, to_jsonb(a), 1, id, now() FROM action a ORDER BY id`;

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
     SELECT b.id, i.id, CASE WHEN b.parent_id IS NOT NULL AND b.range_start = i.range_start THEN 2 ELSE 1 END, b.status, CASE b.status WHEN 'Bundle Split' THEN 'Active' END::bundle_status, b.range_start,
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
    deviceId: device as DeviceId,
    productionStart: start,
    productionEnd: end,
    energyCarrier: 'electricity',
    energySource: 'wind',
    faceValue: 1,
    metadataId: 1 as MetadataId,
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
  const children = splitRange(range, wh(TAKEN)).map((part, n) => ({
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
