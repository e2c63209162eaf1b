import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateWithDrizzle } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { type MigrationUrls, migrate, reset } from '../../src/database/migrate.ts';
import { replay } from '../../src/journal/index.ts';
import { CONSERVATION, expectConserved, tradingPair } from '../harness/builders.ts';
import { anEmptyDatabase, migrationUrlsOf } from '../harness/empty-database.ts';
import { runProgram } from '../harness/program.ts';
import { openRegistry } from '../harness/registry.ts';

/** Everything that migrations create, as text, for comparison. */
async function schemaOf(owner: pg.Pool): Promise<string[]> {
  const { rows } = await owner.query<{ line: string }>(`
    SELECT format('column %s.%s %s %s', table_name, column_name, udt_name, column_default) AS line
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT format('function %s %s', p.proname, md5(p.prosrc)) FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('grant %s %s %s', table_name, grantee, privilege_type)
      FROM information_schema.role_table_grants WHERE table_schema = 'public'
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}

const appliedTo = async (owner: pg.Pool): Promise<number> =>
  (await owner.query('SELECT count(*)::int AS n FROM drizzle.__drizzle_migrations')).rows[0].n;

interface MigrationList {
  readonly entries: { readonly tag: string }[];
}

const listed = async (): Promise<MigrationList> =>
  JSON.parse(await readFile('migrations/meta/_journal.json', 'utf8'));

/** A folder with these migrations, in this order. */
async function aRelease(entries: MigrationList['entries']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp('migrations', folder, { recursive: true });
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ ...(await listed()), entries }));
  return folder;
}

/** The migrations of an earlier release: the first `count` of them. */
async function migrateTo(owner: pg.Pool, count: number): Promise<void> {
  const migrationsFolder = await aRelease((await listed()).entries.slice(0, count));
  await migrateWithDrizzle(drizzle(owner), { migrationsFolder });
}

const JOURNAL = `
  SELECT id, event_id, event_type, entity_name, attributes_before, attributes_after FROM journal ORDER BY id`;
const COMMITMENT = expect.stringMatching(/^v1:[0-9a-f]{64}$/);

/** `make db.update`. */
const updateDatabase = (urls: MigrationUrls) =>
  runProgram('update-database', {
    PATH: process.env.PATH,
    DATABASE_OWNER_URL: urls.ownerUrl,
    DATABASE_WRITE_URL: urls.writeUrl,
    DATABASE_READ_URLS: urls.readUrls.join(','),
    ESDB_CONNECTION_STRING: '',
  });

/** A split bundle with all its records, inserted directly: the application of that release no longer exists. */
const ONE_ROW_OF_EACH = `
  BEGIN;
  INSERT INTO registry_user (name, email, role) VALUES ('A', 'a@example.com', 'ADMIN');
  INSERT INTO account (account_name) VALUES ('An account');
  INSERT INTO account_user (account_id, user_id) VALUES (1, 1);
  INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date, power_mw,
                      peak_demand, location, is_storage, account_id)
    VALUES ('A device', 'D1', 'A grid', 'wind', 'wind_turbine', '2020-01-01', 1, 0, 'Here', false, 1);
  INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issue_market_zone)
    VALUES ('GB', 'NESO', 'Ofgem', 'GB');
  INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source, range_start,
                        range_end, expiry)
    VALUES ('1-2026-01-01T00:00:00Z', 1, 1, '2026-01-01T00:00Z', '2026-01-01T01:00Z', 'wind', 1, 100, '2028-01-01T01:00Z');
  INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
    VALUES (1, 1, 1, 100, sha256('1'), 1, '2026-01-01T00:00Z');
  UPDATE bundle SET status = 'Bundle Split', prior_status = 'Active';
  INSERT INTO bundle (issuance_id, account_id, range_start, range_end, parent_id, hash, device_id, production_start)
    VALUES (1, 1, 1, 30, 1, sha256('2'), 1, '2026-01-01T00:00Z'), (1, 1, 31, 100, 1, sha256('3'), 1, '2026-01-01T00:00Z');
  INSERT INTO action (action_type, action_result, source_id, user_id, bundle_ids, resulting_bundle_ids, details, requested_at,
                      completed_at)
    VALUES ('transfer', 'Failure', 1, 1, '{1}', '{}', '{}', now(), now());
  COMMIT`;

test('all migrations run on an empty database', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await migrate(urls);
  expect(await appliedTo(owner)).toBe((await listed()).entries.length);
  expect((await owner.query('SELECT * FROM bundle')).rows).toEqual([]);
});

test('a second run changes nothing', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await migrate(urls);
  const [schema, applied] = [await schemaOf(owner), await appliedTo(owner)];
  await migrate(urls);
  expect([await schemaOf(owner), await appliedTo(owner)]).toEqual([schema, applied]);
});

test('the program names each migration that it applied, or says that there was nothing to do', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await migrateTo(owner, 3);
  const names = (await listed()).entries.slice(3).map(({ tag }) => `Applied migration ${tag}.\n`);
  expect(names.length).toBeGreaterThan(3);
  expect(await updateDatabase(urls)).toEqual({
    code: 0,
    output: `${names.join('')}The schema is up to date.\n`,
  });
  expect(await updateDatabase(urls)).toEqual({
    code: 0,
    output: 'Nothing to do: the schema is up to date.\n',
  });
});

test('of two concurrent runs, one migrates', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await Promise.all([migrate(urls), migrate(urls), migrate(urls)]);
  expect(await appliedTo(owner)).toBe((await listed()).entries.length);
});

test('a run on a registry in use changes no row, and the registry continues to work', async () => {
  const registry = await openRegistry();
  onTestFinished(() => registry.close());
  const market = await tradingPair(registry);
  const { id } = await market.bundle();
  await market.transfer([id], { certificate_quantity: 30 });
  const digest = `
    SELECT (SELECT md5(string_agg(to_jsonb(j)::text, '' ORDER BY id)) FROM journal j) AS journal,
           (SELECT md5(string_agg(to_jsonb(b)::text, '' ORDER BY id)) FROM bundle b) AS bundles`;
  const before = await registry.primary.query(digest);
  await migrate(migrationUrlsOf(new URL(registry.config.DATABASE_WRITE_URL).pathname.slice(1)));
  expect((await registry.primary.query(digest)).rows).toEqual(before.rows);
  expect((await market.transfer([(await market.bundle()).id])).statusCode).toBe(202);
  await expectConserved(registry);
});

/** What the migrations create in an empty database. */
let newest: Promise<string[]> | undefined;

async function newestSchema(): Promise<string[]> {
  const { owner, ...urls } = await anEmptyDatabase();
  await migrate(urls);
  return schemaOf(owner);
}

/** The event of the user of `ONE_ROW_OF_EACH` for the migration that commits to personal values. */
const COMMITTED = {
  id: expect.any(String),
  event_id: expect.any(String),
  event_type: 'UPDATE',
  entity_name: 'registry_user',
  attributes_before: { name_commitment: null, email_commitment: null },
  attributes_after: { name_commitment: COMMITMENT, email_commitment: COMMITMENT },
};

const commitments = (await listed()).entries.findIndex(({ tag }) => tag.endsWith('_personal_data'));

// From the third migration on there are a journal and rules: a registry could be operated.
test.for((await listed()).entries.slice(2, -1).map(({ tag }, index) => ({ tag, count: index + 3 })))(
  'a database of the release that ended with $tag gets the same schema, keeps its rows and events, commits to its personal values, and can be replayed',
  async ({ count }) => {
    newest ??= newestSchema();
    const { owner, ...urls } = await anEmptyDatabase();
    await migrateTo(owner, count);
    await owner.query(ONE_ROW_OF_EACH);
    const before = await owner.query('SELECT id, status, hash FROM bundle ORDER BY id');
    const journal = await owner.query(JOURNAL);
    await migrate(urls);
    expect(await schemaOf(owner)).toEqual(await newest);
    expect((await owner.query('SELECT id, status, hash FROM bundle ORDER BY id')).rows).toEqual(before.rows);
    const { rows } = await owner.query(JOURNAL);
    expect(rows.slice(0, journal.rows.length)).toEqual(journal.rows);
    expect(rows.slice(journal.rows.length)).toEqual(count <= commitments ? [COMMITTED] : []);
    expect((await owner.query(CONSERVATION)).rows).toEqual([]);
    expect((await replay({ urls })).difference).toBeNull();
  },
);

test('a run in which one migration fails changes nothing, and undoes those before it', async () => {
  const { owner } = await anEmptyDatabase();
  await migrateTo(owner, 3);
  const before = await schemaOf(owner);
  const { entries } = await listed();
  const mistake = { ...entries.at(-1), tag: '9999_mistake', when: Date.now() };
  const migrationsFolder = await aRelease([...entries, mistake]);
  await writeFile(join(migrationsFolder, '9999_mistake.sql'), 'CREATE TABLE half (); SELECT 1 / 0');
  await expect(migrateWithDrizzle(drizzle(owner), { migrationsFolder })).rejects.toThrow('SELECT 1 / 0');
  expect(await schemaOf(owner)).toEqual(before);
  expect(await appliedTo(owner)).toBe(3);
});

test('devices that differ in case only are named, and the run fails until one of them is deleted', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  const { entries } = await listed();
  await migrateTo(
    owner,
    entries.findIndex(({ tag }) => tag.endsWith('_plants')),
  );
  await owner.query(ONE_ROW_OF_EACH);
  await owner.query(`
    INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
                        power_mw, peak_demand, location, is_storage, account_id)
    SELECT device_name, 'd1', 'A GRID', energy_source, technology_type, operational_date, power_mw, peak_demand, location,
           is_storage, account_id FROM device`);
  const before = await schemaOf(owner);
  const { code, output } = await updateDatabase(urls);
  expect(code, output).toBe(4);
  expect(output).toMatch(/Nothing was migrated: .*: devices 1, 2 \(grid a grid, identifier d1\)\n$/);
  expect(await schemaOf(owner)).toEqual(before);
  await owner.query('UPDATE device SET deleted_at = now() WHERE id = 2');
  await migrate(urls);
  expect(await appliedTo(owner)).toBe(entries.length);
});

test.for([
  {
    what: 'accounts and devices',
    migration: 'names',
    twins: `
      INSERT INTO account (account_name) VALUES ('An accоunt'), ('An\u200b account'), ('Another\u00a0account');
      INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
                          power_mw, peak_demand, location, is_storage, account_id)
      SELECT device_name, 'D\u200b1', grid, energy_source, technology_type, operational_date, power_mw, peak_demand,
             location, is_storage, 2 FROM device`,
    named:
      'accounts 1 ("An account"), 2 ("An accоunt"), 3 ("An\u200b account"); devices 1 (grid "A grid", identifier "D1"), 2 (grid "A grid", identifier "D\u200b1")',
    rename: `
      UPDATE account SET account_name = 'Account ' || id WHERE id IN (2, 3);
      UPDATE device SET deleted_at = now() WHERE id = 2`,
    warning: /^Warning: .*: account 4 \("Another\u00a0account"\)\n/,
  },
  {
    what: 'organisations',
    migration: 'organisation_names',
    twins: `
      INSERT INTO organisation (name) VALUES ('Acme'), ('Аcme'), ('Another\u00a0organisation');
      UPDATE registry_user SET name = 'A\u00adda', organisation = 'Acme\u200b'`,
    named: 'organisations 1 ("Acme"), 2 ("Аcme")',
    rename: `UPDATE organisation SET name = 'Acme Two' WHERE id = 2`,
    warning:
      /^Warning: .*: organisation 3 \("Another\u00a0organisation"\); user 1 \("A\u00adda"\); user 1 \(organisation "Acme\u200b"\)\n/,
  },
])('$what whose names look alike are named, and the run fails until they are renamed', async (names) => {
  const { owner, ...urls } = await anEmptyDatabase();
  const { entries } = await listed();
  await migrateTo(
    owner,
    entries.findIndex(({ tag }) => tag.replace(/^\d+_/, '') === names.migration),
  );
  await owner.query(ONE_ROW_OF_EACH);
  await owner.query(names.twins);
  const before = await schemaOf(owner);
  const { code, output } = await updateDatabase(urls);
  expect(code, output).toBe(4);
  expect(output).toContain(names.named);
  expect(await schemaOf(owner)).toEqual(before);
  await owner.query(names.rename);
  const done = await updateDatabase(urls);
  expect(done.code, done.output).toBe(0);
  expect(done.output).toMatch(names.warning);
  expect(await appliedTo(owner)).toBe(entries.length);
});

test('a reset creates an empty registry with the newest schema and the privileges of the application', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await migrate(urls);
  const schema = await schemaOf(owner);
  await owner.query(ONE_ROW_OF_EACH);
  await reset(urls);
  expect(await schemaOf(owner)).toEqual(schema);
  const app = new pg.Client({ connectionString: urls.writeUrl });
  await app.connect();
  await app.query(`INSERT INTO account (account_name) VALUES ('An account')`);
  const { rows } = await app.query('SELECT id FROM account');
  await app.end();
  expect(rows).toEqual([{ id: '1' }]);
});

test('gives up if another session keeps a table locked, with advice, and can be repeated', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await migrateTo(owner, (await listed()).entries.length - 1);
  const applied = await appliedTo(owner);
  const holder = await owner.connect();
  onTestFinished(() => holder.release(true));
  await holder.query('BEGIN; LOCK TABLE drizzle.__drizzle_migrations');
  const { code, output } = await updateDatabase(urls);
  expect(code).toBe(1);
  expect(output).toContain('Another session has kept a table locked for 5 s');
  await holder.query('ROLLBACK');
  expect(await appliedTo(owner)).toBe(applied);
  expect((await updateDatabase(urls)).code).toBe(0);
});
