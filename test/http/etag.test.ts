import type { LightMyRequestResponse } from 'fastify';
import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import type { Method } from '../../src/operation/operation.ts';
import type { TradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { ENTITIES } from '../harness/entities.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const test = baseTest
  .extend('settings', { scope: 'file' }, { CORS_ORIGINS: 'https://app.example.com' })
  .extend('traderRole', { scope: 'file' }, () => 'PRODUCTION_USER' as const)
  .extend('admin', { scope: 'file' }, ({ market }) => market.admin);

async function journalled(registry: TestRegistry): Promise<number> {
  return (await registry.primary.query('SELECT count(*)::int AS n FROM journal')).rows[0].n;
}

interface Made {
  readonly id: number;
  readonly version: number;
}

async function make(
  market: TradingPair,
  admin: Client,
  entity: string,
): Promise<{ made: Made; etag: string }> {
  const body = await ENTITIES.find((each) => each.entity === entity)?.body(market);
  const answer = await admin.post(`/${entity}/create`, body);
  expect(answer.statusCode, answer.body).toBe(201);
  return { made: answer.json(), etag: String(answer.headers.etag) };
}

/** A change by each operation to a new entity. */
const CHANGES: Readonly<Record<string, object>> = {
  ...Object.fromEntries(ENTITIES.map(({ entity, change }) => [`PATCH /${entity}/update/:id`, change])),
  'PATCH /account/update_whitelist/:id': { add_to_whitelist: [1] },
  'POST /user/change_role/:id': { role: 'PRODUCTION_USER' },
};

const isEntity = (path: string) => ENTITIES.some(({ entity }) => path.startsWith(`/${entity}/`));

/** Recurring actions, which have no read of a single one, are tested in `recurring.test.ts`. */
const editing = operations
  .filter(({ versioned, changes, params, path }) => versioned && changes && params && isEntity(path))
  .map(({ id, method, path }) => ({ id, method, path, entity: path.split('/')[1] ?? '' }));

const send = (
  admin: Client,
  method: Method,
  url: string,
  ifMatch: string | undefined,
  body: object | undefined,
  by = admin,
) =>
  by.request({
    method,
    url,
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    ...(body ? { payload: body } : {}),
  });

test('every PATCH, DELETE and read of a single entity has a version', () => {
  const without = operations
    .filter(({ path }) => isEntity(path))
    .filter(
      ({ method, path }) =>
        method === 'PATCH' || method === 'DELETE' || /^\/\w+\/(:id|me|create)$/.test(path),
    )
    .filter(({ versioned }) => !versioned);
  expect(without.map(({ id }) => id)).toEqual([]);
  expect(editing.length).toBeGreaterThan(10);
});

describe.each(editing)('$method $path', ({ method, path, entity }) => {
  const body = CHANGES[`${method} ${path}`];
  const change = (admin: Client, id: number, ifMatch?: string) =>
    send(admin, method, path.replace(':id', String(id)), ifMatch, body);
  const expectChanged = (answer: LightMyRequestResponse) => {
    expect(answer.statusCode, answer.body).toBe(200);
    if (method !== 'DELETE') expect(answer.headers.etag).toBe('"2"');
  };

  test('changes the version that the caller has read', async ({ market, admin }) => {
    const { made, etag } = await make(market, admin, entity);
    expect(etag).toBe(`"${made.version}"`);
    expect((await admin.get(`/${entity}/${made.id}`)).headers.etag).toBe(etag);
    expectChanged(await change(admin, made.id, etag));
    if (method === 'DELETE') return;
    const read = await admin.get(`/${entity}/${made.id}`);
    expect([read.headers.etag, read.json().version]).toEqual(['"2"', 2]);
  });

  test.for(['"9"', '"9", "10"', 'W/"1"', '""', '"9,1"', '"01"', '"9",,W/"1",'])(
    'refuses another version (%s), and changes nothing',
    async (ifMatch, { registry, market, admin }) => {
      const { made, etag } = await make(market, admin, entity);
      const before = await journalled(registry);
      const answer = await change(admin, made.id, ifMatch);
      expect(answer.statusCode, answer.body).toBe(412);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.headers.etag).toBe(etag);
      expect(await journalled(registry)).toBe(before);
      expect((await admin.get(`/${entity}/${made.id}`)).json()).toMatchObject(made);
    },
  );

  test.for([undefined, '*', ' * ', '"9", "1"', '"9","1"', ',"9" ,, "1",', 'W/"9", "1"'])(
    'accepts %s',
    async (ifMatch, { market, admin }) =>
      expectChanged(await change(admin, (await make(market, admin, entity)).made.id, ifMatch)),
  );

  test.for(['', '1', '"1', '1"', '"1" "2"', '"1""2"', '*, "1"', "'1'", 'w/"1"', '"1", x', ','])(
    'refuses the header %j as malformed',
    async (ifMatch, { registry, market, admin }) => {
      const { made } = await make(market, admin, entity);
      const before = await journalled(registry);
      expect((await change(admin, made.id, ifMatch)).statusCode).toBe(400);
      expect(await journalled(registry)).toBe(before);
    },
  );

  test('does not reveal an inaccessible entity by the kind of refusal', async ({
    registry,
    market,
    admin,
  }) => {
    const { made } = await make(market, admin, entity);
    const stranger = await registry.as('PRODUCTION_USER');
    const url = (id: number) => path.replace(':id', String(id));
    for (const ifMatch of ['"1"', '"9"', '*']) {
      const answer = await send(admin, method, url(made.id), ifMatch, body, stranger);
      expect(answer.statusCode, answer.body).not.toBe(412);
      const missing = await send(admin, method, url(999_999), ifMatch, body, stranger);
      expect(answer.statusCode).toBe(missing.statusCode);
    }
  });

  test('accepts exactly one of two concurrent changes of one version', async ({ market, admin }) => {
    const { made, etag } = await make(market, admin, entity);
    const answers = await Promise.all([change(admin, made.id, etag), change(admin, made.id, etag)]);
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual(method === 'DELETE' ? [200, 404] : [200, 412]);
  });
});

