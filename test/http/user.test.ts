import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { anAccount, type TradingPair, tradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

let admin: Client;

test.beforeAll(async ({ registry }) => {
  admin = await registry.as('ADMIN');
});

const anEmail = () => `${crypto.randomUUID()}@example.com`;
const PASSWORD = 'a password of its own';

async function aUser(fields: Record<string, unknown> = {}) {
  const person = { name: 'Ada', email: anEmail(), role: 'TRADING_USER', password: PASSWORD };
  const answer = await admin.post('/user/create', { ...person, ...fields });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json();
}

const login = (registry: TestRegistry, username: string, password: string) =>
  registry.app.inject({ method: 'POST', url: '/auth/login', payload: { username, password } });

describe('a new user', () => {
  test('can log in with the given password', async ({ registry }) => {
    const { id, email } = await aUser();
    const answer = await login(registry, email, PASSWORD);
    expect(answer.json()).toMatchObject({ user_id: id });
  });

  test('can have an organisation', async () => {
    expect((await aUser()).organisation).toBeNull();
    expect((await aUser({ organisation: 'Example Energy' })).organisation).toBe('Example Energy');
  });

  test('is created without a hash of a password in the response', async () => {
    const body = { name: 'A', email: anEmail(), role: 1, password: PASSWORD, hashed_password: 'x' };
    const answer = await admin.post('/user/create', body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path: 'body.hashed_password' }]);
  });

  test.each(['nobody', 'a@b', '@example.com', 'a@example.com, b@example.com', 'a b@example.com'])(
    'refuses the e-mail %s',
    async (email) => {
      const answer = await admin.post('/user/create', { name: 'A', email, role: 1, password: PASSWORD });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toMatchObject([{ path: 'body.email' }]);
    },
  );
});

describe('an edit', () => {
  test('changes only the given fields', async ({ registry }) => {
    const before = await aUser({ organisation: 'Example Energy' });
    const answer = await admin.patch(`/user/update/${before.id}`, { name: 'Ada L.' });
    expect(answer.json()).toEqual({ ...before, name: 'Ada L.', version: 2 });
    expect((await login(registry, before.email, PASSWORD)).statusCode).toBe(200);
  });

  test('removes the organisation with the empty text', async () => {
    const { id } = await aUser({ organisation: 'Example Energy' });
    expect((await admin.patch(`/user/update/${id}`, { organisation: '' })).json().organisation).toBeNull();
  });

  test.each(['role', 'password', 'hashed_password'])(
    'refuses the field %s, and names the operation for it',
    async (field) => {
      const before = await aUser();
      const answer = await admin.patch(`/user/update/${before.id}`, { name: 'Other', [field]: 'ADMIN' });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toMatchObject([{ path: `body.${field}` }]);
      expect((await admin.get(`/user/${before.id}`)).json()).toMatchObject(before);
    },
  );

  test('refuses fields that the server sets, by name', async () => {
    const before = await aUser();
    const sent = {
      id: 4711,
      created_at: '1999-01-01T00:00:00Z',
      deleted_at: '1999-01-01',
      version: 9,
      accounts: [1],
    };
    const answer = await admin.patch(`/user/update/${before.id}`, { ...sent, name: 'Other' });
    expect(answer.json().errors).toMatchObject(Object.keys(sent).map((name) => ({ path: `body.${name}` })));
    expect((await admin.get(`/user/${before.id}`)).json()).toMatchObject(before);
  });

  test('of oneself is permitted to every role', async ({ registry }) => {
    const auditor = await registry.as('AUDIT_USER');
    const answer = await auditor.patch(`/user/update/${auditor.userId}`, { name: 'Me' });
    expect(answer.json().name).toBe('Me');
  });

  test('of a user of a shared account is forbidden; of any other user, not found', async ({ registry }) => {
    const [me, colleague, stranger] = [
      await registry.as('PRODUCTION_USER'),
      await registry.as('AUDIT_USER'),
      await registry.as('AUDIT_USER'),
    ];
    await anAccount(admin, { user_ids: [me.userId, colleague.userId] });
    expect((await me.patch(`/user/update/${colleague.userId}`, { name: 'X' })).statusCode).toBe(403);
    expect((await me.patch(`/user/update/${stranger.userId}`, { name: 'X' })).statusCode).toBe(404);
  });
});

describe('a deleted user', () => {
  test('frees its e-mail', async ({ registry }) => {
    const { id, email } = await aUser();
    await admin.delete(`/user/delete/${id}`);
    const again = await aUser({ email, password: 'another password' });
    expect(again.id).not.toBe(id);
    expect((await login(registry, email, PASSWORD)).statusCode).toBe(401);
    expect((await login(registry, email, 'another password')).json().user_id).toBe(again.id);
  });

  test('cannot log in any more, and looks as if it did not exist', async ({ registry }) => {
    const { id, email } = await aUser();
    await admin.delete(`/user/delete/${id}`);
    const removed = await login(registry, email, PASSWORD);
    const unknown = await login(registry, anEmail(), PASSWORD);
    expect(removed.statusCode).toBe(401);
    expect({ ...removed.json(), instance: '' }).toEqual({ ...unknown.json(), instance: '' });
  });

  test('is removed from its accounts and the list', async () => {
    const { id } = await aUser();
    const account = await anAccount(admin, { user_ids: [id] });
    await admin.delete(`/user/delete/${id}`);
    expect((await admin.get(`/account/${account.id}`)).json().user_ids).toEqual([admin.userId]);
    expect((await admin.get(`/account/${account.id}/users`)).json()).toMatchObject([{ id: admin.userId }]);
    const listed = (await admin.get('/user/list?limit=1000')).json();
    expect(listed.map((user: { id: number }) => user.id)).not.toContain(id);
  });

  test('cannot be added to an account', async () => {
    const { id } = await aUser();
    await admin.delete(`/user/delete/${id}`);
    const answer = await admin.post('/account/create', { account_name: anEmail(), user_ids: [id] });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path: 'body.user_ids' }]);
  });

  test('cannot be given a role', async () => {
    const { id } = await aUser();
    await admin.delete(`/user/delete/${id}`);
    expect((await admin.post(`/user/change_role/${id}?role=1`)).statusCode).toBe(404);
  });
});

