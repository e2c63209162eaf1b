import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusTransitions } from '../../src/rules/lifecycle.ts';
import { bundleStatuses } from '../../src/rules/words.ts';
import {
  aBundle,
  aDevice,
  aMarket,
  type Bundle,
  expectConserved,
  hoursAgo,
  type Market,
} from '../harness/builders.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

/** What Postgres refuses by itself, to the application's role and to the owner of the tables alike. */

let registry: TestRegistry;
let market: Market;
let app: pg.Pool;
let reader: pg.Pool;

beforeAll(async () => {
  registry = await openRegistry();
  market = await aMarket(registry);
  app = new pg.Pool({ connectionString: registry.config.DATABASE_WRITE_URL, max: 2 });
  reader = new pg.Pool({ connectionString: registry.config.DATABASE_READ_URLS[0], max: 2 });
});

afterAll(async () => {
  await Promise.all([app.end(), reader.end()]);
  await registry.close();
});

const REFUSED = '23000';
const KEPT_FOR_EVER = '23001';
const UNIQUE = '23505';
const CHECK = '23514';
const EXCLUSION = '23P01';
const NO_PRIVILEGE = '42501';
const READ_ONLY = '25006';

/** The code with which Postgres refuses these statements, which run in one transaction. */
async function refusalOf(pool: pg.Pool, ...statements: string[]): Promise<string | undefined> {
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

/** Roles that write: the application's, and the owner of the tables, who may do anything that no trigger refuses. */
const writers = [
  ['registry_app', () => app],
  ['the owner', () => registry.primary],
] as const;

interface Slice {
  readonly from: number;
  readonly to: number;
  readonly status?: string;
  readonly account?: number;
}

/** Inserts a slice that claims to be a child of a bundle (or, with `parent: null`, of none). */
function insertSlice(
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

const retire = ({ id }: Bundle) =>
  `UPDATE bundle SET status = 'Bundle Split', prior_status = status WHERE id = ${id}`;

interface Header {
  readonly start?: string;
  readonly end?: string;
  readonly first?: number;
  readonly last?: number;
  readonly more?: Record<string, string>;
}

/** Inserts an issuance of a device with its whole bundle; one without a flaw is taken. */
function insertIssuance(device: number, header: Header = {}, slice = true): string {
  const { start = '2026-01-01T00:00Z', end = '2026-01-01T01:00Z', first = 1, last = 10, more = {} } = header;
  const columns = {
    issuance_id: `'${device}-${start}'`,
    device_id: `${device}`,
    metadata_id: `${market.metadataId}`,
    production_start: `'${start}'`,
    production_end: `'${end}'`,
    energy_source: `'wind'`,
    range_start: `${first}`,
    range_end: `${last}`,
    expiry: `'2030-01-01'`,
    ...more,
  };
  const insert = `INSERT INTO issuance (${Object.keys(columns)}) VALUES (${Object.values(columns)})`;
  if (!slice) return insert;
  return `WITH header AS (${insert} RETURNING *)
    INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
    SELECT id, ${market.source.id}, range_start, range_end, sha256('x'), device_id, production_start FROM header`;
}

const device = async () => (await aDevice(market.admin, { account_id: market.source.id })).id;

describe.each(writers)('%s', (_, pool) => {
  test('splits a bundle into two children that tile it', async () => {
    const parent = await market.bundle({ quantity: 100 });
    const split = [
      retire(parent),
      insertSlice(parent, { from: 0, to: 29 }),
      insertSlice(parent, { from: 30, to: 99 }),
    ];
    expect(await refusalOf(pool(), ...split)).toBe('nothing was refused');
  });

  test.each<[string, Slice[]]>([
    [
      'leave a certificate out between them',
      [
        { from: 0, to: 29 },
        { from: 31, to: 99 },
      ],
    ],
    [
      'leave a certificate out at the end',
      [
        { from: 0, to: 29 },
        { from: 30, to: 98 },
      ],
    ],
    [
      'overlap',
      [
        { from: 0, to: 30 },
        { from: 30, to: 99 },
      ],
    ],
    [
      'reach past the parent',
      [
        { from: 0, to: 29 },
        { from: 30, to: 100 },
      ],
    ],
    ['are the parent again', [{ from: 0, to: 99 }]],
    [
      'are three',
      [
        { from: 0, to: 29 },
        { from: 30, to: 59 },
        { from: 60, to: 99 },
      ],
    ],
    ['are none', []],
    [
      'are held by another account',
      [
        { from: 0, to: 29, account: 2 },
        { from: 30, to: 99 },
      ],
    ],
    [
      'have another status',
      [
        { from: 0, to: 29, status: 'Reserved' },
        { from: 30, to: 99 },
      ],
    ],
    [
      'are retired themselves',
      [
        { from: 0, to: 29, status: 'Bundle Split' },
        { from: 30, to: 99 },
      ],
    ],
  ])('does not split a bundle into children that %s', async (_name, slices) => {
    const parent = await market.bundle({ quantity: 100 });
    const children = slices.map((slice) =>
      insertSlice(parent, { ...slice, ...(slice.account ? { account: market.target.id } : {}) }),
    );
    expect(await refusalOf(pool(), retire(parent), ...children)).toMatch(/^(23000|23505)$/);
  });

  test('inserts no slice beside a live one that holds its certificates', async () => {
    const bundle = await market.bundle({ quantity: 100 });
    for (const parent of [bundle.id, null]) {
      expect(await refusalOf(pool(), insertSlice(bundle, { from: 10, to: 20 }, parent))).toBe(REFUSED);
    }
    expect(await refusalOf(pool(), insertSlice(bundle, { from: 0, to: 99 }, null))).toBe(UNIQUE);
  });

  test('inserts no third child of a split, even when the other two have been split, too', async () => {
    const parent = await market.bundle({ quantity: 100 });
    const [child] = (await market.transfer([parent.id], { certificate_quantity: 50 })).json()
      .resulting_bundle_ids;
    expect(await refusalOf(pool(), insertSlice(parent, { from: 0, to: 9 }))).toMatch(/^(23000|23505)$/);
    await market.receiver.post('/certificate/cancel', {
      source_id: market.target.id,
      granular_certificate_bundle_ids: [child],
      certificate_quantity: 10,
    });
    expect(await refusalOf(pool(), insertSlice(parent, { from: 5, to: 8 }))).toBe(REFUSED);
  });

  test('inserts no slice without a certificate, nor one that ends before it starts', async () => {
    const bundle = await market.bundle({ quantity: 100 });
    expect(await refusalOf(pool(), insertSlice(bundle, { from: 20, to: 19 }))).toBe(CHECK);
    expect(await refusalOf(pool(), insertSlice(bundle, { from: 20, to: 10 }))).toBe(CHECK);
  });

  test.each([
    ...bundleStatuses.flatMap((from) =>
      bundleStatuses
        .filter((to) => to !== from && !statusTransitions().some(([a, b]) => a === from && b === to))
        .map((to) => [from, to] as const),
    ),
  ])('does not turn %s into %s', async (from, to) => {
    const { id } = await market.bundleIn(from);
    const prior =
      to === 'Locked' || to === 'Bundle Split' ? ', prior_status = status' : ', prior_status = NULL';
    const refused = await refusalOf(pool(), `UPDATE bundle SET status = '${to}'${prior} WHERE id = ${id}`);
    // A split parent that came back would also meet its own first child.
    expect(refused).toBe(from === 'Bundle Split' ? UNIQUE : REFUSED);
  });

  test('unlocks a bundle to what it was before only', async () => {
    const { id } = await market.bundleIn('Locked');
    const unlock = `UPDATE bundle SET status = 'Reserved', prior_status = NULL WHERE id = ${id}`;
    expect(await refusalOf(pool(), unlock)).toBe(REFUSED);
  });

  test.each(['Reserved', 'Cancelled', 'Claimed', 'Withdrawn', 'Expired'] as const)(
    'moves no bundle that is %s to another account',
    async (status) => {
      const { id } = await market.bundleIn(status);
      const move = `UPDATE bundle SET account_id = ${market.target.id} WHERE id = ${id}`;
      expect(await refusalOf(pool(), move)).toBe(REFUSED);
    },
  );

  test('names no beneficiary but at cancellation, and never another one', async () => {
    const active = await market.bundle();
    const cancelled = await market.bundleIn('Cancelled');
    for (const { id } of [active, cancelled]) {
      const name = `UPDATE bundle SET beneficiary = 'A thief' WHERE id = ${id}`;
      expect(await refusalOf(pool(), name)).toBe(REFUSED);
    }
  });

  test.each([
    'bundle',
    'issuance',
    'account',
    'action',
    'journal',
    'registry_user',
    'device',
    'issuance_metadata',
  ])('removes no row of %s', async (table) => {
    await market.bundle();
    expect(await refusalOf(pool(), `DELETE FROM ${table}`)).toMatch(/^(23001|42501)$/);
    expect(await refusalOf(pool(), `TRUNCATE ${table} CASCADE`)).toMatch(/^(23001|42501)$/);
  });

  test('issues nothing for an instant that is live', async () => {
    const id = await device();
    expect(await refusalOf(pool(), insertIssuance(id))).toBe('nothing was refused');
    for (const [start, end] of [
      ['2026-01-01T00:00Z', '2026-01-01T01:00Z'],
      ['2026-01-01T00:30Z', '2026-01-01T01:30Z'],
      ['2025-12-31T23:30Z', '2026-01-01T00:15Z'],
    ] as const) {
      const again = insertIssuance(id, {
        start,
        end,
        first: 11,
        last: 20,
        more: { issuance_id: `'${start}'` },
      });
      expect(await refusalOf(pool(), again)).toBe(EXCLUSION);
    }
  });

  test.each<[string, Header, RegExp]>([
    ['ids past the next unused one', { first: 2, last: 11 }, /^23000$/],
    ['no certificates', { first: 1, last: 0 }, /^23514$/],
    ['more than an hour', { end: '2026-01-01T01:01Z' }, /^23514$/],
    ['no time at all', { end: '2026-01-01T00:00Z' }, /^(23514|23P01)$/],
    ['an expiry before its end', { more: { expiry: `'2025-12-31'` } }, /^23514$/],
    ['a face value of 2', { more: { face_value: '2' } }, /^23514$/],
    ['a version that follows none', { more: { issue_version: '2' } }, /^23000$/],
    ['one that it replaces, where there is none', { more: { replaces_id: '1' } }, /^23000$/],
  ])('issues nothing with %s', async (_name, header, refused) => {
    expect(await refusalOf(pool(), insertIssuance(await device(), header))).toMatch(refused);
  });

  test('issues no ids a second time', async () => {
    const id = await device();
    await refusalOf(pool(), insertIssuance(id));
    const next = { start: '2026-01-01T01:00Z', end: '2026-01-01T02:00Z' };
    expect(await refusalOf(pool(), insertIssuance(id, { ...next, first: 5, last: 14 }))).toBe(REFUSED);
    expect(await refusalOf(pool(), insertIssuance(id, { ...next, first: 1, last: 10 }))).toMatch(
      /^(23000|23505)$/,
    );
  });

  test('issues no header without its bundle, nor with less than was issued', async () => {
    const id = await device();
    expect(await refusalOf(pool(), insertIssuance(id, {}, false))).toBe(REFUSED);
    const less = insertIssuance(id).replace(
      'range_start, range_end, sha256',
      'range_start, range_end - 1, sha256',
    );
    expect(await refusalOf(pool(), less)).toBe(REFUSED);
  });

  test('writes certificates at read committed only, where neighbours are seen', async () => {
    const id = await device();
    for (const level of ['REPEATABLE READ', 'SERIALIZABLE']) {
      const refused = await refusalOf(pool(), `SET TRANSACTION ISOLATION LEVEL ${level}`, insertIssuance(id));
      expect(refused).toBe(REFUSED);
    }
  });
});

describe('the owner of the tables', () => {
  test.each([
    'range_start = range_start + 1',
    'range_end = range_end - 1',
    `hash = sha256('another')`,
    'parent_id = 1',
    `production_start = production_start + interval '1 hour'`,
    'device_id = device_id + 1',
    `created_at = now() - interval '1 day'`,
  ])('does not write %s on a bundle', async (change) => {
    const { id } = await market.bundle();
    expect(await refusalOf(registry.primary, `UPDATE bundle SET ${change} WHERE id = ${id}`)).toBe(REFUSED);
  });

  test('does not state another quantity than the range says', async () => {
    const { id } = await market.bundle();
    expect(await refusalOf(registry.primary, `UPDATE bundle SET quantity = 1 WHERE id = ${id}`)).toBe(
      '428C9',
    );
  });

  test.each([
    'range_end = range_end + 1',
    `energy_source = 'solar_pv'`,
    `expiry = expiry + interval '1 year'`,
    'metadata_id = metadata_id + 1',
    `issuance_id = 'another'`,
    'issue_version = 7',
    'withdrawn_at = now()',
  ])('does not write %s on an issuance that lives', async (change) => {
    const { device_id, issuance_id } = await market.bundle();
    const update = `UPDATE issuance SET ${change} WHERE device_id = ${device_id} AND issuance_id = '${issuance_id}'`;
    expect(await refusalOf(registry.primary, update)).toBe(REFUSED);
  });

  test('does not bring a withdrawn issuance back', async () => {
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

  test.each([`entity_name = 'nothing'`, `attributes_after = '{}'`, 'actor_id = NULL', 'recorded_at = now()'])(
    'does not write %s on the journal',
    async (change) => {
      await market.bundle();
      expect(await refusalOf(registry.primary, `UPDATE journal SET ${change}`)).toBe(KEPT_FOR_EVER);
    },
  );

  test.each(['action', 'issuance_metadata'])('changes no row of %s', async (table) => {
    await market.cancel([(await market.bundle()).id]);
    const column = table === 'action' ? `action_result = 'Failure'` : `issuing_body = 'Somebody else'`;
    expect(await refusalOf(registry.primary, `UPDATE ${table} SET ${column}`)).toBe(KEPT_FOR_EVER);
  });

  test.each(['bundle', 'account', 'device', 'registry_user', 'account_user', 'issuance'])(
    'gives no row of %s another id, which would slip past the journal',
    async (table) => {
      await market.bundle();
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
        WHERE m.member = current_user::regrole AND r.rolname <> 'registry_write'`);
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
    `UPDATE issuance SET energy_source = 'wind'`,
    `UPDATE issuance_metadata SET issuing_body = 'Somebody else'`,
    `UPDATE action SET action_result = 'Success'`,
    `UPDATE journal SET attributes_after = '{}'`,
    'DELETE FROM journal',
    'TRUNCATE journal',
    'DELETE FROM credential',
  ])('may not: %s', async (statement) => {
    expect(await refusalOf(app, statement)).toMatch(new RegExp(`^(${NO_PRIVILEGE}|${KEPT_FOR_EVER})$`));
  });
});

describe('registry_reader', () => {
  test.each([
    'DELETE FROM bundle',
    `UPDATE bundle SET status = 'Claimed'`,
    `INSERT INTO account (account_name) VALUES ('x')`,
  ])('may not: %s', async (statement) => {
    expect(await refusalOf(reader, statement)).toMatch(new RegExp(`^(${READ_ONLY}|${NO_PRIVILEGE})$`));
  });

  test('may write nothing on the primary, either', async () => {
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

  test('sees no password hash', async () => {
    expect(await refusalOf(reader, 'SELECT password_hash FROM credential')).toBe(NO_PRIVILEGE);
  });
});

test('the database knows the status changes that the rules know, and no others', async () => {
  const { rows } = await registry.primary.query(
    'SELECT from_status, to_status FROM bundle_status_transition',
  );
  const spoken = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map((pair) => pair.join(' -> ')).toSorted();
  expect(spoken(rows.map(({ from_status, to_status }) => [from_status, to_status]))).toEqual(
    spoken(statusTransitions()),
  );
});

test('an account’s name is unique among the living, whatever its case', async () => {
  const { account_name } = market.source;
  const insert = `INSERT INTO account (account_name) VALUES ('${account_name.toUpperCase()}')`;
  expect(await refusalOf(app, insert)).toBe(UNIQUE);
});

test('a user’s e-mail is unique among the living, whatever its case', async () => {
  const insert = (email: string) =>
    `INSERT INTO registry_user (name, email, role) VALUES ('A', '${email}', 'AUDIT_USER')`;
  expect(await refusalOf(app, insert('Someone@example.com'))).toBe('nothing was refused');
  expect(await refusalOf(app, insert('someone@EXAMPLE.com'))).toBe(UNIQUE);
  await app.query(`UPDATE registry_user SET deleted_at = now() WHERE email = 'Someone@example.com'`);
  expect(await refusalOf(app, insert('someone@EXAMPLE.com'))).toBe('nothing was refused');
});

test('two transactions that wait for one another split a bundle once', async () => {
  const parent = await market.bundle({ quantity: 100 });
  const split = [
    retire(parent),
    insertSlice(parent, { from: 0, to: 49 }),
    insertSlice(parent, { from: 50, to: 99 }),
  ];
  const outcomes = await Promise.all([refusalOf(app, ...split), refusalOf(app, ...split)]);
  expect(outcomes.toSorted()).toEqual([REFUSED, 'nothing was refused']);
});

test('two transactions issue the same ids of a device once', async () => {
  const id = await device();
  const hours = [hoursAgo(700), hoursAgo(701)];
  const outcomes = await Promise.all(hours.map((hour) => refusalOf(app, insertIssuance(id, hour))));
  expect(outcomes.filter((outcome) => outcome === 'nothing was refused')).toHaveLength(1);
  const next = { device_id: id, metadata_id: market.metadataId, quantity: 5, ...hoursAgo(702) };
  expect((await aBundle(market.admin, next)).certificate_bundle_id_range_start).toBe(11);
});

test('after all this, every watt-hour is in one live bundle, on both servers', () =>
  expectConserved(registry));
