import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Action,
  aDevice,
  aMarket,
  anAccount,
  type Bundle,
  hoursAgo,
  issueBody,
  type Market,
  METADATA,
} from '../harness/builders.ts';
import { openRegistry, PASSWORD, type TestRegistry } from '../harness/registry.ts';

/** What each mutation leaves in the journal: exactly this, and nothing else. */

let registry: TestRegistry;
let market: Market;

beforeAll(async () => {
  registry = await openRegistry();
  market = await aMarket(registry);
});

afterAll(() => registry.close());

interface Entry {
  readonly event_type: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly entity_name: string;
  readonly entity_id: number;
  readonly parent_entity_id: number | null;
  readonly attributes_before: Record<string, unknown> | null;
  readonly attributes_after: Record<string, unknown>;
  readonly actor_id: number | null;
  readonly action_id: number | null;
  readonly request_id: string | null;
}

type Reply = Awaited<ReturnType<Market['transfer']>>;

/** The entries of the request that this is the answer to, in their order. */
async function entriesOf(reply: Reply): Promise<Entry[]> {
  const { rows } = await registry.primary.query<Entry>(
    `SELECT event_type, entity_name, entity_id::int, parent_entity_id::int, attributes_before, attributes_after,
            actor_id::int, action_id::int, request_id
     FROM journal WHERE request_id = $1 ORDER BY id`,
    [reply.headers['x-request-id']],
  );
  return rows;
}

const brief = (entries: readonly Entry[]) => entries.map((each) => `${each.event_type} ${each.entity_name}`);

const rowOf = async (table: string, id: number): Promise<Record<string, unknown>> =>
  (await registry.primary.query(`SELECT to_jsonb(t) AS row FROM ${table} t WHERE id = $1`, [id])).rows[0].row;

describe('an action', () => {
  test('on a whole bundle leaves what changed of the bundle, and the action', async () => {
    const { id } = await market.bundle();
    const reply = await market.transfer([id]);
    const action: Action = reply.json();
    const written = {
      actor_id: market.trader.userId,
      action_id: action.id,
      request_id: reply.headers['x-request-id'],
    };
    expect(await entriesOf(reply)).toEqual([
      {
        event_type: 'UPDATE',
        entity_name: 'bundle',
        entity_id: id,
        parent_entity_id: null,
        attributes_before: { account_id: market.source.id },
        attributes_after: { account_id: market.target.id },
        ...written,
      },
      {
        event_type: 'CREATE',
        entity_name: 'action',
        entity_id: action.id,
        parent_entity_id: null,
        attributes_before: null,
        attributes_after: await rowOf('action', action.id),
        ...written,
      },
    ]);
  });

  test('that splits leaves the retired parent, its children who name it, and what became of the first', async () => {
    const parent = await market.bundle({ quantity: 100 });
    const reply = await market.cancel([parent.id], { certificate_quantity: 30, beneficiary: 'The school' });
    const [childId] = reply.json().resulting_bundle_ids;
    const entries = await entriesOf(reply);
    expect(brief(entries)).toEqual([
      'UPDATE bundle',
      'CREATE bundle',
      'CREATE bundle',
      'UPDATE bundle',
      'CREATE action',
    ]);
    const [retired, first, second, effect] = entries;
    expect(retired).toMatchObject({
      entity_id: parent.id,
      attributes_before: { status: 'Active', prior_status: null },
      attributes_after: { status: 'Bundle Split', prior_status: 'Active' },
    });
    expect(first).toMatchObject({
      entity_id: childId,
      parent_entity_id: parent.id,
      attributes_before: null,
      attributes_after: {
        quantity: 30,
        status: 'Active',
        account_id: market.source.id,
        parent_id: parent.id,
      },
    });
    expect(second).toMatchObject({
      parent_entity_id: parent.id,
      attributes_after: { quantity: 70, status: 'Active' },
    });
    expect(effect).toMatchObject({
      entity_id: childId,
      parent_entity_id: parent.id,
      attributes_before: { status: 'Active', beneficiary: null },
      attributes_after: { status: 'Cancelled', beneficiary: 'The school' },
    });
    expect(Object.keys(effect?.attributes_after ?? {}).toSorted()).toEqual(['beneficiary', 'status']);
    expect(new Set(entries.map((each) => each.action_id))).toEqual(new Set([reply.json().id]));
    expect(new Set(entries.map((each) => each.actor_id))).toEqual(new Set([market.trader.userId]));
  });

  test('on many bundles leaves one entry for each of them', async () => {
    const bundles = await Promise.all([1, 2, 3].map(() => market.bundle()));
    const entries = await entriesOf(await market.cancel(bundles.map(({ id }) => id)));
    const changed = entries.filter((each) => each.entity_name === 'bundle');
    expect(changed.map((each) => each.entity_id)).toEqual(
      bundles.map(({ id }) => id).toSorted((a, b) => a - b),
    );
    expect(entries).toHaveLength(4);
  });

  test('that is refused leaves the action alone, with its reason', async () => {
    const { id } = await market.bundle();
    const reply = await market.transfer([id], { certificate_quantity: 500 });
    const entries = await entriesOf(reply);
    expect(brief(entries)).toEqual(['CREATE action']);
    expect(entries[0]).toMatchObject({
      entity_id: reply.json().action_id,
      action_id: reply.json().action_id,
      actor_id: market.trader.userId,
      attributes_after: { action_result: 'Failure', details: { code: 'not-enough' } },
    });
  });

  test('of an administrator on a foreign account names the administrator', async () => {
    const { id } = await market.bundle();
    const reply = await market.admin.post('/certificate/cancel', {
      source_id: market.source.id,
      granular_certificate_bundle_ids: [id],
    });
    expect(new Set((await entriesOf(reply)).map((each) => each.actor_id))).toEqual(
      new Set([market.admin.userId]),
    );
  });
});

