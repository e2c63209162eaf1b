import pg from 'pg';
import { afterAll, describe, expect } from 'vitest';
import { test } from '../harness/fixtures.ts';
import { KEPT_FOR_EVER, NO_PRIVILEGE, READ_ONLY, REFUSED, refusalOf, UNIQUE } from './database-rejections.ts';

let app: pg.Pool;
let reader: pg.Pool;

test.beforeAll(async ({ registry }) => {
  app = new pg.Pool({ connectionString: registry.config.DATABASE_WRITE_URL, max: 2 });
  reader = new pg.Pool({ connectionString: registry.config.DATABASE_READ_URLS[0], max: 2 });
});

afterAll(async () => {
  await Promise.all([app.end(), reader.end()]);
});

describe('the owner of the tables', () => {
  test.for([
    'range_start = range_start + 1',
    'range_end = range_end - 1',
    `hash = sha256('another')`,
    'parent_id = 1',
    `production_start = production_start + interval '1 hour'`,
    'device_id = device_id + 1',
    `created_at = now() - interval '1 day'`,
  ])('cannot update %s of a bundle', async (change, { registry, market }) => {
    const { id } = await market.bundle();
    expect(await refusalOf(registry.primary, `UPDATE bundle SET ${change} WHERE id = ${id}`)).toBe(REFUSED);
  });

  test('cannot set a quantity that differs from the range', async ({ registry, market }) => {
    const { id } = await market.bundle();
    expect(await refusalOf(registry.primary, `UPDATE bundle SET quantity = 1 WHERE id = ${id}`)).toBe(
      '428C9',
    );
  });

  test.for([
    'range_end = range_end + 1',
    `energy_source = 'solar_pv'`,
    `expiry = expiry + interval '1 year'`,
    'metadata_id = metadata_id + 1',
    `issuance_id = 'another'`,
    'issue_version = 7',
    'withdrawn_at = now()',
  ])('cannot update %s of a live issuance', async (change, { registry, market }) => {
    const { device_id, issuance_id } = await market.bundle();
    const update = `UPDATE issuance SET ${change} WHERE device_id = ${device_id} AND issuance_id = '${issuance_id}'`;
    expect(await refusalOf(registry.primary, update)).toBe(REFUSED);
  });

  test('cannot revive a withdrawn issuance', async ({ registry, market }) => {
    const { id, issuance_id } = await market.bundleIn('Withdrawn');
    const where = `WHERE issuance_id = '${issuance_id}'`;
    const withdraw = `UPDATE issuance SET withdrawn_at = now() ${where}`;
    expect(await refusalOf(registry.primary, withdraw)).toBe('nothing was refused');
    expect(await refusalOf(registry.primary, `UPDATE issuance SET withdrawn_at = NULL ${where}`)).toBe(
      REFUSED,
    );
    expect(await refusalOf(registry.primary, `UPDATE bundle SET status = 'Active' WHERE id = ${id}`)).toBe(
      REFUSED,
    );
  });

  test.for([`entity_name = 'nothing'`, `attributes_after = '{}'`, 'actor_id = NULL', 'recorded_at = now()'])(
    'cannot update %s of the journal',
    async (change, { registry, market }) => {
      await market.bundle();
      expect(await refusalOf(registry.primary, `UPDATE journal SET ${change}`)).toBe(KEPT_FOR_EVER);
    },
  );

  test.for(['action', 'issuance_metadata'])(
    'cannot change a row of %s',
    async (table, { registry, market }) => {
      await market.cancel([(await market.bundle()).id]);
      const column = table === 'action' ? `action_result = 'Failure'` : `issuing_body = 'Somebody else'`;
      expect(await refusalOf(registry.primary, `UPDATE ${table} SET ${column}`)).toBe(KEPT_FOR_EVER);
    },
  );

  test.for(['bundle', 'account', 'device', 'registry_user', 'account_user', 'issuance', 'api_key'])(
    'cannot change the id of a row of %s, which the journal would miss',
    async (table, { registry, market }) => {
      await market.bundle();
      await market.trader.post('/auth/api_keys', { name: 'A', permissions: ['read'] });
      const before = await registry.primary.query(`SELECT max(id) FROM ${table}`);
      const change = `UPDATE ${table} SET id = DEFAULT WHERE id = ${before.rows[0].max}`;
      expect(await refusalOf(registry.primary, change)).toBe(KEPT_FOR_EVER);
      expect(await refusalOf(app, change)).toMatch(/^(23001|42501)$/);
    },
  );
});

