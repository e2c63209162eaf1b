import type { FastifyInstance } from 'fastify';
import { decodeProtectedHeader } from 'jose';
import { afterAll, expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { emailOf, type Login, logIn, loginOf, refresh } from '../harness/login.ts';
import { NOW } from '../harness/registry.ts';

/** The three stages of replacing the secret, as processes of one registry. */

const [OLD, NEW] = ['the secret that is still accepted', 'the secret that signs from now on'];

const test = baseTest.extend('settings', { scope: 'file' }, { JWT_SECRET_KEY: OLD });

let before: FastifyInstance;
let between: FastifyInstance;
let after: FastifyInstance;
let email: string;

test.beforeAll(async ({ registry }) => {
  const withKeys = (keys: Partial<Config>) =>
    buildApp({
      config: { ...registry.config, ...keys },
      database: registry.database,
      clock: () => NOW,
      log: registry.app.log,
    });
  before = registry.app;
  between = await withKeys({ JWT_SECRET_KEY: NEW, JWT_SECRET_KEY_PREVIOUS: OLD });
  after = await withKeys({ JWT_SECRET_KEY: NEW });
  email = await emailOf(registry, await registry.as('PRODUCTION_USER'));
});
afterAll(async () => {
  await Promise.all([between.close(), after.close()]);
});

const statusAt = async (app: FastifyInstance, { tokens }: Login) =>
  (await new Client(app, tokens.access_token, tokens.user_id).get('/user/me')).statusCode;

test('a token of the old secret is valid until that secret is removed', async () => {
  const login = await logIn({ app: before }, email);
  expect(await statusAt(between, login)).toBe(200);
  expect(await statusAt(after, login)).toBe(401);
});

test('new tokens are signed with the new secret', async () => {
  const login = await logIn({ app: between }, email);
  expect(await statusAt(after, login)).toBe(200);
  expect(await statusAt(before, login)).toBe(401);
});

test('a token names its secret by id, and reveals nothing of it', async () => {
  const kidOf = async (app: FastifyInstance) =>
    decodeProtectedHeader((await logIn({ app }, email)).tokens.access_token).kid;
  expect(await kidOf(between)).toBe(await kidOf(after));
  expect(await kidOf(before)).not.toBe(await kidOf(between));
  expect(await kidOf(before)).toMatch(/^[0-9a-f]{16}$/);
});

test('sessions survive the replacement of the secret', async () => {
  const login = await logIn({ app: before }, email);
  const next = loginOf(after, await refresh({ app: after }, login.tokens.refresh_token));
  expect(await statusAt(after, next)).toBe(200);
});

test('a request that was interrupted before the change can be repeated after it', async ({ registry }) => {
  const key = crypto.randomUUID();
  const login = await logIn({ app: before }, email);
  const create = (app: FastifyInstance) =>
    new Client(app, login.tokens.access_token, login.tokens.user_id).post(
      '/account/create',
      { account_name: `Account ${key}` },
      { 'idempotency-key': key },
    );
  await create(before);
  // The state that a process leaves if it dies before its commit.
  await registry.primary.query('UPDATE account SET deleted_at = now() WHERE account_name = $1', [
    `Account ${key}`,
  ]);
  await registry.primary.query(
    `UPDATE idempotency_key SET answer = NULL, started_at = now() - interval '2 minutes' WHERE key = $1`,
    [key],
  );
  const done = await create(between);
  expect(done.statusCode, done.body).toBe(201);
  expect(done.headers).not.toHaveProperty('idempotency-replayed');
});

test('a repeated request receives its first response across the change', async () => {
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const body = { account_name: crypto.randomUUID() };
  const login = await logIn({ app: before }, email);
  const create = (app: FastifyInstance) =>
    new Client(app, login.tokens.access_token, login.tokens.user_id).post('/account/create', body, headers);
  const [first, again] = [await create(before), await create(between)];
  expect(again.json()).toEqual(first.json());
  expect(again.headers['idempotency-replayed']).toBe('true');
});