describe.each(ENTITIES)('$entity', ({ entity, change }) => {
  test('keeps its version if an edit changes nothing, and the journal has no entry', async ({
    registry,
    market,
    admin,
  }) => {
    const { made, etag } = await make(market, admin, entity);
    const url = `/${entity}/update/${made.id}`;
    await admin.patch(url, change);
    const now = (await admin.get(`/${entity}/${made.id}`)).json();
    const before = await journalled(registry);
    for (const body of [{}, change, { ...change, is_deleted: null }]) {
      const answer = await admin.patch(url, body);
      expect([answer.statusCode, answer.headers.etag]).toEqual([200, '"2"']);
      expect(now).toMatchObject(answer.json());
    }
    expect(await journalled(registry)).toBe(before);
    expect((await send(admin, 'PATCH', url, etag, {})).statusCode).toBe(412);
  });
});

test('the version of an account rises with changes of its users and whitelist, and only with them', async ({
  market,
  admin,
}) => {
  const { made } = await make(market, admin, 'account');
  const whitelist = (body: object) => admin.patch(`/account/update_whitelist/${made.id}`, body);
  const tags = [
    await whitelist({ add_to_whitelist: [market.source.id] }),
    await whitelist({ add_to_whitelist: [market.source.id] }),
    await whitelist({ remove_from_whitelist: [market.target.id] }),
    await whitelist({ remove_from_whitelist: [market.source.id] }),
    await admin.patch(`/account/update/${made.id}`, { user_ids: [admin.userId, market.trader.userId] }),
    await admin.patch(`/account/update/${made.id}`, { user_ids: [market.trader.userId, admin.userId] }),
  ].map(({ headers }) => headers.etag);
  expect(tags).toEqual(['"2"', '"2"', '"2"', '"3"', '"4"', '"4"']);
});

test('a creation repeated under its Idempotency-Key returns the same version', async ({ admin }) => {
  const key = { 'idempotency-key': crypto.randomUUID() };
  const body = { name: `Org ${crypto.randomUUID()}` };
  const first = await admin.post('/organisation/create', body, key);
  const again = await admin.post('/organisation/create', body, key);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect([first.headers.etag, again.headers.etag]).toEqual(['"1"', '"1"']);
});

test('a page of another origin can send and read the tag', async ({ registry, market, admin }) => {
  const origin = 'https://app.example.com';
  const preflight = await registry.app.inject({
    method: 'OPTIONS',
    url: '/device/update/1',
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization, content-type, if-match',
    },
  });
  expect(preflight.headers['access-control-allow-origin']).toBe(origin);
  expect(preflight.headers['access-control-allow-methods']).toMatch(/PATCH.*DELETE/);
  expect(preflight.headers['access-control-allow-headers']).toContain('if-match');
  const answer = await admin.get(`/account/${market.source.id}`, { origin });
  expect(String(answer.headers['access-control-expose-headers']).split(', ')).toContain('etag');
  expect(answer.headers.etag).toBe('"1"');
});

test('the OpenAPI document declares the tag where it exists', async ({ registry }) => {
  const { paths } = (await registry.app.inject({ method: 'GET', url: '/openapi.json' })).json();
  for (const { method, path } of editing) {
    const { parameters, responses } = paths[path.replace(':id', '{id}')][method.toLowerCase()];
    expect(parameters).toContainEqual({ $ref: '#/components/parameters/IfMatch' });
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '412']));
    expect('etag' in (responses['200'].headers ?? {})).toBe(method !== 'DELETE');
  }
  expect(paths['/device/{id}'].get.responses['200'].headers).toHaveProperty('etag');
  expect(paths['/device/list'].get.responses['200'].headers).not.toHaveProperty('etag');
});
