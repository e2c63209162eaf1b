import pg from 'pg';
import pino from 'pino';
import { firstViolation } from '../src/certificate/index.ts';
import { runProgram } from '../src/program.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { withCluster } from './embedded.ts';

/* How long the check of the whole registry takes: 1 000 000 bundles, half of them from splits, all in order. */

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Written past the triggers, which would take their time: the check then says whether it is a registry all the same. */
const FILL = `
  SET session_replication_role = replica;
  INSERT INTO account (account_name) VALUES ('Large');
  INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issue_market_zone)
    VALUES ('GB', 'NESO', 'Ofgem', 'GB');
  INSERT INTO device (device_name, grid, energy_source, technology_type, operational_date, power_mw, peak_demand, location, is_storage, account_id)
    SELECT 'Device ' || n, 'G', 'wind', 'wind_turbine', '2015-01-01', 100, 0, '', false, 1 FROM generate_series(1, 100) AS n;
  INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source, range_start, range_end, expiry)
    SELECT device || '-' || hour, device, 1, '2020-01-01Z'::timestamptz + hour * interval '1 hour',
           '2020-01-01Z'::timestamptz + (hour + 1) * interval '1 hour', 'wind', hour * 1000 + 1, (hour + 1) * 1000, '2099-01-01Z'
    FROM generate_series(1, 100) AS device, generate_series(0, 4999) AS hour;
  INSERT INTO bundle (issuance_id, account_id, status, prior_status, range_start, range_end, hash, device_id, production_start, expiry)
    SELECT id, 1, CASE WHEN id % 2 = 0 THEN 'Bundle Split' ELSE 'Active' END::bundle_status,
           CASE WHEN id % 2 = 0 THEN 'Active' END::bundle_status, range_start, range_end, sha256(issuance_id::bytea), device_id, production_start, expiry
    FROM issuance;
  INSERT INTO bundle (issuance_id, account_id, range_start, range_end, parent_id, hash, device_id, production_start, expiry)
    SELECT b.issuance_id, 1, b.range_start + half * 300, CASE half WHEN 0 THEN b.range_start + 299 ELSE b.range_end END, b.id, b.hash,
           b.device_id, b.production_start, b.expiry
    FROM bundle b, generate_series(0, 1) AS half WHERE b.status = 'Bundle Split';
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, recorded_at)
    SELECT '1', uuidv7(), 'CREATE', 'bundle', id, now() FROM bundle;
  RESET session_replication_role;
  ANALYZE`;

runProgram(() =>
  withCluster(async (cluster, config) => {
    const owner = new pg.Client({ connectionString: cluster.primary.url('registry') });
    await owner.connect();
    await owner.query(FILL);
    const { rows } = await owner.query('SELECT count(*)::int AS n FROM bundle');
    await owner.end();
    const database = await openConfiguredDatabase(config, pino({ level: 'silent' }));
    const start = performance.now();
    let last = start;
    const found = await database.readPrimary(({ query }) =>
      firstViolation(query, (name) => {
        const now = performance.now();
        say(`${((now - last) / 1_000).toFixed(2)} s  ${name}`);
        last = now;
      }),
    );
    await database.stop();
    const verdict = found ? `violated: ${found.invariant}: ${found.violation}` : 'in order';
    say(`${rows[0].n} bundles checked in ${((performance.now() - start) / 1_000).toFixed(2)} s: ${verdict}`);
  }),
);