describe('the own profile and those of others', () => {
  test('/user/me/accounts lists the open accounts of the caller, and no others', async ({ registry }) => {
    const me = await registry.as('PRODUCTION_USER');
    const [kept, closed] = [await anAccount(me), await anAccount(me)];
    await anAccount(admin);
    await me.delete(`/account/delete/${closed.id}`);
    expect((await me.get('/user/me')).json().accounts.map(({ id }: { id: number }) => id)).toEqual([kept.id]);
    expect((await me.get('/user/me/accounts')).json()).toEqual([
      { id: kept.id, account_name: kept.account_name, user_ids: [me.userId] },
    ]);
  });

  test('/user/me/accounts is empty for a new user', async ({ registry }) => {
    const me = await registry.as('STORAGE_VALIDATOR');
    expect((await me.get('/user/me/accounts')).json()).toEqual([]);
  });

  test('a user sees another one with their shared accounts only', async ({ registry }) => {
    const [me, colleague] = [await registry.as('AUDIT_USER'), await registry.as('AUDIT_USER')];
    const shared = await anAccount(admin, { user_ids: [me.userId, colleague.userId] });
    await anAccount(admin, { user_ids: [colleague.userId] });
    const seen = (await me.get(`/user/${colleague.userId}`)).json();
    expect(seen.accounts.map(({ id }: { id: number }) => id)).toEqual([shared.id]);
  });
});

describe('a role', () => {
  test.each([
    ['?role=TRADING_USER', {}],
    ['?role=2', {}],
    ['', { role: 'TRADING_USER' }],
    ['', { role: 2 }],
    ['?role=2', { role: 'TRADING_USER' }],
  ])('is set by %s and %j', async (query, body) => {
    const { id } = await aUser({ role: 'AUDIT_USER' });
    const answer = await admin.post(`/user/change_role/${id}${query}`, body);
    expect(answer.json()).toMatchObject({ id, role: 'TRADING_USER' });
  });

  test.each([
    ['nothing', '', {}],
    ['two different ones', '?role=2', { role: 4 }],
    ['an unknown name', '?role=ROOT', {}],
    ['an unknown number', '?role=5', {}],
    ['two values in the query string', '?role=2&role=4', {}],
    ['a list', '', { role: [4] }],
    ['a number as text', '', { role: '4' }],
  ])('is not set by %s', async (_, query, body) => {
    const { id } = await aUser({ role: 'AUDIT_USER' });
    const answer = await admin.post(`/user/change_role/${id}${query}`, body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors[0].path).toMatch(/^(body|query)\.role/);
    expect((await admin.get(`/user/${id}`)).json().role).toBe('AUDIT_USER');
  });
});

/** The number of connections of a registry that wait for a lock. */
async function waiting({ primary }: TestRegistry): Promise<number> {
  const { rows } = await primary.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0].n;
}

describe('administrators', () => {
  test('cannot delete themselves', async ({ registry }) => {
    const second = await registry.as('ADMIN');
    expect((await second.delete(`/user/delete/${second.userId}`)).statusCode).toBe(409);
    expect((await second.get('/user/me')).statusCode).toBe(200);
  });

  test.each([
    ['demote', (from: Client, whom: Client) => from.post(`/user/change_role/${whom.userId}?role=1`)],
    ['remove', (from: Client, whom: Client) => from.delete(`/user/delete/${whom.userId}`)],
  ])('who concurrently %s each other keep one administrator', async (_, depose) => {
    const own = await openRegistry();
    try {
      const [one, other] = [await own.as('ADMIN'), await own.as('ADMIN')];
      const hold = await own.primary.connect();
      await hold.query('BEGIN; SELECT FROM registry_user FOR UPDATE');
      const deposed = Promise.all([depose(one, other), depose(other, one)]);
      await expect.poll(() => waiting(own)).toBe(2);
      await hold.query('COMMIT');
      hold.release();
      const answers = await deposed;
      const statuses = answers.map(({ statusCode }) => statusCode);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      const { rows } = await own.primary.query(
        `SELECT count(*)::int AS n FROM registry_user WHERE role = 'ADMIN' AND deleted_at IS NULL`,
      );
      expect(rows[0].n).toBe(1);
    } finally {
      await own.close();
    }
  });
});

describe('a password', () => {
  let market: TradingPair;
  test.beforeAll(async ({ registry }) => {
    market = await tradingPair(registry);
    await market.bundle();
  });

  const reads = operations.filter(({ method, answer }) => method === 'GET' && !answer.streams?.length);

  test.each(reads.map(({ id, path }) => ({ id, path })))('is in no response of $id', async ({ path }) => {
    const ids = [admin.userId, market.trader.userId, market.source.id];
    for (const id of ids) {
      for (const reader of [admin, market.trader]) {
        const { body } = await reader.get(path.replace(/:\w+/, String(id)));
        expect(body).not.toMatch(/argon2|password|credential|"hash(ed)?_(?!chain)/i);
      }
    }
  });
});