describe('registry_app', () => {
  test('owns no table, sequence, function or schema, and is no superuser', async () => {
    const { rows } = await app.query(`
      SELECT 'relation' AS kind, relname::text AS name FROM pg_class WHERE relowner = current_user::regrole
      UNION ALL SELECT 'function', proname::text FROM pg_proc WHERE proowner = current_user::regrole
      UNION ALL SELECT 'schema', nspname::text FROM pg_namespace WHERE nspowner = current_user::regrole
      UNION ALL SELECT 'role', rolname::text FROM pg_roles
        WHERE rolname = current_user AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
      UNION ALL SELECT 'member of', r.rolname::text FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
        WHERE m.member = current_user::regrole AND r.rolname NOT IN ('registry_write', 'registry_sequencer')`);
    expect(rows).toEqual([]);
  });

  test.each([
    'ALTER TABLE bundle DISABLE TRIGGER ALL',
    'DROP TRIGGER check_update ON bundle',
    'DROP TABLE journal',
    `SET session_replication_role = 'replica'`,
    'CREATE TABLE own (id int)',
    'CREATE FUNCTION own() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    `INSERT INTO bundle_status_transition VALUES ('Claimed', 'Active')`,
    'DELETE FROM bundle_status_transition',
    `INSERT INTO journal (event_type, entity_name, entity_id) VALUES ('CREATE', 'bundle', 1)`,
    "SELECT setval('journal_id_seq', 1)",
    "SELECT nextval('journal_id_seq')",
    'UPDATE bundle SET range_end = range_end + 1',
    `UPDATE bundle SET hash = sha256('x')`,
    'UPDATE bundle SET parent_id = NULL',
    'UPDATE issuance SET range_end = range_end + 1',
    'UPDATE issuance_policy SET capacity_margin = 10',
    'INSERT INTO issuance_policy (capacity_margin, certificate_expiry_years) VALUES (10, 100)',
    `UPDATE issuance SET energy_source = 'wind'`,
    `UPDATE issuance_metadata SET issuing_body = 'Somebody else'`,
    `UPDATE action SET action_result = 'Success'`,
    `UPDATE journal SET attributes_after = '{}'`,
    'DELETE FROM journal',
    'TRUNCATE journal',
    'DELETE FROM credential',
    'DELETE FROM api_key',
    'DELETE FROM api_key_secret',
    `UPDATE api_key SET permissions = '{administer}'`,
    'UPDATE api_key SET account_ids = NULL',
    'UPDATE api_key SET expires_at = NULL',
    'UPDATE api_key SET user_id = 1',
    `UPDATE api_key_secret SET secret_hash = sha256('mine')`,
  ])('cannot %s', async (statement) => {
    expect(await refusalOf(app, statement)).toMatch(new RegExp(`^(${NO_PRIVILEGE}|${KEPT_FOR_EVER})$`));
  });
});

test('every function has a search path of its own, or a body that was resolved at its creation', async ({
  registry,
}) => {
  const { rows } = await registry.primary.query<{ name: string; pinned: boolean }>(`
    SELECT p.oid::regprocedure::text AS name,
           (p.prosqlbody IS NOT NULL OR coalesce('search_path=public, pg_temp' = ANY (p.proconfig), false)) AS pinned
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`);
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ pinned }) => !pinned).map(({ name }) => name)).toEqual([]);
});

const NOT_ON_A_STANDBY = '0A000';

describe('registry_reader', () => {
  test.each([
    'DELETE FROM bundle',
    `UPDATE bundle SET status = 'Claimed'`,
    `INSERT INTO account (account_name) VALUES ('x')`,
  ])('cannot %s', async (statement) => {
    expect(await refusalOf(reader, statement)).toMatch(new RegExp(`^(${READ_ONLY}|${NO_PRIVILEGE})$`));
  });

  test('cannot write on the primary, either', async ({ registry }) => {
    const url = new URL(registry.config.DATABASE_WRITE_URL);
    const own = new URL(registry.config.DATABASE_READ_URLS[0] ?? '');
    [url.username, url.password] = [own.username, own.password];
    const onPrimary = new pg.Pool({ connectionString: url.toString(), max: 1 });
    const { rows } = await onPrimary.query(`
      SELECT c.relname AS name, p.privilege
      FROM pg_class c CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p(privilege)
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND has_table_privilege(c.oid, p.privilege)`);
    expect(rows).toEqual([]);
    expect(await refusalOf(onPrimary, 'CREATE TABLE own (id int)')).toBe(NO_PRIVILEGE);
    expect(await refusalOf(onPrimary, `INSERT INTO account (account_name) VALUES ('x')`)).toBe(NO_PRIVILEGE);
    await onPrimary.end();
  });

  test('cannot read password hashes', async () => {
    expect(await refusalOf(reader, 'SELECT password_hash FROM credential')).toBe(NO_PRIVILEGE);
  });

  test.each(['family_hash', 'secret_hash', 'previous_hash', 'salt', '*'])(
    'cannot read %s of sessions',
    async (column) => {
      expect(await refusalOf(reader, `SELECT ${column} FROM session`)).toBe(NO_PRIVILEGE);
    },
  );

  test('cannot read login attempts or the responses stored for repeated requests', async () => {
    // Unlogged: a standby does not have it.
    expect(await refusalOf(reader, 'SELECT * FROM login_throttle')).toBe(NOT_ON_A_STANDBY);
    expect(await refusalOf(reader, 'SELECT * FROM idempotency_key')).toBe(NO_PRIVILEGE);
  });
});

test('the name of an account is unique among open accounts, regardless of case', async ({ market }) => {
  const { account_name } = market.source;
  const insert = `INSERT INTO account (account_name) VALUES ('${account_name.toUpperCase()}')`;
  expect(await refusalOf(app, insert)).toBe(UNIQUE);
});

test('the e-mail of a user is unique among users that are not deleted, regardless of case', async () => {
  const insert = (email: string) =>
    `INSERT INTO registry_user (name, email, role) VALUES ('A', '${email}', 'AUDIT_USER')`;
  expect(await refusalOf(app, insert('Someone@example.com'))).toBe('nothing was refused');
  expect(await refusalOf(app, insert('someone@EXAMPLE.com'))).toBe(UNIQUE);
  await app.query(`UPDATE registry_user SET deleted_at = now() WHERE email = 'Someone@example.com'`);
  expect(await refusalOf(app, insert('someone@EXAMPLE.com'))).toBe('nothing was refused');
});
