import { describe, expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { captureLog } from '../harness/log.ts';
import { emailOf, type Login, logIn, loginOf, post, refresh } from '../harness/login.ts';
import { NOW, PASSWORD, type TestRegistry } from '../harness/registry.ts';

const test = baseTest
  .extend('settings', { scope: 'file' }, { SESSION_EXPIRE_DAYS: '7' })
  .extend('user', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'))
  .extend('email', { scope: 'file' }, ({ registry, user }) => emailOf(registry, user));

test.beforeEach(({ registry }) => registry.setClock(NOW));

const later = (registry: TestRegistry, seconds: number) =>
  registry.setClock(new Date(NOW.getTime() + seconds * 1_000));
const DAY = 86_400;

const refreshed = async (registry: TestRegistry, token: string): Promise<Login> =>
  loginOf(registry.app, await refresh(registry, token));
const statusOf = async (client: Client) => (await client.get('/user/me')).statusCode;
const statusOfWrite = async (client: Client) =>
  (await client.post('/account/create', { account_name: crypto.randomUUID() })).statusCode;

async function expectEnded(registry: TestRegistry, { client, tokens }: Login): Promise<void> {
  expect(await statusOf(client)).toBe(401);
  expect(await statusOfWrite(client)).toBe(401);
  expect((await refresh(registry, tokens.refresh_token)).statusCode).toBe(401);
}

async function expectAlive({ client }: Login): Promise<void> {
  expect(await statusOf(client)).toBe(200);
  expect(await statusOfWrite(client)).toBe(201);
}

describe('a refresh token', () => {
  test('is exchanged for a new pair of tokens, which work', async ({ registry, email }) => {
    const first = await logIn(registry, email);
    expect(first.tokens).toMatchObject({ expires_in: 3_600, refresh_expires_in: 7 * DAY });
    later(registry, 3_599);
    const second = await refreshed(registry, first.tokens.refresh_token);
    later(registry, 3_601);
    expect(await statusOf(first.client)).toBe(401);
    await expectAlive(second);
    expect(second.tokens.refresh_token).not.toBe(first.tokens.refresh_token);
    expect(second.tokens.refresh_expires_in).toBe(7 * DAY - 3_599);
    await expectAlive(await refreshed(registry, second.tokens.refresh_token));
  });

  test('can be sent as a form, as OAuth clients do', async ({ registry, email }) => {
    const { tokens } = await logIn(registry, email);
    const payload = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await registry.app.inject({ method: 'POST', url: '/auth/refresh', headers, payload });
    await expectAlive(loginOf(registry.app, answer));
  });

  test('returns the same successor if it is sent again within 30 seconds', async ({ registry, email }) => {
    const first = await logIn(registry, email);
    const second = await refreshed(registry, first.tokens.refresh_token);
    later(registry, 30);
    const again = await refreshed(registry, first.tokens.refresh_token);
    expect(again.tokens.refresh_token).toBe(second.tokens.refresh_token);
    await expectAlive(again);
    await expectAlive(await refreshed(registry, second.tokens.refresh_token));
  });

  test('ends the session if it is sent again later', async ({ registry, email }) => {
    const stolen = await logIn(registry, email);
    const other = await logIn(registry, email);
    const honest = await refreshed(registry, stolen.tokens.refresh_token);
    later(registry, 31);
    expect((await refresh(registry, stolen.tokens.refresh_token)).statusCode).toBe(401);
    await expectEnded(registry, honest);
    await expectAlive(other);
  });

  test('ends the session if it is sent again after its successor was used', async ({ registry, email }) => {
    const first = await logIn(registry, email);
    const second = await refreshed(registry, first.tokens.refresh_token);
    const third = await refreshed(registry, second.tokens.refresh_token);
    expect((await refresh(registry, first.tokens.refresh_token)).statusCode).toBe(401);
    await expectEnded(registry, third);
  });

  test('sent twice at once returns one successor, not two', async ({ registry, email }) => {
    const first = await logIn(registry, email);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => refresh(registry, first.tokens.refresh_token)),
    );
    const tokens = answers.map((answer) => loginOf(registry.app, answer).tokens.refresh_token);
    expect(new Set(tokens).size).toBe(1);
    await expectAlive(await refreshed(registry, String(tokens[0])));
  });

  test('expires with its session, however often it was exchanged', async ({ registry, email }) => {
    let { tokens } = await logIn(registry, email);
    later(registry, 6 * DAY);
    tokens = (await refreshed(registry, tokens.refresh_token)).tokens;
    later(registry, 7 * DAY - 60);
    const last = await refreshed(registry, tokens.refresh_token);
    expect(last.tokens.expires_in).toBe(60);
    later(registry, 7 * DAY);
    await expectEnded(registry, last);
  });

  test('stops working with its user', async ({ registry }) => {
    const admin = await registry.as('ADMIN');
    const gone = await registry.as('TRADING_USER');
    const login = await logIn(registry, await emailOf(registry, gone));
    await admin.delete(`/user/delete/${gone.userId}`);
    await expectEnded(registry, login);
  });

  test('is not an access token, nor the reverse', async ({ registry, email }) => {
    const { tokens } = await logIn(registry, email);
    const authorization = `Bearer ${tokens.refresh_token}`;
    const answer = await registry.app.inject({ url: '/user/me', headers: { authorization } });
    expect(answer.statusCode).toBe(401);
    expect((await refresh(registry, tokens.access_token)).statusCode).toBe(401);
    expect((await refresh(registry, tokens.refresh_token)).statusCode).toBe(200);
  });

  test.for([
    ['', ''],
    ['in capitals', 'GCRR_'],
    ['cut short', `gcrr_${'0'.repeat(95)}`],
    ['of an unknown session', `gcrr_${'0'.repeat(96)}`],
  ] as const)(
    'that was never issued (%s) is refused, and ends nothing',
    async ([_, token], { registry, email }) => {
      const login = await logIn(registry, email);
      expect((await refresh(registry, token)).statusCode).toBe(401);
      await expectAlive(login);
    },
  );

  test('is stored only as hashes', async ({ registry, email }) => {
    const { tokens } = await logIn(registry, email);
    const { rows } = await registry.primary.query('SELECT to_jsonb(s)::text AS text FROM session s');
    const [family, secret] = [tokens.refresh_token.slice(5, 37), tokens.refresh_token.slice(37)];
    for (const { text } of rows) {
      expect(text).not.toContain(family);
      expect(text).not.toContain(secret);
    }
  });

  test('that is reused is logged, without the token', async ({ registry, user, email }) => {
    const captured = captureLog();
    const { config, database } = registry;
    let now = NOW;
    const app = await buildApp({ config, database, clock: () => now, log: captured.log });
    const first = await logIn({ app }, email);
    await refresh({ app }, first.tokens.refresh_token);
    now = new Date(NOW.getTime() + 60_000);
    const answer = await refresh({ app }, first.tokens.refresh_token);
    await app.close();
    expect(captured.lines()).toContainEqual(
      expect.objectContaining({
        msg: 'a refresh token was reused; its session has been ended',
        actor: user.userId,
        session_id: first.client.claims.sid,
        request_id: answer.headers['x-request-id'],
        method: 'POST',
        route: '/auth/refresh',
      }),
    );
    expect(captured.text()).not.toContain(first.tokens.refresh_token.slice(5));
  });
});

