import { createHmac } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect } from 'vitest';
import { keyId } from '../../src/authentication/access-token.ts';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { NOW, PASSWORD, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let user: Client;
let email: string;

const test = baseTest.extend('settings', { scope: 'file' }, { ACCESS_TOKEN_EXPIRE_MINUTES: '30' });

test.beforeAll(async ({ registry: opened }) => {
  registry = opened;
  user = await registry.as('TRADING_USER');
  email = (await user.get('/user/me')).json().email;
});
test.beforeEach(() => registry.setClock(NOW));

const minutesLater = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const login = (payload: object | string, type = 'application/json') =>
  registry.app.inject({ method: 'POST', url: '/auth/login', headers: { 'content-type': type }, payload });
const FORM = 'application/x-www-form-urlencoded';

const meWith = (authorization: string) =>
  registry.app.inject({ method: 'GET', url: '/user/me', headers: { authorization } });

const token = async () => (await login({ username: email, password: PASSWORD })).json().access_token;

function expectUnauthenticated(answer: Awaited<ReturnType<typeof meWith>>): void {
  expect(answer.statusCode, answer.body).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ status: 401, title: 'Unauthorized' });
}

describe('a login', () => {
  test('accepts the e-mail in any case, and returns no hash', async () => {
    const answer = await login({ username: email.toUpperCase(), password: PASSWORD });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ token_type: 'bearer', user_id: user.userId });
    const me = await meWith(`Bearer ${answer.json().access_token}`);
    expect(me.json()).toMatchObject({ id: user.userId, email });
    for (const { body } of [answer, me, await user.get('/user/list')])
      expect(body).not.toMatch(/argon2|hash/i);
  });

  test('accepts the form that Swagger UI sends', async () => {
    const form = new URLSearchParams({
      grant_type: 'password',
      username: email,
      password: PASSWORD,
      scope: '',
      client_id: '',
      client_secret: '',
    });
    const answer = await login(form.toString(), FORM);
    expect(answer.json()).toMatchObject({ token_type: 'bearer', user_id: user.userId, expires_in: 1_800 });
  });

  test.each([
    ['in another case', PASSWORD.toUpperCase()],
    ['followed by a blank', `${PASSWORD} `],
    ['cut short', PASSWORD.slice(0, -1)],
    ['that is empty', ''],
    ['followed by a NUL', `${PASSWORD}\u0000`],
    ['with an unpaired surrogate', `${PASSWORD}\ud800`],
  ])('refuses a password %s', async (_, password) => {
    expectUnauthenticated(await login({ username: email, password }));
  });

  test.each(["' OR 1=1 --", '%', '_@example.com', ''])('refuses the e-mail %s', async (username) => {
    expectUnauthenticated(await login({ username, password: PASSWORD }));
  });

  test.each([
    [{ password: PASSWORD }, ['body.username']],
    [{ username: 'a@example.com' }, ['body.password']],
    [{}, ['body.username', 'body.password']],
    [{ username: 7, password: null }, ['body.username', 'body.password']],
    [{ username: ['a'], password: { $ne: '' } }, ['body.username', 'body.password']],
    [{ username: 'x'.repeat(321), password: 'x'.repeat(1_025) }, ['body.username', 'body.password']],
  ])('with the body %j names the invalid fields', async (payload, paths) => {
    const answer = await login(payload);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  test('gives the same response, headers included, for an unknown e-mail and for a wrong password', async () => {
    const answers = [
      await login({ username: email, password: 'wrong' }),
      await login({ username: 'nobody@example.com', password: 'wrong' }),
      await login({ username: 'nobody@example.com', password: PASSWORD }),
    ];
    const seen = answers.map(({ statusCode, headers, json }) => {
      const { date: _date, 'x-request-id': _id, 'registry-consistency': _position, ...constant } = headers;
      // Counts the requests of an address, whichever e-mail they name.
      const { 'ratelimit-remaining': _left, 'ratelimit-reset': _reset, ...rest } = constant;
      return { statusCode, rest, names: Object.keys(headers), document: { ...json(), instance: '' } };
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test('returns a token that must not be cached', async () => {
    const { headers } = await login({ username: email, password: PASSWORD });
    expect(headers['cache-control']).toBe('no-store');
  });

  test('writes no password to the journal', async () => {
    await login({ username: email, password: 'a very particular password' });
    const { rows } = await registry.primary.query(
      `SELECT count(*)::int AS n FROM journal WHERE journal::text LIKE '%very particular%'`,
    );
    expect(rows[0].n).toBe(0);
  });
});

describe('an access token', () => {
  test('is valid until it expires, and not a second longer', async () => {
    const authorization = `Bearer ${await token()}`;
    registry.setClock(minutesLater(29));
    expect((await meWith(authorization)).statusCode).toBe(200);
    registry.setClock(minutesLater(30));
    expectUnauthenticated(await meWith(authorization));
  });

  test('names the user, and contains neither role nor accounts nor e-mail', async () => {
    const [, claims = ''] = (await token()).split('.');
    const payload = JSON.parse(Buffer.from(claims, 'base64url').toString());
    expect(Object.keys(payload).sort()).toEqual(['exp', 'iat', 'iss', 'sid', 'sub']);
    expect(payload.sub).toBe(String(user.userId));
  });

  test.each([
    ['bearer', 200],
    ['BEARER', 200],
    ['Basic', 401],
    ['Token', 401],
    ['', 401],
  ])('after the scheme "%s" receives %i', async (scheme, status) => {
    expect((await meWith(`${scheme} ${await token()}`)).statusCode).toBe(status);
  });

  test('cannot be sent twice', async () => {
    const one = await token();
    expectUnauthenticated(await meWith(`Bearer ${one} ${one}`));
    expectUnauthenticated(await meWith(`Bearer ${one},${one}`));
  });

  test('is not accepted in the query string, a cookie or the body', async () => {
    const one = await token();
    const answers = [
      await registry.app.inject({ method: 'GET', url: `/user/me?access_token=${one}&token=${one}` }),
      await registry.app.inject({
        method: 'GET',
        url: '/user/me',
        headers: { cookie: `access_token=${one}` },
      }),
    ];
    for (const answer of answers) expectUnauthenticated(answer);
  });

  test('that is missing is reported before any other error', async () => {
    const bodies = ['{"truncated', JSON.stringify({ name: 'x'.repeat(10_000_000) }), '[]'];
    for (const payload of bodies) {
      const headers = { 'content-type': 'application/json' };
      expectUnauthenticated(
        await registry.app.inject({ method: 'POST', url: '/account/create', headers, payload }),
      );
    }
  });

  const expires = Math.floor(NOW.getTime() / 1_000) + 600;
  const good = () => ({ iss: 'gc-registry', sub: String(user.userId), sid: user.claims.sid, exp: expires });
  /** Signed by hand, because a library refuses to create some of these tokens. */
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (
    claims: object,
    alg = 'HS256',
    header: object = {},
    secret = registry.config.JWT_SECRET_KEY,
  ) => {
    const input = `${part({ alg, kid: keyId(registry.config.JWT_SECRET_KEY), ...header })}.${part(claims)}`;
    const hash = alg === 'HS512' ? 'sha512' : 'sha256';
    return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
  };

  test("created like the registry's own is accepted, so the following tests are meaningful", async () => {
    expect((await meWith(`Bearer ${signed(good())}`)).statusCode).toBe(200);
  });

  const ANOTHER_SECRET = 'another secret that is long enough, or so';
  const forged: Record<string, () => Promise<string> | string> = {
    'of another issuer': () => signed({ ...good(), iss: 'somebody-else' }),
    'without an issuer': () => signed({ ...good(), iss: undefined }),
    'without an expiry': () => signed({ ...good(), exp: undefined }),
    'whose expiry is not a number': () => signed({ ...good(), exp: 'never' }),
    'that is not yet valid': () => signed({ ...good(), nbf: expires - 1 }),
    'without a user': () => signed({ ...good(), sub: undefined }),
    'without a session': () => signed({ ...good(), sid: undefined }),
    'of an unknown session': () => signed({ ...good(), sid: 999_999 }),
    "of another user's session": async () =>
      signed({ ...good(), sid: (await registry.as('ADMIN')).claims.sid }),
    'whose session is a text': () => signed({ ...good(), sid: String(user.claims.sid) }),
    'without a key id': () => signed(good(), 'HS256', { kid: undefined }),
    'with an unknown key id': () => signed(good(), 'HS256', { kid: 'another' }),
    'of user id 0': () => signed({ ...good(), sub: '0' }),
    'of a negative user id': () => signed({ ...good(), sub: '-1' }),
    'of a user id with a fraction': () => signed({ ...good(), sub: '1.5' }),
    'of a user id out of range': () => signed({ ...good(), sub: '1e300' }),
    'of an empty user id': () => signed({ ...good(), sub: '' }),
    'signed by another algorithm with the same secret': () => signed(good(), 'HS512'),
    'signed with a key pair of the client': async () => {
      const { privateKey } = await generateKeyPair('ES256');
      return new SignJWT(good()).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    },
    'with an unknown critical header': () => signed(good(), 'HS256', { crit: ['x'], x: 1 }),
    'of an unknown user': () => signed({ ...good(), sub: '999999' }),
    'signed with another secret': () =>
      signed(good(), 'HS256', { kid: keyId(ANOTHER_SECRET) }, ANOTHER_SECRET),
    'signed with another secret, with the key id of the right one': () =>
      signed(good(), 'HS256', {}, ANOTHER_SECRET),
    'that declares the algorithm "none"': () => `${part({ alg: 'none', typ: 'JWT' })}.${part(good())}.`,
    'whose claims were changed after signing': () => {
      const [header, , signature] = signed(good()).split('.');
      return `${header}.${part({ ...good(), exp: expires + 1 })}.${signature}`;
    },
    'that is not a JWT': () => 'nonsense',
    'that is empty': () => '',
    'without a signature': () => `${signed(good()).split('.').slice(0, 2).join('.')}.`,
    'with a signature cut short': () => signed(good()).slice(0, -4),
    'with an additional part': () => `${signed(good())}.x`,
  };

  test.each(Object.keys(forged))('%s is refused', async (name) => {
    const made = await forged[name]?.();
    expectUnauthenticated(await meWith(`Bearer ${made}`));
  });

  test('works for writes as for reads, and stops with its user', async () => {
    const admin = await registry.as('ADMIN');
    const gone = await registry.as('PRODUCTION_USER');
    const write = () => gone.post('/account/create', { account_name: `A ${crypto.randomUUID()}` });
    expect((await write()).statusCode).toBe(201);
    await admin.delete(`/user/delete/${gone.userId}`);
    expectUnauthenticated(await write());
    expectUnauthenticated(await gone.get('/account/list'));
  });

  test('has the permissions of a new role of its user at once', async () => {
    const admin = await registry.as('ADMIN');
    const promoted = await registry.as('AUDIT_USER');
    expect((await promoted.post('/organisation/create', { name: 'X' })).statusCode).toBe(403);
    await admin.post(`/user/change_role/${promoted.userId}`, { role: 'ADMIN' });
    expect((await promoted.post('/organisation/create', { name: 'X' })).statusCode).toBe(201);
  });

  test("loses the permissions of the user's earlier role at once", async () => {
    const admin = await registry.as('ADMIN');
    const once = await registry.as('ADMIN');
    await admin.post(`/user/change_role/${once.userId}`, { role: 'AUDIT_USER' });
    expect((await once.post('/organisation/create', { name: 'X' })).statusCode).toBe(403);
    expect((await once.get('/account/list')).json()).toEqual([]);
  });
});
