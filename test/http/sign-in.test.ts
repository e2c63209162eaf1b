import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyId } from '../../src/authentication/access-token.ts';
import type { Client } from '../harness/client.ts';
import { NOW, openRegistry, PASSWORD, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let user: Client;
let email: string;

beforeAll(async () => {
  registry = await openRegistry();
  user = await registry.as('TRADING_USER');
  const { rows } = await registry.primary.query('SELECT email FROM registry_user WHERE id = $1', [
    user.userId,
  ]);
  email = rows[0].email;
});
afterAll(() => registry.close());

const login = (payload: object | string, type = 'application/json') =>
  registry.app.inject({ method: 'POST', url: '/auth/login', headers: { 'content-type': type }, payload });

const meWith = (authorization: string) =>
  registry.app.inject({ method: 'GET', url: '/user/me', headers: { authorization } });

describe('login', () => {
  test('takes JSON and gives a bearer token that works', async () => {
    const answer = await login({ username: email, password: PASSWORD });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ token_type: 'bearer', user_id: user.userId, expires_in: 3600 });
    const me = await meWith(`Bearer ${answer.json().access_token}`);
    expect(me.json()).toMatchObject({ id: user.userId, email });
  });

  test('takes a form, and the e-mail in any case', async () => {
    const form = new URLSearchParams({ username: email.toUpperCase(), password: PASSWORD }).toString();
    expect((await login(form, 'application/x-www-form-urlencoded')).statusCode).toBe(200);
  });

  test('answers an unknown e-mail and a wrong password alike', async () => {
    const wrong = await login({ username: email, password: 'wrong' });
    const unknown = await login({ username: 'nobody@example.com', password: 'wrong' });
    expect(wrong.statusCode).toBe(401);
    expect({ ...wrong.json(), instance: '' }).toEqual({ ...unknown.json(), instance: '' });
  });

  test('never shows a hash', async () => {
    const answers = [
      await login({ username: email, password: PASSWORD }),
      await user.get('/user/me'),
      await user.get('/user/list'),
    ];
    for (const { body } of answers) expect(body).not.toMatch(/argon2|hash/i);
  });
});

describe('a token', () => {
  const key = (secret: string) => new TextEncoder().encode(secret);
  const sign = (secret: string, { expires = 60, subject = String(user.userId), kid = keyId(secret) } = {}) =>
    new SignJWT({ sid: user.claims.sid })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setIssuer('gc-registry')
      .setSubject(subject)
      .setExpirationTime(Math.floor(NOW.getTime() / 1_000) + expires)
      .sign(key(secret));

  test('of the registry is taken', async () => {
    expect((await meWith(`Bearer ${await sign(registry.config.JWT_SECRET_KEY)}`)).statusCode).toBe(200);
  });

  const forged: Record<string, () => Promise<string> | string> = {
    'that has expired': () => sign(registry.config.JWT_SECRET_KEY, { expires: -1 }),
    'signed with another secret': () => sign('another secret that is long enough, or so'),
    'signed with another secret in the name of the right one': () =>
      sign('another secret that is long enough, or so', { kid: keyId(registry.config.JWT_SECRET_KEY) }),
    'of a user who does not exist': () => sign(registry.config.JWT_SECRET_KEY, { subject: '999999' }),
    'of no number': () => sign(registry.config.JWT_SECRET_KEY, { subject: 'admin' }),
    'that asks for no signature': () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const claims = { iss: 'gc-registry', sub: String(user.userId), exp: 4_000_000_000 };
      return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
    },
    'that was tampered with': async () => {
      const [header, , signature] = (await sign(registry.config.JWT_SECRET_KEY)).split('.');
      const claims = { iss: 'gc-registry', sub: '1', exp: 4_000_000_000 };
      return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    },
    'that is no token': () => 'nonsense',
    'that is empty': () => '',
  };

  test.each(Object.keys(forged))('%s is refused', async (name) => {
    const answer = await meWith(`Bearer ${await forged[name]?.()}`);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  test('stops with its user, and its role counts as it is now', async () => {
    const admin = await registry.as('ADMIN');
    const other = await registry.as('AUDIT_USER');
    expect((await other.post('/organisation/create', { name: 'X' })).statusCode).toBe(403);
    await admin.post(`/user/change_role/${other.userId}?role=4`);
    expect((await other.post('/organisation/create', { name: 'X' })).statusCode).toBe(201);
    await admin.delete(`/user/delete/${other.userId}`);
    expect((await other.get('/user/me')).statusCode).toBe(401);
  });
});