test('an issuance leaves its header and its bundle, whole and without an action', async () => {
  const body = issueBody({
    device_id: market.device.id,
    metadata_id: market.metadataId,
    quantity: 5,
    ...hoursAgo(500),
  });
  const reply = await market.admin.post('/certificate/create', body);
  const bundle: Bundle = reply.json();
  const entries = await entriesOf(reply);
  expect(brief(entries)).toEqual(['CREATE issuance', 'CREATE bundle']);
  const [header, slice] = entries;
  expect(header).toMatchObject({
    attributes_before: null,
    attributes_after: { issuance_id: bundle.issuance_id, quantity: 5 },
    actor_id: market.admin.userId,
    action_id: null,
  });
  expect(slice?.attributes_after).toEqual(await rowOf('bundle', bundle.id));
});

test('an issuance that is refused leaves nothing', async () => {
  const body = issueBody({
    device_id: market.device.id,
    metadata_id: 999_999,
    quantity: 5,
    ...hoursAgo(501),
  });
  expect(await entriesOf(await market.admin.post('/certificate/create', body))).toEqual([]);
});

test('metadata leaves its whole row', async () => {
  const reply = await market.admin.post('/certificate/create_metadata', METADATA);
  const [entry] = await entriesOf(reply);
  expect(entry?.attributes_after).toEqual(await rowOf('issuance_metadata', reply.json().id));
});

