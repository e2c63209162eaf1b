import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { aKey, type Key, PRODUCER_PERMISSIONS } from '../harness/api-key.ts';
import { type Account, anAccount } from '../harness/builders.ts';
import { Client } from '../harness/client.ts';
import { A_DEVICE } from '../harness/entities.ts';
import { test } from '../harness/fixtures.ts';
import { entriesOf } from '../harness/journal.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

let producer: Client;
let own: Account;
let second: Account;
let foreign: Account;

test.beforeAll(async ({ registry, admin }) => {
  producer = await registry.as('PRODUCTION_USER');
  own = await anAccount(admin, { user_ids: [producer.userId] });
  second = await anAccount(admin, { user_ids: [producer.userId] });
  foreign = await anAccount(admin);
});
test.beforeEach(({ registry }) => registry.setClock(NOW));

/** A client that sends the key as a bearer token. */
const withKey = (registry: TestRegistry, { api_key }: Key, userId = producer.userId) =>
  new Client(registry.app, api_key, userId);

const edit = (client: Client, { id }: Account) =>
  client.patch(`/account/update/${id}`, { timezone: 'Asia/Tokyo' });
const make = (client: Client) => client.post('/account/create', { account_name: crypto.randomUUID() });

describe('an API key', () => {
  test('authenticates its user, as a bearer token or in X-API-Key', async ({ registry }) => {
    const key = await aKey(producer);
    expect((await withKey(registry, key).get('/user/me')).json()).toMatchObject({ id: producer.userId });
    const headers = { 'x-api-key': key.api_key };
    expect((await registry.app.inject({ url: '/user/me', headers })).json().id).toBe(producer.userId);
    expect((await make(withKey(registry, key))).statusCode).toBe(201);
  });

  test('is refused together with an access token, even if either is valid', async ({ admin }) => {
    const key = await aKey(producer);
    expect((await admin.get('/user/me', { 'x-api-key': key.api_key })).statusCode).toBe(401);
  });

  test.for([
    ['an unknown key', (key: string) => `gcr_${'0'.repeat(key.length - 4)}`],
    ['a key with a wrong digit', (key: string) => key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['a key in capitals', (key: string) => key.toUpperCase()],
    ['a key followed by a blank', (key: string) => `${key} `],
    ['its own hint', (key: string) => key.slice(0, 10)],
    ['empty', () => ''],
  ] as const)('is refused if it is %s', async ([_, mistake], { registry }) => {
    const { api_key: key } = await aKey(producer);
    const answer = await registry.app.inject({ url: '/user/me', headers: { 'x-api-key': mistake(key) } });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  test('is returned once, has the format of secret scanners, and is stored as a hash', async ({
    registry,
  }) => {
    const key = await aKey(producer);
    expect(key.api_key).toMatch(/^gcr_[0-9a-f]{72}$/);
    expect(key.hint).toBe(key.api_key.slice(0, 10));
    const list = await producer.get('/auth/api_keys?limit=1000');
    expect(list.json()).toContainEqual({ ...key, api_key: undefined, last_used_at: null });
    expect(list.body).not.toContain(key.api_key);
    const { rows } = await registry.primary.query(
      `SELECT encode(secret_hash, 'hex') AS kept, encode(sha256($1::bytea), 'hex') AS hash FROM api_key_secret WHERE api_key_id = $2`,
      [key.api_key, key.id],
    );
    expect(rows[0].kept).toBe(rows[0].hash);
  });

  test('is created once under an Idempotency-Key, and the repeated response does not contain it', async ({
    registry,
  }) => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { name: 'Once', permissions: ['read'] };
    const first = await producer.post('/auth/api_keys', body, headers);
    const again = await producer.post('/auth/api_keys', body, headers);
    const { api_key: shown, ...rest } = first.json();
    expect(again.json()).toEqual(rest);
    const { rows } = await registry.primary.query(
      `SELECT count(*)::int AS n FROM idempotency_key WHERE answer::text LIKE '%' || $1 || '%'`,
      [shown],
    );
    expect(rows[0].n).toBe(0);
  });

  test("does not receive responses stored for its user's own Idempotency-Key", async ({ registry }) => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { account_name: crypto.randomUUID() };
    expect((await producer.post('/account/create', body, headers)).statusCode).toBe(201);
    const answer = await withKey(registry, await aKey(producer)).post('/account/create', body, headers);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().type).toContain('idempotency-key-reused');
  });

  test('is journalled with its revocation, without the secret or its hash', async ({ registry }) => {
    const made = await producer.post('/auth/api_keys', { name: 'Journalled', permissions: ['read'] });
    const [created] = await entriesOf(registry, made);
    expect(created).toMatchObject({
      event_type: 'CREATE',
      entity_name: 'api_key',
      actor_id: producer.userId,
    });
    expect(Object.keys(created?.attributes_after ?? {})).not.toContain('secret_hash');
    expect(JSON.stringify(created)).not.toContain(made.json().api_key.slice(10));
    const revoked = await producer.delete(`/auth/api_keys/${made.json().id}`);
    expect(await entriesOf(registry, revoked)).toMatchObject([
      { event_type: 'DELETE', entity_name: 'api_key', entity_id: made.json().id },
    ]);
  });
});