describe('a logout', () => {
  test('ends this session and no other, on the standby too', async ({ registry, email }) => {
    const [one, other] = [await logIn(registry, email), await logIn(registry, email)];
    expect((await one.client.post('/auth/logout')).json().message).toBe('You are logged out.');
    await expectEnded(registry, one);
    await expectAlive(other);
    expect((await one.client.post('/auth/logout')).statusCode).toBe(401);
  });

  test('of a refreshed session invalidates its earlier tokens', async ({ registry, email }) => {
    const first = await logIn(registry, email);
    const second = await refreshed(registry, first.tokens.refresh_token);
    await second.client.post('/auth/logout');
    await expectEnded(registry, first);
    await expectEnded(registry, second);
  });

  test('concurrent with a refresh leaves no valid token', async ({ registry, email }) => {
    for (let round = 0; round < 5; round++) {
      const login = await logIn(registry, email);
      const [next] = await Promise.all([
        refresh(registry, login.tokens.refresh_token),
        login.client.post('/auth/logout'),
      ]);
      if (next.statusCode === 200) await expectEnded(registry, loginOf(registry.app, next));
      await expectEnded(registry, login);
    }
  });
});

describe('a change of the password', () => {
  const NEW = 'another password entirely';
  const change = (client: Client, fields: object = {}) =>
    client.post('/auth/change_password', { current_password: PASSWORD, new_password: NEW, ...fields });

  async function somebody(registry: TestRegistry) {
    const client = await registry.as('PRODUCTION_USER');
    const username = await emailOf(registry, client);
    return { username, login: await logIn(registry, username), other: await logIn(registry, username) };
  }

  test('applies from the next login on, and ends all other sessions', async ({ registry }) => {
    const { username, login, other } = await somebody(registry);
    expect((await change(login.client)).statusCode).toBe(200);
    await expectAlive(login);
    await expectAlive(await refreshed(registry, login.tokens.refresh_token));
    await expectEnded(registry, other);
    expect((await post(registry.app, '/auth/login', { username, password: PASSWORD })).statusCode).toBe(401);
    await expectAlive(await logIn(registry, username, NEW));
  });

  test.for([
    ['a wrong current password', { current_password: 'a wrong password' }, 'body.current_password'],
    ['a new password that is too short', { new_password: 'short' }, 'body.new_password'],
    ['an unpaired surrogate', { new_password: 'long enough now \ud800' }, 'body.new_password'],
  ] as const)('by %s changes nothing', async ([_, fields, path], { registry }) => {
    const { username, login, other } = await somebody(registry);
    const answer = await change(login.client, fields);
    expect(answer.statusCode, answer.body).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path }]);
    await expectAlive(other);
    await expectAlive(await logIn(registry, username));
  });

  test("to one's own e-mail is refused", async ({ registry }) => {
    const { username, login } = await somebody(registry);
    const answer = await change(login.client, { new_password: username.toUpperCase() });
    expect(answer.json().errors).toMatchObject([{ path: 'body.new_password' }]);
  });

  test('sent twice at once happens once', async ({ registry }) => {
    const { username, login, other } = await somebody(registry);
    const passwords = ['the password of one', 'the password of two'];
    const answers = await Promise.all(
      [login, other].map(({ client }, index) => change(client, { new_password: passwords[index] })),
    );
    const changed = answers.filter(({ statusCode }) => statusCode === 200);
    expect(changed).toHaveLength(1);
    const wins = await Promise.all(
      passwords.map((password) => post(registry.app, '/auth/login', { username, password })),
    );
    expect(wins.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  });

  test('is throttled: wrong passwords count as failed logins', async ({ registry }) => {
    const { login } = await somebody(registry);
    const statuses: number[] = [];
    for (let guess = 0; guess < 11; guess++)
      statuses.push((await change(login.client, { current_password: `guess ${guess}` })).statusCode);
    expect(statuses).toEqual([...Array(10).fill(422), 429]);
    expect((await change(login.client)).statusCode).toBe(429);
  });

  test('with an Idempotency-Key is executed once', async ({ registry }) => {
    const { login } = await somebody(registry);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { current_password: PASSWORD, new_password: NEW };
    expect((await login.client.post('/auth/change_password', body, headers)).statusCode).toBe(200);
    const again = await login.client.post('/auth/change_password', body, headers);
    expect([again.statusCode, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
  });

  test('that was throttled can be repeated with its Idempotency-Key', async ({ registry }) => {
    const { login } = await somebody(registry);
    for (let guess = 0; guess < 10; guess++)
      await change(login.client, { current_password: `guess ${guess}` });
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { current_password: PASSWORD, new_password: NEW };
    expect((await login.client.post('/auth/change_password', body, headers)).statusCode).toBe(429);
    await registry.primary.query(`UPDATE login_throttle SET window_ends_at = now()`);
    expect((await login.client.post('/auth/change_password', body, headers)).statusCode).toBe(200);
  });
});

describe('an administrator', () => {
  const reset = (admin: Client, userId: number, password: string) =>
    admin.post(`/user/reset_password/${userId}`, { password });

  test('sets the password of another user, which ends all sessions of that user', async ({ registry }) => {
    const admin = await registry.as('ADMIN');
    const forgetful = await registry.as('PRODUCTION_USER');
    const username = await emailOf(registry, forgetful);
    const login = await logIn(registry, username);
    expect((await reset(admin, forgetful.userId, 'given by an administrator')).statusCode).toBe(200);
    await expectEnded(registry, login);
    expect((await post(registry.app, '/auth/login', { username, password: PASSWORD })).statusCode).toBe(401);
    await expectAlive(await logIn(registry, username, 'given by an administrator'));
  });

  test('must follow the rules for passwords, and cannot reset its own', async ({ registry }) => {
    const admin = await registry.as('ADMIN');
    const other = await registry.as('AUDIT_USER');
    expect((await reset(admin, other.userId, 'short')).statusCode).toBe(422);
    expect((await reset(admin, other.userId, await emailOf(registry, other))).statusCode).toBe(422);
    expect((await reset(admin, 999_999, 'long enough now')).statusCode).toBe(404);
    expect((await reset(admin, admin.userId, 'long enough now')).statusCode).toBe(409);
    expect(await statusOf(other)).toBe(200);
  });
});

describe('sessions', () => {
  test('that have expired are deleted by later logins', async ({ registry, email }) => {
    const count = async () =>
      (
        await registry.primary.query('SELECT count(*)::int AS n FROM session WHERE expires_at <= $1', [
          new Date(NOW.getTime() + 8 * DAY * 1_000),
        ])
      ).rows[0].n;
    expect(await count()).toBeGreaterThan(0);
    later(registry, 8 * DAY);
    while ((await count()) > 0) await logIn(registry, email);
    expect(await count()).toBe(0);
  });

  test('are limited to 1 000 per user: the least recently refreshed ends', async ({ registry }) => {
    const busy = await registry.as('AUDIT_USER');
    const username = await emailOf(registry, busy);
    const kept = await logIn(registry, username);
    await registry.primary.query(
      `INSERT INTO session (user_id, family_hash, secret_hash, created_at, refreshed_at, expires_at)
       SELECT $1, sha256(n::text::bytea), '', $2::timestamptz, $2::timestamptz - n * interval '1 s', 'infinity'
       FROM generate_series(1, 1100) AS n`,
      [busy.userId, NOW],
    );
    const newest = await logIn(registry, username);
    const { rows } = await registry.primary.query(
      'SELECT count(*)::int AS n FROM session WHERE user_id = $1',
      [busy.userId],
    );
    expect(rows[0].n).toBe(1_000);
    expect(await statusOf(kept.client)).toBe(200);
    expect(await statusOf(newest.client)).toBe(200);
  });
});
