import { afterAll, describe, expect } from 'vitest';
import { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { logIn, post, refresh } from '../harness/login.ts';
import { type ObservedApp, openObservedApp } from '../harness/observed-app.ts';
import type { TestRegistry } from '../harness/registry.ts';

let observed: ObservedApp;
let app: ObservedApp['app'];
let captured: ObservedApp['captured'];
let eventStore: ObservedApp['eventStore'];
const secrets = new Map<string, string>();

test.beforeAll(async ({ registry }) => {
  observed = await openObservedApp(registry);
  ({ app, captured, eventStore } = observed);
  await useEverything(registry);
});
afterAll(() => observed.close());

const secret = (name: string, value: string): string => {
  secrets.set(name, value);
  return value;
};

async function useEverything(registry: TestRegistry): Promise<void> {
  const issuer = await registry.as('ADMIN');
  const admin = new Client(app, issuer.authorization.authorization.slice(7), issuer.userId);
  const person = { name: 'A person', email: `${crypto.randomUUID()}@example.com`, role: 'PRODUCTION_USER' };
  const first = secret('first password', 'the first of all passwords');
  await admin.post('/user/create', { ...person, password: first });
  await post(app, '/auth/login', {
    username: person.email,
    password: secret('guess', 'a guess that is wrong'),
  });
  await post(app, '/auth/login', { username: person.email, password: { nested: first } });

  const { tokens, client } = await logIn({ app }, person.email, first);
  secret('access token', tokens.access_token);
  secret('refresh token', tokens.refresh_token);
  const next = (await refresh({ app }, tokens.refresh_token)).json();
  secret('next access token', next.access_token);
  secret('next refresh token', next.refresh_token);
  await refresh({ app }, secret('made-up refresh token', `gcrr_${'5'.repeat(96)}`));

  await useKeys(client);
  const second = secret('second password', 'the second of all passwords');
  const change = { current_password: first, new_password: second };
  await client.post('/auth/change_password', change, { 'idempotency-key': crypto.randomUUID() });
  await client.post('/auth/change_password', {
    ...change,
    new_password: secret('short password', 'zu kurz!'),
  });
  const third = secret('third password', 'the third of all passwords');
  await admin.post(`/user/reset_password/${client.userId}`, { password: third });
  await (await logIn({ app }, person.email, third)).client.post('/auth/logout');
}

async function useKeys(client: Client): Promise<void> {
  const body = { name: 'A key', permissions: ['read', 'produce'] };
  const made = await client.post('/auth/api_keys', body, { 'idempotency-key': crypto.randomUUID() });
  const key = secret('API key', made.json().api_key);
  const bearing = new Client(app, key, client.userId);
  await bearing.post('/account/create', { account_name: crypto.randomUUID() });
  await app.inject({ url: `/user/me?api_key=${key}`, headers: { 'x-api-key': key } });
  await client.delete(`/auth/api_keys/${made.json().id}`);
  await bearing.get('/user/me');
}

/** A secret without its prefix counts as found, too. */
const bare = (value: string) => value.replace(/^gcrr?_/, '');

function expectNone(text: string): void {
  expect(text.length).toBeGreaterThan(1_000);
  for (const [name, value] of secrets) expect(text.includes(bare(value)), name).toBe(false);
}

describe('no password, token or key', () => {
  test('is missing from this test: every secret was used', () => {
    expect(secrets.size).toBe(11);
    for (const [name, value] of secrets) expect(value.length, name).toBeGreaterThan(7);
  });

  test('is in the log at its most verbose level', () => {
    expect(captured.lines().length).toBeGreaterThan(10);
    expectNone(captured.text());
  });

  test('is in any table, the journal included', async ({ registry }) => {
    const { rows: tables } = await registry.primary.query(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    const dumps = tables.map(async ({ name }) => {
      const { rows } = await registry.primary.query(`SELECT to_jsonb(t)::text AS text FROM ${name} t`);
      return rows.map(({ text }) => text).join('\n');
    });
    expectNone((await Promise.all(dumps)).join('\n'));
  });

  test('reaches EventStoreDB, not even as a hash', async () => {
    await observed.untilRelayed();
    const text = JSON.stringify(await eventStore.events());
    expectNone(text);
    expect(text).not.toMatch(/argon2|secret_hash|password_hash|family_hash/);
    expect(text).toMatch(/"entity_name":"api_key"/);
  });
});