describe('an account', () => {
  test('leaves itself, its users and its whitelist', async () => {
    const reply = await market.admin.post('/account/create', {
      account_name: crypto.randomUUID(),
      user_ids: [market.trader.userId],
      account_whitelist: [market.source.id],
    });
    const entries = await entriesOf(reply);
    expect(brief(entries)).toEqual([
      'CREATE account',
      'CREATE account_user',
      'CREATE account_user',
      'CREATE account_whitelist',
    ]);
    expect(entries.map((each) => each.actor_id)).toEqual(Array(4).fill(market.admin.userId));
  });

  test('leaves of an edit only what was changed', async () => {
    const account = await anAccount(market.admin);
    const reply = await market.admin.patch(`/account/update/${account.id}`, { timezone: 'Europe/Paris' });
    expect(await entriesOf(reply)).toMatchObject([
      {
        event_type: 'UPDATE',
        entity_name: 'account',
        entity_id: account.id,
        attributes_before: { timezone: 'UTC', version: 1 },
        attributes_after: { timezone: 'Europe/Paris', version: 2 },
      },
    ]);
    const [entry] = await entriesOf(reply);
    expect(Object.keys(entry?.attributes_after ?? {}).toSorted()).toEqual(['timezone', 'version']);
  });

  test('leaves what it takes off its whitelist as a DELETE, and back on it as a CREATE', async () => {
    const account = await anAccount(market.admin, { account_whitelist: [market.source.id] });
    const edit = (body: object) => market.admin.patch(`/account/update_whitelist/${account.id}`, body);
    const removal = await edit({ remove_from_whitelist: [market.source.id] });
    expect(brief(await entriesOf(removal))).toEqual(['DELETE account_whitelist']);
    expect(brief(await entriesOf(await edit({ add_to_whitelist: [market.source.id] })))).toEqual([
      'CREATE account_whitelist',
    ]);
    expect(await entriesOf(await edit({ add_to_whitelist: [market.source.id] }))).toEqual([]);
  });

  test('leaves a DELETE when it is closed', async () => {
    const account = await anAccount(market.admin);
    const entries = await entriesOf(await market.admin.delete(`/account/delete/${account.id}`));
    expect(entries).toMatchObject([
      {
        event_type: 'DELETE',
        entity_name: 'account',
        entity_id: account.id,
        attributes_before: { deleted_at: null },
        attributes_after: { deleted_at: expect.any(String) },
      },
    ]);
  });
});

