import { describe, expect } from 'vitest';
import { aDevice, anAccount, type TradingPair, tradingPair, unique } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { anEmail, ENTITIES } from '../harness/entities.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { openRegistry } from '../harness/registry.ts';

const test = baseTest
  .extend('traderRole', { scope: 'file' }, () => 'PRODUCTION_USER' as const)
  .extend('admin', { scope: 'file' }, ({ market }) => market.admin);

describe.each(ENTITIES)('$entity', ({ entity, body, change }) => {
  const create = async (market: TradingPair, admin: Client) => {
    const answer = await admin.post(`/${entity}/create`, await body(market));
    expect(answer.statusCode, answer.body).toBe(201);
    return answer.json();
  };

  test('is created, read, changed and deleted', async ({ registry, market, admin }) => {
    const made = await create(market, admin);
    expect((await admin.get(`/${entity}/${made.id}`)).json()).toMatchObject(made);

    const changed = await admin.patch(`/${entity}/update/${made.id}`, change);
    expect(changed.statusCode, changed.body).toBe(200);
    expect(changed.json()).toEqual({ ...made, ...change, version: made.version + 1 });
    expect((await admin.get(`/${entity}/${made.id}`)).json()).toMatchObject(change);

    expect((await admin.delete(`/${entity}/delete/${made.id}`)).statusCode).toBe(200);
    expect((await admin.get(`/${entity}/${made.id}`)).statusCode).toBe(404);
    expect((await admin.patch(`/${entity}/update/${made.id}`, change)).statusCode).toBe(404);
    expect((await admin.delete(`/${entity}/delete/${made.id}`)).statusCode).toBe(404);
    // The password of a new user is an event of its own.
    const created = entity === 'user' ? 'CREATE,UPDATE' : 'CREATE';
    const kept = await registry.primary.query(
      `SELECT array_agg(event_type ORDER BY id) AS events FROM journal WHERE entity_name = $1 AND entity_id = $2`,
      [{ user: 'registry_user', measurement: 'measurement_report' }[entity as string] ?? entity, made.id],
    );
    expect(kept.rows[0].events).toBe(`{${created},UPDATE,DELETE}`);
  });

  test('is listed in pages, each once, in the order of ids', async ({ market, admin }) => {
    const ids = [
      (await create(market, admin)).id,
      (await create(market, admin)).id,
      (await create(market, admin)).id,
    ];
    const seen: number[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = await admin.get(`/${entity}/list?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.statusCode).toBe(200);
      expect(page.json().length).toBeLessThanOrEqual(2);
      seen.push(...page.json().map(({ id }: { id: number }) => id));
      const next = page.headers['registry-next-cursor'];
      cursor = next === undefined ? undefined : String(next);
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen).toEqual(expect.arrayContaining(ids));
  });

  test('refuses fields that the server sets, by name', async ({ market, admin }) => {
    const answer = await admin.post(`/${entity}/create`, {
      ...(await body(market)),
      id: 4_711,
      created_at: '1999-01-01T00:00:00Z',
      deleted_at: '1999-01-01T00:00:00Z',
      version: 9,
    });
    expect(answer.statusCode, answer.body).toBe(422);
    const paths = answer.json().errors.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(['body.id', 'body.created_at', 'body.deleted_at', 'body.version']);
  });
});

describe('names', () => {
  test('of accounts and e-mails of users are unique regardless of case, among those not deleted', async ({
    admin,
  }) => {
    const account_name = unique('Harbour');
    const { id } = await anAccount(admin, { account_name });
    const again = await admin.post('/account/create', { account_name: account_name.toUpperCase() });
    expect(again.statusCode).toBe(409);
    expect(again.json().errors[0].path).toBe('body.account_name');
    await admin.delete(`/account/delete/${id}`);
    expect((await admin.post('/account/create', { account_name })).statusCode).toBe(201);

    const person = { name: 'A', email: anEmail(), role: 1, password: 'long enough now' };
    expect((await admin.post('/user/create', person)).statusCode).toBe(201);
    const twin = await admin.post('/user/create', { ...person, email: person.email.toUpperCase() });
    expect(twin.statusCode).toBe(409);
    expect(twin.json().errors[0].path).toBe('body.email');
  });

  test('of devices are unique within a grid', async ({ market, admin }) => {
    const local_device_identifier = unique('MPAN');
    await aDevice(admin, { account_id: market.source.id, local_device_identifier });
    const other = { account_id: market.source.id, local_device_identifier, grid: 'Another grid' };
    await aDevice(admin, other);
    await expect(aDevice(admin, other)).rejects.toThrow('409');
  });
});

describe('users', () => {
  test('return their role by name, and accept it by name or number', async ({ admin }) => {
    const made = await admin.post('/user/create', {
      name: 'A',
      email: anEmail(),
      role: 3,
      password: 'long enough now',
    });
    expect(made.json().role).toBe('PRODUCTION_USER');
    const byQuery = await admin.post(`/user/change_role/${made.json().id}?role=1`);
    expect(byQuery.json().role).toBe('AUDIT_USER');
    const byBody = await admin.post(`/user/change_role/${made.json().id}`, { role: 'STORAGE_VALIDATOR' });
    expect(byBody.json().role).toBe('STORAGE_VALIDATOR');
    for (const role of ['KING', 5, -1, '2; --', null]) {
      expect((await admin.post(`/user/change_role/${made.json().id}`, { role })).statusCode).toBe(422);
    }
  });

  test('cannot raise their own role', async ({ market }) => {
    const answer = await market.trader.patch(`/user/update/${market.trader.userId}`, { role: 'ADMIN' });
    expect(answer.statusCode).toBe(422);
    expect((await market.trader.get('/user/me')).json().role).toBe('PRODUCTION_USER');
  });

  test('need a password of 12 characters, and no response contains its hash', async ({ registry, admin }) => {
    const person = { name: 'A', email: anEmail(), role: 1 };
    expect((await admin.post('/user/create', { ...person, password: 'too short' })).statusCode).toBe(422);
    const made = await admin.post('/user/create', { ...person, password: 'long enough now' });
    expect(made.body).not.toMatch(/password|hash/);
    const secrets = await registry.primary.query(
      `SELECT count(*)::int AS n FROM journal WHERE attributes_after::text ~ 'argon2|password'`,
    );
    expect(secrets.rows[0].n).toBe(0);
  });

  test('the last administrator cannot be deleted or demoted', async () => {
    const own = await openRegistry();
    try {
      const only = await own.as('ADMIN');
      expect((await only.post(`/user/change_role/${only.userId}?role=1`)).statusCode).toBe(409);
      expect((await only.delete(`/user/delete/${only.userId}`)).statusCode).toBe(409);
      const second = await own.as('ADMIN');
      expect((await second.post(`/user/change_role/${only.userId}?role=1`)).statusCode).toBe(200);
    } finally {
      await own.close();
    }
  });
});

describe('accounts', () => {
  test('include their creator as a user', async ({ market }) => {
    const { id } = await anAccount(market.trader);
    expect((await market.trader.get(`/account/${id}`)).json().user_ids).toEqual([market.trader.userId]);
    expect((await market.trader.get('/user/me')).json().accounts).toEqual(
      expect.arrayContaining([expect.objectContaining({ id })]),
    );
  });

  test('with devices or usable certificates cannot be closed', async ({ registry, admin }) => {
    const own = await tradingPair(registry, 'PRODUCTION_USER');
    const { id } = await own.bundle();
    await own.transfer([id]);
    expect((await admin.delete(`/account/delete/${own.target.id}`)).statusCode).toBe(409);
    expect((await admin.delete(`/account/delete/${own.source.id}`)).statusCode).toBe(409);
  });
});

describe('records of another user', () => {
  let outsider: Client;
  test.beforeAll(async ({ registry }) => {
    outsider = await registry.as('PRODUCTION_USER');
  });

  test('are in no list', async () => {
    for (const entity of ['account', 'device', 'measurement']) {
      expect((await outsider.get(`/${entity}/list`)).json(), entity).toEqual([]);
    }
    expect((await outsider.get('/user/list')).json()).toMatchObject([{ id: outsider.userId }]);
  });
});
