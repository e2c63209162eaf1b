import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { emailOf, logIn, post } from '../harness/login.ts';
import { aRecurring } from '../harness/recurring.ts';
import { PASSWORD } from '../harness/registry.ts';

type Row = Record<string, unknown>;
type Export = Record<string, Row[]> & { readonly user: Row };

let person: Client;
let key: string;

test.beforeAll(async ({ registry, market }) => {
  const email = await emailOf(registry, market.trader);
  await post(registry.app, '/auth/login', { username: email, password: 'a wrong one' });
  person = (await logIn(registry, email)).client;
  const made = await person.post('/auth/api_keys', { name: 'The laptop', permissions: ['read'] }, withKey());
  key = made.json().api_key;
  await person.post('/auth/change_email', { email: 'wished@example.com', current_password: PASSWORD });
  await aRecurring(market, 'cancel');
  await market.transfer([(await market.bundle()).id]);
  await person.patch(`/account/update/${market.source.id}`, { timezone: 'Asia/Tokyo' });
});

const withKey = () => ({ 'idempotency-key': crypto.randomUUID() });

async function pagesOf(client: Client, limit: number): Promise<Export[]> {
  const pages: Export[] = [];
  for (let cursor = ''; ; ) {
    const reply = await client.get(`/user/me/export?limit=${limit}${cursor && `&cursor=${cursor}`}`);
    expect(reply.statusCode, reply.body).toBe(200);
    pages.push(reply.json());
    const next = reply.headers['registry-next-cursor'];
    if (next === undefined) return pages;
    cursor = String(next);
  }
}

async function wholeExport(client: Client): Promise<Export> {
  const pages = await pagesOf(client, 1_000);
  expect(pages).toHaveLength(1);
  const [whole] = pages;
  if (whole === undefined) throw new Error('there is no page');
  return whole;
}

const lists = ({ user: _, ...rest }: Export) => Object.entries(rest);

test('has the user, with each personal value, and a salt with which anybody can recompute its commitment', async ({
  registry,
}) => {
  const { user, personal_values } = await wholeExport(person);
  expect(user).toMatchObject({
    id: person.userId,
    email: await emailOf(registry, person),
    role: 'TRADING_USER',
  });
  expect(personal_values?.map(({ entity_name, field }) => [entity_name, field])).toEqual([
    ['api_key', 'name'],
    ['registry_user', 'email'],
    ['registry_user', 'name'],
  ]);
  for (const { salt, value, commitment } of personal_values ?? []) {
    const recomputed = createHash('sha256').update(String(salt), 'hex').update(String(value)).digest('hex');
    expect(commitment).toBe(`v1:${recomputed}`);
  }
  expect(personal_values?.[1]).toMatchObject({ value: user.email, commitment: user.email_commitment });
});

test('has something of everything that the person did and has', async () => {
  const found = lists(await wholeExport(person));
  expect(found.filter(([, rows]) => rows.length === 0).map(([name]) => name)).toEqual([]);
});

test('has what every table with a user in it holds of the person', async ({ registry }) => {
  const { rows: columns } = await registry.primary.query<{ table: string }>(`
    SELECT table_name AS table FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'user_id' ORDER BY table_name`);
  expect(columns.map(({ table }) => table)).toEqual([
    'account_user',
    'action',
    'api_key',
    'credential',
    'email_change_request',
    'idempotency_key',
    'login_throttle',
    'personal_data',
    'recurring_action',
    'session',
  ]);
  const stored = await wholeExport(person);
  const sections = {
    account_user: 'accounts',
    action: 'actions',
    api_key: 'api_keys',
    email_change_request: 'email_change_requests',
    idempotency_key: 'requests',
    login_throttle: 'login_attempts',
    personal_data: 'personal_values',
    recurring_action: 'recurring_actions',
    session: 'sessions',
  };
  for (const [table, section] of Object.entries(sections)) {
    const own = `SELECT count(*)::int AS n FROM ${table} WHERE user_id = $1`;
    const { rows } = await registry.primary.query(own, [person.userId]);
    expect(stored[section], section).toHaveLength(rows[0].n);
  }
  expect(stored.user.login_secret_changed_at).toEqual(expect.any(String));
});

test('has the events about the person, and those that the person caused without an action', async ({
  registry,
}) => {
  const { events } = await wholeExport(person);
  const entities = new Set(events?.map(({ entity_name }) => entity_name));
  expect([...entities].toSorted()).toEqual([
    'account',
    'account_user',
    'api_key',
    'recurring_action',
    'registry_user',
  ]);
  const { rows } = await registry.primary.query(
    'SELECT count(*)::int AS n FROM journal WHERE actor_id = $1 AND action_id IS NULL',
    [person.userId],
  );
  expect(events?.filter(({ actor_id }) => actor_id === person.userId).length).toBeGreaterThanOrEqual(
    rows[0].n,
  );
});

test('has no secret, nor the hash of one', async () => {
  const { body } = await person.get('/user/me/export?limit=1000');
  expect(body).not.toMatch(/argon2|secret_hash|family_hash|previous_hash|request_hash|subject/);
  expect(body).not.toContain(key);
});

test('comes in pages that follow one another, each row once', async () => {
  const whole = await wholeExport(person);
  const pages = await pagesOf(person, 2);
  expect(pages.length).toBeGreaterThan(5);
  for (const page of pages) {
    expect(page.user).toEqual(whole.user);
    expect(lists(page).flatMap(([, rows]) => rows).length).toBeLessThanOrEqual(2);
  }
  for (const [name, rows] of lists(whole))
    expect(
      pages.flatMap((page) => page[name] ?? []),
      name,
    ).toEqual(rows);
});

test('is of the caller alone', async ({ market }) => {
  const { userId } = market.admin;
  const stored = await wholeExport(market.admin);
  expect(stored.user.id).toBe(userId);
  for (const [name, rows] of lists(stored))
    for (const row of rows) if ('user_id' in row) expect(row.user_id, name).toBe(userId);
});

test('takes a login, not an API key', async ({ registry }) => {
  const reply = await registry.app.inject({ url: '/user/me/export', headers: { 'x-api-key': key } });
  expect(reply.statusCode).toBe(403);
});

test.for([
  ['actions', "1'"],
  ['actions', '99999999999999999999'],
  ['requests', 'a\u0000b'],
  ['nothing', '1'],
  [0, '1'],
])('refuses the cursor %j', async (place) => {
  const cursor = Buffer.from(JSON.stringify(place)).toString('base64url');
  const reply = await person.get(`/user/me/export?cursor=${cursor}`);
  expect(reply.statusCode).toBe(422);
  expect(reply.json().errors).toMatchObject([{ path: 'query.cursor' }]);
});
