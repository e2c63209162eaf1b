import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, vi } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import type { Client } from '../harness/client.ts';
import { A_DEVICE } from '../harness/entities.ts';
import { test } from '../harness/fixtures.ts';

/** Sends a text as the body of a request, whatever it is. */
const send = (client: Client, url: string, payload: string, type = 'application/json') =>
  client.request({ method: 'POST', url, headers: { 'content-type': type }, payload });

const expectProblem = (answer: LightMyRequestResponse, status: number, code: string) => {
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(status);
  expect(answer.json().type).toBe(`urn:gc-registry:problem:${code}`);
};

const errorsOf = (answer: LightMyRequestResponse): { path: string; message: string }[] =>
  answer.json().errors;

describe('the length of a body', () => {
  const loginWith = (length: number) => ({ username: 'a@example.com', password: 'x'.repeat(length) });

  test.for(['application/json', 'application/x-www-form-urlencoded'] as const)(
    'of a login is limited to 8 KiB, as %s',
    async (type, { admin }) => {
      const write = (fields: Record<string, string>) =>
        type === 'application/json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
      expect((await send(admin, '/auth/login', write(loginWith(7_000)), type)).statusCode).toBe(422);
      const answer = await send(admin, '/auth/login', write(loginWith(8_200)), type);
      expectProblem(answer, 413, 'ctp-body-too-large');
      expect(answer.json().detail).toBe('The body is longer than 8192 bytes.');
    },
  );

  test.for(operations.filter(({ path, method }) => path.startsWith('/auth/') && method === 'POST'))(
    'of $path is limited to 8 KiB',
    async ({ path }, { admin }) => {
      expectProblem(await send(admin, path, `{"x": "${'x'.repeat(8_200)}"}`), 413, 'ctp-body-too-large');
    },
  );

  test('of one record is limited to 64 KiB, of an action to 1.5 MiB', async ({ admin, market }) => {
    const name = (length: number) => ({
      ...A_DEVICE,
      account_id: market.source.id,
      device_name: 'x'.repeat(length),
    });
    expect((await admin.post('/device/create', name(60_000))).statusCode).toBe(422);
    expectProblem(await admin.post('/device/create', name(70_000)), 413, 'ctp-body-too-large');
    expect((await market.cancel([1], { beneficiary: 'x'.repeat(1_500_000) })).statusCode).toBe(422);
    expectProblem(
      await market.cancel([1], { beneficiary: 'x'.repeat(1_580_000) }),
      413,
      'ctp-body-too-large',
    );
  });

  test('of a path that does not exist is limited to 8 KiB', async ({ admin }) => {
    expectProblem(await send(admin, '/no/such/path', `"${'x'.repeat(8_200)}"`), 413, 'ctp-body-too-large');
    expectProblem(await send(admin, '/no/such/path', '"x"'), 404, 'no-such-path');
  });
});

describe('the structure of a body is bounded before it is parsed', () => {
  // Each text is cut off in the middle: a parser would refuse it as malformed JSON.
  test.for([
    ['items of an array', `{"granular_certificate_bundle_ids": [${'1,'.repeat(50_000)}`, '50000 values'],
    ['arrays and objects', `{"sparse_filter_list": [${'[],'.repeat(12_001)}`, '12000 arrays and objects'],
    ['names', `{${'"a":1,'.repeat(1_001)}`, '1000 names'],
  ] as const)('%s', async ([_, text, most], { market }) => {
    const answer = await send(market.trader, '/certificate/cancel', text);
    expectProblem(answer, 413, 'too-many-values');
    expect(answer.json().detail).toBe(`The body has more than ${most}.`);
  });

  test('the depth of nesting', async ({ admin }) => {
    const answer = await send(admin, '/auth/login', '['.repeat(4_000));
    expectProblem(answer, 400, 'malformed');
    expect(answer.json().detail).toBe('The body is nested deeper than 64 levels.');
  });

  test('fields of a form', async ({ admin }) => {
    const answer = await send(admin, '/auth/login', 'a&'.repeat(600), 'application/x-www-form-urlencoded');
    expectProblem(answer, 413, 'too-many-values');
    expect(answer.json().detail).toBe('The body has more than 500 fields.');
  });

  test('brackets, commas and colons within texts do not count', async ({ admin }) => {
    const name = `Organisation ${'[{:,"\\'.repeat(20)}`;
    expect((await admin.post('/organisation/create', { name })).statusCode).toBe(201);
  });
});

