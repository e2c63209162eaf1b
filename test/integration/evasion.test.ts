import pg from 'pg';
import { afterAll, describe, expect } from 'vitest';
import { expectConserved } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { insertSlice, KEPT_FOR_EVER, NO_PRIVILEGE, REFUSED, refusalOf } from './database-rejections.ts';

let app: pg.Pool;
let tables: string[];

test.beforeAll(async ({ registry }) => {
  app = new pg.Pool({ connectionString: registry.config.DATABASE_WRITE_URL, max: 2 });
  const { rows } = await registry.primary.query(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  tables = rows.map(({ name }) => name);
});
afterAll(async () => {
  await app.end();
});

describe('on any table, the application', () => {
  test.each<[string, (table: string) => string]>([
    ['TRUNCATE', (table) => `TRUNCATE ${table} CASCADE`],
    ['DROP', (table) => `DROP TABLE ${table} CASCADE`],
    ['disable triggers', (table) => `ALTER TABLE ${table} DISABLE TRIGGER ALL`],
    ['disable user triggers', (table) => `ALTER TABLE ${table} DISABLE TRIGGER USER`],
    ['add a column', (table) => `ALTER TABLE ${table} ADD COLUMN more int`],
    ['become its owner', (table) => `ALTER TABLE ${table} OWNER TO registry_app`],
    ['add a rule', (table) => `CREATE RULE r AS ON INSERT TO ${table} DO INSTEAD NOTHING`],
    [
      'add a trigger',
      (table) => `CREATE TRIGGER t BEFORE INSERT ON ${table} EXECUTE FUNCTION refuse_change()`,
    ],
    ['grant itself privileges', (table) => `GRANT ALL ON ${table} TO PUBLIC`],
  ])('cannot %s', async (_, statement) => {
    expect(tables.length).toBeGreaterThan(12);
    for (const table of tables) {
      // Granting a privilege without having it is a warning, not an error: the next test checks the result.
      const refused = await refusalOf(app, statement(table));
      if (!statement(table).startsWith('GRANT')) {
        expect(refused, table).toMatch(new RegExp(`^(${NO_PRIVILEGE}|${KEPT_FOR_EVER})$`));
      }
    }
  });

  test('cannot TRUNCATE, reference or add triggers, whatever it tried before', async () => {
    const { rows } = await app.query(
      `SELECT c.relname AS name, p.privilege
       FROM pg_class c CROSS JOIN unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) AS p(privilege)
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND has_table_privilege(c.oid, p.privilege)`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the application cannot', () => {
  test.each([
    `SET LOCAL session_replication_role = 'replica'`,
    `SELECT set_config('session_replication_role', 'replica', true)`,
    'SET SESSION AUTHORIZATION postgres',
    'SET ROLE postgres',
    'ALTER ROLE registry_app SUPERUSER',
    'ALTER ROLE registry_app BYPASSRLS',
    'CREATE ROLE another LOGIN SUPERUSER',
    'CREATE OR REPLACE FUNCTION refuse(reason text) RETURNS void LANGUAGE sql AS $$ SELECT $$',
    'DROP FUNCTION bundle_updated() CASCADE',
    'ALTER FUNCTION bundle_updated() OWNER TO registry_app',
    'DROP SCHEMA public CASCADE',
    `COPY journal FROM PROGRAM 'id'`,
    `COPY (SELECT 1) TO '/tmp/registry-evasion'`,
    `SELECT pg_read_file('postgresql.conf')`,
    'SELECT pg_reload_conf()',
    'UPDATE journal_position SET position = position + 1',
    `UPDATE journal_position SET hash = sha256('x')`,
    'DELETE FROM journal_position',
    'DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)',
    'UPDATE journal SET actor_id = 1',
    `SELECT setval('bundle_id_seq', 1)`,
    'ALTER SEQUENCE journal_id_seq RESTART',
  ])('%s', async (statement) => {
    expect(await refusalOf(app, statement)).toMatch(new RegExp(`^(${NO_PRIVILEGE}|${KEPT_FOR_EVER}|22023)$`));
  });

  test('assign an entry a position out of turn', async ({ market }) => {
    await market.bundle();
    const insert = (position: string, id: string) =>
      `INSERT INTO journal_position (position, journal_id, hash) SELECT ${position}, ${id}, sha256('x')`;
    const last = '(SELECT coalesce(max(position), -1) FROM journal_position)';
    for (const statement of [
      insert(`${last} + 2`, '(SELECT max(id) FROM journal)'),
      insert(`${last} + 1`, '(SELECT max(id) + 1000 FROM journal)'),
      insert(`${last} + 1`, '(SELECT max(id) FROM journal)'),
    ]) {
      expect(await refusalOf(app, statement), statement).toBe(REFUSED);
    }
  });
});

describe('a temporary table with the name of a table of the registry', () => {
  const shadow = (name: string, content: string) => [
    `CREATE TEMP TABLE ${name} ON COMMIT DROP AS ${content}`,
    'SET LOCAL search_path = pg_temp, public',
  ];

  test('cannot revive a bundle: the triggers read the true table of transitions', async ({ market }) => {
    const { id } = await market.bundleIn('Claimed');
    const everything = shadow(
      'bundle_status_transition',
      `SELECT a.status AS from_status, b.status AS to_status
       FROM unnest(enum_range(NULL::bundle_status)) AS a(status), unnest(enum_range(NULL::bundle_status)) AS b(status)`,
    );
    const resurrect = `UPDATE public.bundle SET status = 'Active' WHERE id = ${id}`;
    expect(await refusalOf(app, ...everything, resurrect)).toBe(REFUSED);
  });

  test('cannot hide the neighbours of a slice', async ({ market }) => {
    const bundle = await market.bundle();
    const insert = insertSlice(bundle, { from: 10, to: 20 })
      .replace('INTO bundle', 'INTO public.bundle')
      .replace('FROM bundle', 'FROM public.bundle');
    const nothing = shadow('bundle', 'SELECT * FROM public.bundle WHERE false');
    expect(await refusalOf(app, ...nothing, insert)).toBe(REFUSED);
  });

  test('cannot capture the entries of the journal', async ({ registry, market }) => {
    const { id } = await market.bundle();
    const entries = async () =>
      (
        await registry.primary.query(
          `SELECT count(*)::int AS n FROM journal WHERE entity_name = 'bundle' AND entity_id = $1`,
          [id],
        )
      ).rows[0].n;
    const before = await entries();
    const reserve = `UPDATE public.bundle SET status = 'Reserved' WHERE id = ${id}`;
    const nothing = shadow('journal', 'SELECT * FROM public.journal WHERE false');
    expect(await refusalOf(app, ...nothing, reserve)).toBe('nothing was refused');
    expect(await entries()).toBe(before + 1);
  });
});

test('an invalid id in a setting prevents the entry, and so the change', async ({ registry, market }) => {
  const { id } = await market.bundle();
  const settings = ['registry.actor_id', 'registry.action_id'];
  for (const setting of settings) {
    const nonsense = `SELECT set_config('${setting}', 'nobody', true)`;
    const reserve = `UPDATE bundle SET status = 'Reserved' WHERE id = ${id}`;
    expect(await refusalOf(app, nonsense, reserve)).toBe('22P02');
  }
  const { rows } = await registry.primary.query('SELECT status FROM bundle WHERE id = $1', [id]);
  expect(rows).toEqual([{ status: 'Active' }]);
});

test('deferred checks run at commit in any case', async ({ market }) => {
  const bundle = await market.bundle({ quantity: 100 });
  const half = [
    'SET CONSTRAINTS ALL DEFERRED',
    `UPDATE bundle SET status = 'Bundle Split', prior_status = status WHERE id = ${bundle.id}`,
    insertSlice(bundle, { from: 0, to: 49 }),
  ];
  expect(await refusalOf(app, ...half)).toBe(REFUSED);
});

test('energy is conserved on both servers', ({ registry }) => expectConserved(registry));
