import { expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { REQUEST_EXAMPLES } from '../../src/http/request-examples.ts';
import type { Operation } from '../../src/operation/operation.ts';
import { Client } from '../harness/client.ts';
import { testWithSample as test } from '../harness/fixtures.ts';
import type { SampleRegistry } from '../harness/sample.ts';

let administrator: Client;
let refreshToken: string;

const login = ({ app, config }: SampleRegistry, username: string) =>
  app.inject({
    method: 'POST',
    url: '/auth/login',
    payload: { username, password: config.SEED_PASSWORD },
  });

test.beforeAll(async ({ sample }) => {
  const tokens = (await login(sample, 'admin_user@usermail.com')).json();
  administrator = new Client(sample.app, tokens.access_token, tokens.user_id);
  refreshToken = (await login(sample, 'trading_user@usermail.com')).json().refresh_token;
});

test('every operation that takes a body has an example, and there is no other example', () => {
  const taking = operations.filter(({ body }) => body !== undefined).map(({ id }) => id);
  expect(Object.keys(REQUEST_EXAMPLES).sort()).toEqual(taking.sort());
});

function operationWith(id: string): Operation {
  const operation = operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`there is no operation ${id}`);
  return operation;
}

/** A refresh token is secret and single-use, so the test replaces the one of the example. */
const bodyOf = (id: string, body: unknown) =>
  id === 'refreshSession' ? { refresh_token: refreshToken } : body;

test.each(Object.entries(REQUEST_EXAMPLES))(
  'the example of %s succeeds in the sample registry',
  async (id, example) => {
    const operation = operationWith(id);
    const url = operation.path.replaceAll(/:(\w+)/g, (_, name) => String(example.path?.[name]));
    const answer = await administrator.request({
      method: operation.method,
      url,
      payload: JSON.stringify(bodyOf(id, example.body)),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.statusCode, answer.body).toBe(operation.answer.status);
  },
);