describe('a key stops working', () => {
  test('at once when it is revoked, for reads and writes', async ({ registry }) => {
    const key = await aKey(producer);
    expect((await producer.delete(`/auth/api_keys/${key.id}`)).statusCode).toBe(200);
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(401);
    expect((await make(withKey(registry, key))).statusCode).toBe(401);
    expect((await producer.delete(`/auth/api_keys/${key.id}`)).statusCode).toBe(404);
    expect((await producer.get('/auth/api_keys?limit=1000')).body).not.toContain(key.hint);
  });

  test('only if If-Match names its current version', async () => {
    const { id } = await aKey(producer);
    const revoke = (tag: string) =>
      producer.request({ method: 'DELETE', url: `/auth/api_keys/${id}`, headers: { 'if-match': tag } });
    expect([(await revoke('"7"')).statusCode, (await revoke('"1"')).statusCode]).toEqual([412, 200]);
  });

  test('when it expires, not before', async ({ registry }) => {
    const key = await aKey(producer, { expires_at: '2026-03-15T13:00:00Z' });
    registry.setClock(new Date('2026-03-15T12:59:59Z'));
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(200);
    registry.setClock(new Date('2026-03-15T13:00:00Z'));
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(401);
  });

  test('when its user is deleted', async ({ registry, admin }) => {
    const gone = await registry.as('TRADING_USER');
    const key = await aKey(gone, { permissions: ['read'] });
    await admin.delete(`/user/delete/${gone.userId}`);
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(401);
  });

  test('neither at logout nor when the password changes', async ({ registry, admin }) => {
    const person = await registry.as('TRADING_USER');
    const key = await aKey(person, { permissions: ['read'] });
    await admin.post(`/user/reset_password/${person.userId}`, { password: 'a password from above' });
    expect((await person.get('/user/me')).statusCode).toBe(401);
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(200);
  });
});

