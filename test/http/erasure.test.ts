import { afterAll, describe, expect, inject, vi } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { replay, verifyJournal } from '../../src/journal/index.ts';
import { type TradingPair, untilReplicated } from '../harness/builders.ts';
import { Client } from '../harness/client.ts';
import { filesWith, tablesWith } from '../harness/database-search.ts';
import { test } from '../harness/fixtures.ts';
import { logIn, post } from '../harness/login.ts';
import { metricsOf } from '../harness/metrics.ts';
import { type ObservedApp, openObservedApp } from '../harness/observed-app.ts';
import { PASSWORD as ADMIN_PASSWORD, type TestRegistry } from '../harness/registry.ts';
import { atDatabase } from '../harness/urls.ts';

/** One person does everything that leaves traces, is deleted and erased; then every place is searched for what was known of her. */

const PASSWORD = 'a password of her own';
const person = {
  name: 'Grace Brewster Hopper',
  email: 'Grace.Hopper@navy.example',
  organisation: 'Harvard Computation Laboratory',
  role: 'PRODUCTION_USER',
};
const renamed = { name: 'Gräce Murray', email: 'gracem@univac.example', organisation: 'Eckert–Mauchly' };
const KEY_NAME = 'The tape reader of Grace';
const WISHED = 'amazing@grace.example';
const TRACES = [
  ...[person, renamed].flatMap(({ name, email, organisation }) => [name, email, organisation]),
  KEY_NAME,
  WISHED,
];

let observed: ObservedApp;
let app: ObservedApp['app'];
let captured: ObservedApp['captured'];
let eventStore: ObservedApp['eventStore'];
let admin: Client;
let userId: number;
let bundleId: number;
let creation: Parameters<Client['post']>;
let found: { readonly before: string[]; readonly after: string[] };
let answer: Awaited<ReturnType<Client['post']>>;

test.beforeAll(async ({ registry, market }) => {
  observed = await openObservedApp(registry);
  ({ app, captured, eventStore } = observed);
  admin = new Client(app, market.admin.authorization.authorization.slice(7), market.admin.userId);
  await live(market);
  await registry.primary.query('ANALYZE');
  const before = await tablesWith(registry.primary, TRACES);
  expect((await admin.delete(`/user/delete/${userId}`)).statusCode).toBe(200);
  answer = await admin.post(`/user/erase/${userId}`, {}, withKey());
  await registry.primary.query('ANALYZE');
  await untilReplicated(registry);
  found = { before, after: await tablesWith(registry.primary, TRACES) };
});
afterAll(() => observed.close());

const withKey = () => ({ 'idempotency-key': crypto.randomUUID() });

async function live(market: TradingPair): Promise<void> {
  creation = ['/user/create', { ...person, password: PASSWORD }, withKey()];
  const made = await admin.post(...creation);
  expect(made.statusCode, made.body).toBe(201);
  userId = made.json().id;
  expect((await admin.post('/user/create', { ...person, password: PASSWORD }, withKey())).statusCode).toBe(
    409,
  );
  await admin.post(`/user/change_role/${userId}`, { role: 'TRADING_USER' }, withKey());
  const { client } = await logIn({ app }, person.email, PASSWORD);
  for (const username of [person.email, renamed.email])
    await post(app, '/auth/login', { username, password: 'no' });
  const { email, ...others } = renamed;
  await client.patch(`/user/update/${userId}`, others);
  await client.post('/auth/change_email', { email, current_password: PASSWORD }, withKey());
  await admin.post(`/user/change_email/${userId}`, { email, current_password: ADMIN_PASSWORD }, withKey());
  await logIn({ app }, renamed.email, PASSWORD);
  await client.post('/auth/change_email', { email: WISHED, current_password: PASSWORD }, withKey());
  await client.post('/auth/api_keys', { name: KEY_NAME, permissions: ['read'] }, withKey());
  const members = [...(await membersOf(market)), userId];
  await admin.patch(`/account/update/${market.source.id}`, { user_ids: members });
  ({ id: bundleId } = await market.bundle());
  const transfer = {
    source_id: market.source.id,
    target_id: market.target.id,
    granular_certificate_bundle_ids: [bundleId],
  };
  expect((await client.post('/certificate/transfer', transfer, withKey())).statusCode).toBe(202);
  expect((await client.get('/user/me/export')).statusCode).toBe(200);
}

const membersOf = async ({ source }: TradingPair): Promise<number[]> =>
  (await admin.get(`/account/${source.id}`)).json().user_ids;