test('a device leaves a CREATE, an UPDATE and a DELETE', async () => {
  const device = await aDevice(market.admin, { account_id: market.source.id });
  await market.admin.patch(`/device/update/${device.id}`, { power_mw: 12.5 });
  await market.admin.delete(`/device/delete/${device.id}`);
  const { rows } = await registry.primary.query(
    `SELECT event_type, attributes_after - 'version' AS after FROM journal
     WHERE entity_name = 'device' AND entity_id = $1 ORDER BY id`,
    [device.id],
  );
  expect(rows.map(({ event_type }) => event_type)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
  expect(rows[1].after).toEqual({ power_mw: 12.5 });
});

test('a measurement and an organisation leave their whole rows', async () => {
  const measurement = await market.admin.post('/measurement/create', {
    device_id: market.device.id,
    interval_start_datetime: hoursAgo(9).start,
    interval_end_datetime: hoursAgo(9).end,
    interval_usage: 1_000,
  });
  const organisation = await market.admin.post('/organisation/create', { name: crypto.randomUUID() });
  const [reading] = await entriesOf(measurement);
  const [office] = await entriesOf(organisation);
  expect(reading?.attributes_after).toEqual(await rowOf('measurement_report', measurement.json().id));
  expect(office?.attributes_after).toEqual(await rowOf('organisation', organisation.json().id));
});

test('a user leaves itself without its password, and the journal holds no hash at all', async () => {
  const reply = await market.admin.post('/user/create', {
    name: 'A user',
    email: `${crypto.randomUUID()}@example.com`,
    role: 'AUDIT_USER',
    password: PASSWORD,
  });
  expect(reply.statusCode, reply.body).toBe(201);
  expect(brief(await entriesOf(reply))).toEqual(['CREATE registry_user']);
  const { rows } = await registry.primary.query(
    `SELECT count(*)::int FROM journal WHERE attributes_before::text || attributes_after::text ~* 'argon2|password|hash":"\\$'
       OR attributes_after::text LIKE '%' || $1 || '%' OR entity_name = 'credential'`,
    [PASSWORD],
  );
  expect(rows[0].count).toBe(0);
});

test('a read leaves nothing', async () => {
  const reply = await market.trader.post('/certificate/query', { source_id: market.source.id });
  expect(await entriesOf(reply)).toEqual([]);
});

test('a change behind the API leaves an entry, too, with nobody as its actor', async () => {
  const account = await anAccount(market.admin);
  await registry.primary.query(`UPDATE account SET timezone = 'Asia/Tokyo' WHERE id = $1`, [account.id]);
  const { rows } = await registry.primary.query(
    `SELECT event_type, attributes_after, actor_id, action_id, request_id FROM journal
     WHERE entity_name = 'account' AND entity_id = $1 ORDER BY id DESC LIMIT 1`,
    [account.id],
  );
  expect(rows[0]).toEqual({
    event_type: 'UPDATE',
    attributes_after: { timezone: 'Asia/Tokyo' },
    actor_id: null,
    action_id: null,
    request_id: null,
  });
});

test('an update that changes nothing leaves nothing', async () => {
  const account = await anAccount(market.admin);
  await registry.primary.query('UPDATE account SET timezone = timezone WHERE id = $1', [account.id]);
  const { rows } = await registry.primary.query(
    `SELECT event_type FROM journal WHERE entity_name = 'account' AND entity_id = $1`,
    [account.id],
  );
  expect(rows).toEqual([{ event_type: 'CREATE' }]);
});

test('a transaction that is rolled back leaves nothing', async () => {
  const before = await registry.primary.query('SELECT count(*) FROM journal');
  await expect(
    registry.database.transact({ userId: null, requestId: null }, async (tx) => {
      await tx.orm.execute(`INSERT INTO organisation (name) VALUES ('Never')`);
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  expect((await registry.primary.query('SELECT count(*) FROM journal')).rows).toEqual(before.rows);
});

test('every entry has an event id of its own, a time and a transaction', async () => {
  const { rows } = await registry.primary.query(
    `SELECT count(*) = count(DISTINCT event_id) AS own, bool_and(recorded_at <= clock_timestamp()) AS timed FROM journal`,
  );
  expect(rows).toEqual([{ own: true, timed: true }]);
});

test('the entries of an entity are in the order in which it changed', async () => {
  const { id } = await market.bundle({ quantity: 100 });
  await market.transfer([id]);
  await market.receiver.post('/certificate/cancel', {
    source_id: market.target.id,
    granular_certificate_bundle_ids: [id],
    certificate_quantity: 10,
  });
  const { rows } = await registry.primary.query(
    `SELECT event_type, attributes_after ->> 'status' AS status FROM journal
     WHERE entity_name = 'bundle' AND entity_id = $1 ORDER BY id`,
    [id],
  );
  expect(rows).toEqual([
    { event_type: 'CREATE', status: 'Active' },
    { event_type: 'UPDATE', status: null },
    { event_type: 'UPDATE', status: 'Bundle Split' },
  ]);
});

test.each([
  'registry_user',
  'organisation',
  'account',
  'account_user',
  'account_whitelist',
  'device',
  'measurement_report',
  'issuance_metadata',
  'issuance',
  'bundle',
  'action',
])('the journal alone rebuilds every row of %s', async (table) => {
  const journal = await registry.primary.query<Entry>(
    'SELECT entity_id::int, attributes_after FROM journal WHERE entity_name = $1 ORDER BY id',
    [table],
  );
  const rebuilt = new Map<number, Record<string, unknown>>();
  for (const { entity_id, attributes_after } of journal.rows) {
    rebuilt.set(entity_id, { ...rebuilt.get(entity_id), ...attributes_after });
  }
  const { rows } = await registry.primary.query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY id`);
  expect(rows.length).toBeGreaterThan(0);
  expect([...rebuilt.values()].toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(
    rows.map(({ row }) => row),
  );
});