describe('the permissions of a key', () => {
  test('are those given at its creation', async ({ registry }) => {
    const reader = withKey(registry, await aKey(producer, { permissions: ['read'] }));
    expect((await reader.get(`/account/${own.id}`)).statusCode).toBe(200);
    for (const answer of [await edit(reader, own), await make(reader)]) {
      expect(answer.statusCode).toBe(403);
      expect(answer.json().detail).toContain('The API key lacks the permission');
    }
  });

  test('never exceed those of its user', async () => {
    for (const permissions of [['issue'], ['administer'], ['read', 'issue']]) {
      const answer = await producer.post('/auth/api_keys', { name: 'A', permissions });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toMatchObject([{ path: 'body.permissions' }]);
    }
  });

  test('shrink with the role of its user', async ({ registry, admin }) => {
    const person = await registry.as('PRODUCTION_USER');
    const key = await aKey(person);
    await admin.post(`/user/change_role/${person.userId}`, { role: 'AUDIT_USER' });
    expect((await make(withKey(registry, key))).statusCode).toBe(403);
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(200);
  });

  test('do not grow with the role of its user', async ({ registry, admin }) => {
    const person = await registry.as('AUDIT_USER');
    const key = await aKey(person, { permissions: ['read'] });
    await admin.post(`/user/change_role/${person.userId}`, { role: 'ADMIN' });
    expect((await make(withKey(registry, key))).statusCode).toBe(403);
  });

  test('exclude API keys, users, administrators, recurring actions, passwords and sessions', async ({
    registry,
    admin,
  }) => {
    const key = withKey(registry, await aKey(admin, { permissions: ['read', 'administer'] }), admin.userId);
    const closed = operations.filter(({ loginOnly }) => loginOnly);
    expect(closed.map(({ id }) => id).toSorted()).toEqual([
      'changePassword',
      'changeUserEmail',
      'changeUserRole',
      'createApiKey',
      'createPreviousApiKey',
      'createRecurringCancel',
      'createRecurringTransfer',
      'createUser',
      'deleteApiKey',
      'deleteUser',
      'eraseUser',
      'exportMe',
      'listApiKeys',
      'listEmailChanges',
      'listPreviousApiKeys',
      'logout',
      'requestEmailChange',
      'resetUserPassword',
      'updateUser',
    ]);
    for (const { method, path } of closed) {
      const answer = await key.request({ method, url: path.replace(':id', String(producer.userId)) });
      expect(answer.statusCode, path).toBe(403);
    }
  });

  test('exclude, for a read-only key, every operation that requires only "read" but changes something', () => {
    const changing = operations.filter(({ changes, permission }) => changes && permission === 'read');
    expect(changing.filter(({ loginOnly }) => !loginOnly).map(({ id }) => id)).toEqual([]);
  });
});