function urls(registry: TestRegistry) {
  const { DATABASE_WRITE_URL: writeUrl, DATABASE_READ_URLS: readUrls } = registry.config;
  const ownerUrl = atDatabase(inject('cluster').primary, new URL(writeUrl).pathname.slice(1));
  return { ownerUrl, writeUrl, readUrls };
}

function expectNoTrace(text: string): void {
  expect(text.length).toBeGreaterThan(500);
  for (const trace of TRACES) expect(text.toLowerCase().includes(trace.toLowerCase()), trace).toBe(false);
}

describe('of an erased user, there is nothing', () => {
  test('after the erasure, which answers with the pseudonym', () => {
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json()).toEqual({
      id: userId,
      name: `Erased user ${userId}`,
      email: `erased-user-${userId}@erased.invalid`,
      erased_at: expect.any(String),
      events_with_values: 0,
    });
  });

  test('in any table of the primary, where there was before', () => {
    expect(found.before.toSorted()).toEqual([
      'api_key',
      'email_change_request',
      'idempotency_key',
      'personal_data',
      'registry_user',
    ]);
    expect(found.after).toEqual([]);
  });

  test('in any table of the standby', async ({ registry }) => {
    expect(await tablesWith(registry.standby, TRACES)).toEqual([]);
  });

  test('in the files of tables and indexes, after the statement that docs/PRIVACY.md names', async ({
    registry,
  }) => {
    expect(await filesWith(registry.primary, TRACES)).not.toEqual([]);
    // Keeps deleted rows while a transaction of another test may still read them, on the standby too.
    await vi.waitFor(async () => {
      await registry.primary.query(
        'VACUUM (FULL) personal_data, registry_user, api_key, email_change_request, idempotency_key',
      );
      expect(await filesWith(registry.primary, TRACES)).toEqual([]);
    }, 30_000);
  });

  test('in EventStoreDB', async () => {
    await observed.untilRelayed();
    const events = await eventStore.events();
    expect(JSON.stringify(events)).toContain('"erased_at"');
    expectNoTrace(JSON.stringify(events));
  });

  test('in the log, at its most talkative', () => {
    expect(captured.lines()).toContainEqual(expect.objectContaining({ actor: userId }));
    expectNoTrace(captured.text());
  });

  test('in the metrics', async () => {
    expectNoTrace((await metricsOf(app)).text);
  });

  const reads = operations.filter(({ method }) => method === 'GET');
  test.for(reads.map(({ id, path }) => ({ id, path })))(
    'in an answer of $id',
    async ({ path }, { market }) => {
      for (const id of [userId, bundleId, market.source.id, market.admin.userId]) {
        const { body } = await admin.get(path.replace(/:\w+/, String(id)));
        for (const trace of TRACES) expect(body.toLowerCase()).not.toContain(trace.toLowerCase());
      }
    },
  );

  test('in the answer to a request that is repeated with its key', async () => {
    const repeated = await admin.post(...creation);
    expect(repeated.headers['idempotency-replayed']).toBe('true');
    expect(repeated.json()).toMatchObject({
      id: userId,
      name: `Erased user ${userId}`,
      email: `erased-user-${userId}@erased.invalid`,
      organisation: null,
    });
  });

  test('to log in with', async () => {
    for (const username of [person.email, renamed.email, `erased-user-${userId}@erased.invalid`])
      expect((await post(app, '/auth/login', { username, password: PASSWORD })).statusCode).toBe(401);
  });

  test.for([
    'personal_data WHERE user_id = $1',
    'session WHERE user_id = $1',
    'credential WHERE user_id = $1',
    'login_throttle WHERE user_id = $1',
    'idempotency_key WHERE user_id = $1',
    'api_key WHERE user_id = $1 AND deleted_at IS NULL',
    'api_key_secret WHERE api_key_id IN (SELECT id FROM api_key WHERE user_id = $1)',
  ])('in %s', async (place, { registry }) => {
    expect((await registry.primary.query(`SELECT FROM ${place}`, [userId])).rowCount).toBe(0);
  });
});