describe('at most 100 fields are named', () => {
  test('of unknown ones, each by its first 100 characters', async ({ admin }) => {
    const names = Array.from({ length: 900 }, (_, n) => [`${n}${'x'.repeat(50)}`, 1]);
    const answer = await admin.post('/device/create', Object.fromEntries(names));
    expectProblem(answer, 422, 'invalid-fields');
    expect(errorsOf(answer)).toHaveLength(100);
    const long = await admin.post('/organisation/create', { name: 'A', ['y'.repeat(60_000)]: 1 });
    expect(errorsOf(long)).toEqual([{ path: `body.${'y'.repeat(100)}`, message: 'is not a known field' }]);
  });

  test('of query and body together', async ({ admin }) => {
    const names = Array.from({ length: 90 }, (_, n) => `x${n}`);
    const answer = await admin.post(
      `/organisation/create?${names.join('&')}`,
      Object.fromEntries(names.map((name) => [name, 1])),
    );
    expect(errorsOf(answer)).toHaveLength(100);
  });

  test.for([
    ['/certificate/cancel', 'granular_certificate_bundle_ids', 49_000],
    ['/certificate/query', 'sparse_filter_list', 9_000],
    ['/certificate/query', 'issuance_ids', 9_000],
  ] as const)('of wrong items, in %s %s', async ([url, field, items], { market }) => {
    const body = { source_id: market.source.id, [field]: Array.from({ length: items }, () => '') };
    const answer = await market.trader.post(url, body);
    expectProblem(answer, 422, 'invalid-fields');
    expect(errorsOf(answer)).toHaveLength(100);
    expect(errorsOf(answer)[99]?.path).toBe(`body.${field}.99`);
  });

  test('of ids that do not exist', async ({ admin }) => {
    const user_ids = Array.from({ length: 1_000 }, (_, n) => 900_000 + n);
    const answer = await admin.post('/account/create', { account_name: 'Many', user_ids });
    expect(errorsOf(answer)).toHaveLength(100);
  });
});

test('a list that is too long is refused by its length, and its items are not read', async ({ market }) => {
  const body = { source_id: market.source.id, issuance_ids: Array.from({ length: 10_001 }, () => '') };
  const answer = await market.trader.post('/certificate/query', body);
  expect(errorsOf(answer)).toEqual([{ path: 'body.issuance_ids', message: 'must have at most 10000 items' }]);
});

test('a long text is refused by its length before its characters are normalized', async ({ market }) => {
  const normalize = vi.spyOn(String.prototype, 'normalize');
  const body = { ...A_DEVICE, account_id: market.source.id, grid: `a${'\u0315\u0300'.repeat(10_000)}` };
  const answer = await market.admin.post('/device/create', body);
  expect(errorsOf(answer)).toEqual([{ path: 'body.grid', message: 'must have at most 200 characters' }]);
  expect(normalize.mock.contexts.filter((text) => String(text).length > 1_000)).toEqual([]);
  normalize.mockRestore();
});

describe('the API document', () => {
  test('says how long the body of each operation may be', async ({ registry }) => {
    const { paths } = (await registry.app.inject({ url: '/openapi.json' })).json();
    const said = (path: string) => paths[path].post.responses[413].description;
    expect(said('/auth/login')).toBe('The body is longer than 8 KiB.');
    expect(said('/device/create')).toBe('The body is longer than 64 KiB.');
    expect(said('/certificate/transfer')).toBe('The body is longer than 1.5 MiB.');
  });
});