describe('a key that is restricted to accounts', () => {
  const confined = async (
    registry: TestRegistry,
    client: Client,
    accounts: Account[],
    permissions = PRODUCER_PERMISSIONS,
  ) =>
    withKey(
      registry,
      await aKey(client, { account_ids: accounts.map(({ id }) => id), permissions }),
      client.userId,
    );

  test('can access these; others look as if they did not exist', async ({ registry }) => {
    const key = await confined(registry, producer, [own]);
    expect((await key.get(`/account/${own.id}`)).statusCode).toBe(200);
    expect((await edit(key, own)).statusCode).toBe(200);
    expect((await key.get(`/account/${second.id}`)).statusCode).toBe(404);
    expect((await edit(key, second)).statusCode).toBe(404);
    expect((await edit(producer, second)).statusCode).toBe(200);
  });

  test('lists only what these accounts hold', async ({ registry, admin }) => {
    const device = (account: Account) => ({
      ...A_DEVICE,
      local_device_identifier: crypto.randomUUID(),
      account_id: account.id,
    });
    for (const account of [own, second]) await producer.post('/device/create', device(account));
    const colleague = await registry.as('AUDIT_USER');
    await anAccount(admin, { user_ids: [producer.userId, colleague.userId] });
    const key = await confined(registry, producer, [own]);
    const idsOf = async (url: string) => (await key.get(url)).json().map(({ id }: { id: number }) => id);
    expect(await idsOf('/account/list')).toEqual([own.id]);
    expect(await idsOf('/user/me/accounts')).toEqual([own.id]);
    expect((await key.get('/user/me')).json().accounts).toMatchObject([{ id: own.id }]);
    const devices = (await key.get('/device/list')).json();
    expect(devices.length).toBeGreaterThan(0);
    for (const { account_id } of devices) expect(account_id).toBe(own.id);
    expect(await idsOf('/user/list')).not.toContain(colleague.userId);
    expect((await key.get(`/certificate/actions?account_id=${second.id}`)).statusCode).toBe(404);
  });

  test('cannot create accounts', async ({ registry }) => {
    const answer = await make(await confined(registry, producer, [own]));
    expect(answer.statusCode).toBe(403);
    expect(answer.json().detail).toContain('restricted to accounts');
  });

  test('cannot read storage devices as a validator, because no account limits those', async ({
    registry,
    admin,
  }) => {
    const validator = await registry.as('STORAGE_VALIDATOR');
    const account = await anAccount(admin, { user_ids: [validator.userId] });
    const key = await confined(registry, validator, [account], ['read']);
    expect((await key.get('/device/list')).statusCode).toBe(403);
    expect((await key.get(`/account/${account.id}`)).statusCode).toBe(403);
  });

  test('is limited to them for an administrator, too', async ({ registry, admin }) => {
    const key = await confined(registry, admin, [foreign], ['read', 'act']);
    expect((await key.get(`/account/${foreign.id}`)).statusCode).toBe(200);
    expect((await key.get(`/account/${own.id}`)).statusCode).toBe(404);
    expect((await key.get('/account/list')).json()).toMatchObject([{ id: foreign.id }]);
    const { rows } = await registry.primary.query('SELECT count(*)::int AS n FROM account');
    expect(rows[0].n).toBeGreaterThan(1);
  });

  test('loses an account that its user leaves or that is closed', async ({ registry, admin }) => {
    const [left, closed] = [
      await anAccount(admin, { user_ids: [producer.userId] }),
      await anAccount(admin, { user_ids: [producer.userId] }),
    ];
    const key = await confined(registry, producer, [left, closed]);
    await admin.patch(`/account/update/${left.id}`, { user_ids: [admin.userId] });
    await admin.delete(`/account/delete/${closed.id}`);
    expect((await key.get(`/account/${left.id}`)).statusCode).toBe(404);
    expect((await key.get(`/account/${closed.id}`)).statusCode).toBe(404);
    expect((await key.get('/account/list')).json()).toEqual([]);
  });

  test('cannot be restricted to accounts of other users or to unknown accounts', async () => {
    for (const account_ids of [[foreign.id], [999_999], [own.id, foreign.id]]) {
      const answer = await producer.post('/auth/api_keys', { name: 'A', permissions: ['read'], account_ids });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toHaveLength(1);
    }
  });

  test.for(['issue', 'administer'])(
    'cannot have the permission %s, which no account limits',
    async (permission, { admin }) => {
      const answer = await admin.post('/auth/api_keys', {
        name: 'A',
        permissions: [permission],
        account_ids: [own.id],
      });
      expect(answer.statusCode).toBe(422);
    },
  );
});

describe('keys of another user', () => {
  test('cannot be listed or revoked, and look as if they did not exist', async ({ registry }) => {
    const stranger = await registry.as('PRODUCTION_USER');
    const key = await aKey(producer);
    expect((await stranger.get(`/auth/api_keys?user_id=${producer.userId}`)).json()).toEqual([]);
    expect((await stranger.delete(`/auth/api_keys/${key.id}`)).statusCode).toBe(404);
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(200);
  });

  test('can be listed and revoked by an administrator', async ({ registry, admin }) => {
    const key = await aKey(producer);
    const seen = (await admin.get(`/auth/api_keys?user_id=${producer.userId}&limit=1000`)).json();
    expect(seen.map(({ id }: Key) => id)).toContain(key.id);
    expect((await admin.delete(`/auth/api_keys/${key.id}`)).statusCode).toBe(200);
    expect((await withKey(registry, key).get('/user/me')).statusCode).toBe(401);
  });
});