describe('what an erasure leaves', () => {
  test('is the id in the action log and in the events', async () => {
    const actions = (await admin.get('/certificate/actions?limit=1000')).json();
    expect(actions).toContainEqual(expect.objectContaining({ action_type: 'transfer', user_id: userId }));
    const lineage = (await admin.get(`/certificate/${bundleId}/lineage`)).json();
    expect(JSON.stringify(lineage)).toContain(`"actor_id":${userId}`);
  });

  test('is an event of the erasure, with the administrator as its actor', async () => {
    const events = (await admin.get(`/events?entity_name=registry_user&entity_id=${userId}`)).json();
    expect(events.at(-1)).toMatchObject({
      event_type: 'UPDATE',
      actor_id: admin.userId,
      attributes_before: { erased_at: null, name_commitment: expect.stringMatching(/^v1:/) },
      attributes_after: {
        erased_at: expect.any(String),
        name_commitment: null,
        email_commitment: null,
        organisation_commitment: null,
      },
    });
  });

  test('passes the check', async () => {
    expect((await admin.get('/certificate/check')).json()).toMatchObject({
      conserved: true,
      violation: null,
    });
  });

  test('is a chain that verifies, in EventStoreDB too', async ({ registry }) => {
    await observed.untilRelayed();
    const verified = await registry.database.readPrimary(({ execute }) =>
      verifyJournal(execute, { log: eventStore.log }),
    );
    expect(verified).toMatchObject({ difference: null, compared: verified.verified });
  });

  test('can be replayed, from EventStoreDB too, lacking three values', async ({ registry }) => {
    const lacking = { difference: null, lacked: 3 };
    expect(await replay({ urls: urls(registry) })).toMatchObject(lacking);
    expect(await replay({ urls: urls(registry), log: eventStore.log })).toMatchObject(lacking);
  });
});

describe('an erasure is refused', () => {
  const make = async (email: string) =>
    (await admin.post('/user/create', { ...person, email, password: PASSWORD })).json().id;
  const codeOf = (reply: { statusCode: number; json(): { type: string } }) => [
    reply.statusCode,
    reply.json().type.split(':').at(-1),
  ];

  test('for a user who is not deleted', async () => {
    const id = await make('first@example.com');
    expect(codeOf(await admin.post(`/user/erase/${id}`))).toEqual([409, 'user-not-deleted']);
  });

  test('for a user who was erased before', async () => {
    expect(codeOf(await admin.post(`/user/erase/${userId}`))).toEqual([409, 'user-erased']);
  });

  test('while an account of the user holds something and has no other user', async ({ market }) => {
    const id = await make('second@example.com');
    const held = (await admin.post('/account/create', { account_name: 'Held', user_ids: [id] })).json();
    const empty = (await admin.post('/account/create', { account_name: 'Empty', user_ids: [id] })).json();
    for (const account of [held, empty])
      await admin.patch(`/account/update/${account.id}`, { user_ids: [id] });
    const device = await market.admin.post('/device/create', {
      device_name: 'A roof',
      grid: 'A grid',
      energy_source: 'wind',
      technology_type: 'wind_turbine',
      operational_date: '2020-01-01T00:00:00Z',
      power_mw: 1,
      peak_demand: 1,
      location: 'Here',
      is_storage: false,
      account_id: held.id,
    });
    expect(device.statusCode, device.body).toBe(201);
    expect((await admin.delete(`/user/delete/${id}`)).statusCode).toBe(200);
    const refused = await admin.post(`/user/erase/${id}`);
    expect(codeOf(refused)).toEqual([409, 'account-without-users']);
    expect(refused.json().detail).toContain(`no other user: ${held.id}.`);
    await admin.patch(`/account/update/${held.id}`, { user_ids: [admin.userId] });
    expect((await admin.post(`/user/erase/${id}`)).statusCode).toBe(200);
  });

  test('for an API key of an administrator', async () => {
    const body = { name: 'A key', permissions: ['administer', 'read'] };
    const key = (await admin.post('/auth/api_keys', body)).json().api_key;
    const reply = await app.inject({
      method: 'POST',
      url: `/user/erase/${userId}`,
      headers: { 'x-api-key': key },
    });
    expect(reply.statusCode).toBe(403);
  });
});

test('a user from before the commitments is erased, and the answer counts the events that keep values', async ({
  registry,
}) => {
  const { rows } = await registry.primary.query(`
    INSERT INTO registry_user (name, email, role, deleted_at) VALUES ('An old user', 'old@example.com', 'AUDIT_USER', now())
    RETURNING id::int`);
  const [{ id }] = rows;
  await registry.primary.query(
    `INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_before, attributes_after, recorded_at)
     VALUES (pg_current_xact_id(), uuidv7(), 'UPDATE', 'registry_user', $1, '{"name": "Old"}', '{"name": "An old user"}', now())`,
    [id],
  );
  expect((await admin.post(`/user/erase/${id}`)).json()).toMatchObject({ events_with_values: 1 });
});
