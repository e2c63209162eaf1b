import type { FastifyInstance } from 'fastify';
import { describe, expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { generateApiKey } from '../../src/authentication/secret.ts';
import type { Database } from '../../src/database/database.ts';
import { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { NOW } from '../harness/registry.ts';

const PER_MINUTE = 5;

const test = baseTest.extend(
  'settings',
  { scope: 'file' },
  {
    RATE_LIMIT_PER_MINUTE: String(PER_MINUTE),
    TRUSTED_PROXIES: '10.0.0.0/8',
  },
);

let one: Client;
let other: Client;
let app: FastifyInstance;

/** A process without any counts, and users who have not called it yet. */
test.beforeEach(async ({ registry }) => {
  const { config, database } = registry;
  app = await buildApp({ config, database, clock: () => NOW, log: registry.app.log });
  [one, other] = [at(await registry.as('TRADING_USER')), at(await registry.as('TRADING_USER'))];
  return () => app.close();
});

const at = ({ authorization, userId }: Client) =>
  new Client(app, authorization.authorization.slice('Bearer '.length), userId);

async function statuses(times: number, call: () => Promise<{ statusCode: number }>): Promise<number[]> {
  const seen: number[] = [];
  for (let number = 0; number < times; number++) seen.push((await call()).statusCode);
  return seen;
}

const allowed = Array(PER_MINUTE).fill(200);

describe('a caller over its limit', () => {
  test('receives 429 with the time to wait, while others are served', async () => {
    expect(await statuses(PER_MINUTE + 1, () => one.get('/user/me'))).toEqual([...allowed, 429]);
    const refused = await one.get('/account/list');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.json()).toMatchObject({ status: 429, title: 'Too Many Requests' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await other.get('/user/me')).statusCode).toBe(200);
  });

  test('changes nothing by the refused requests', async ({ registry }) => {
    const admin = at(await registry.as('ADMIN'));
    const create = () => admin.post('/organisation/create', { name: crypto.randomUUID() });
    const count = async () =>
      (await registry.primary.query('SELECT count(*)::int AS n FROM organisation')).rows[0].n;
    const before = await count();
    const answers = await Promise.all(Array.from({ length: PER_MINUTE * 3 }, create));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(PER_MINUTE);
    expect((await count()) - before).toBe(PER_MINUTE);
  });

  test('sees its remaining requests in each response', async () => {
    const { headers } = await one.get('/user/me');
    expect(headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '4' });
    expect(Number(headers['ratelimit-reset'])).toBeLessThanOrEqual(60);
    expect((await one.get('/user/me')).headers).toMatchObject({ 'ratelimit-remaining': '3' });
  });

  test('is counted across all of its tokens', async ({ registry }) => {
    const again = at(await registry.again(one));
    await statuses(3, () => one.get('/user/me'));
    expect(await statuses(3, () => again.get('/user/me'))).toEqual([200, 200, 429]);
  });
});

test('all API keys of a user share its limit', async () => {
  const keys: Client[] = [];
  for (let number = 0; number < 2; number++) {
    const made = await one.post('/auth/api_keys', { name: 'K', permissions: ['read'] });
    keys.push(new Client(app, made.json().api_key, one.userId));
  }
  const [first, second] = keys;
  expect(await statuses(2, () => first?.get('/user/me') ?? one.get('/'))).toEqual([200, 200]);
  expect(await statuses(2, () => second?.get('/user/me') ?? one.get('/'))).toEqual([200, 429]);
  expect((await one.get('/user/me')).statusCode).toBe(429);
  expect((await other.get('/user/me')).statusCode).toBe(200);
});

test('what a user may not do counts for the user, and not for its network', async () => {
  const forbidden = () => one.post('/organisation/create', { name: crypto.randomUUID() });
  expect(await statuses(PER_MINUTE + 1, forbidden)).toEqual([...Array(PER_MINUTE).fill(403), 429]);
  expect((await other.get('/user/me')).statusCode).toBe(200);
  const login = await app.inject({ method: 'POST', url: '/auth/refresh', payload: { refresh_token: 'x' } });
  expect(login.statusCode).toBe(401);
});

describe('an unknown caller is counted by network', () => {
  const login = (remoteAddress: string) =>
    app.inject({ method: 'POST', url: '/auth/refresh', payload: { refresh_token: 'x' }, remoteAddress });

  test('at public operations', async () => {
    const seen = await statuses(PER_MINUTE + 1, () => login('192.0.2.1'));
    expect(seen).toEqual([...Array(PER_MINUTE).fill(401), 429]);
    expect((await login('192.0.2.2')).statusCode).toBe(401);
  });

  test('with forged tokens and keys', async () => {
    const call = () =>
      app.inject({ url: '/user/me', remoteAddress: '192.0.2.3', headers: { authorization: 'Bearer x' } });
    expect(await statuses(PER_MINUTE + 1, call)).toEqual([...Array(PER_MINUTE).fill(401), 429]);
    // They are counted apart from logins, which others of the network need.
    expect((await login('192.0.2.3')).statusCode).toBe(401);
  });

  describe('and is not looked up any more once it is over the limit', () => {
    let lookUps = 0;
    const from = '192.0.2.5';
    const shows = (apiKey: string) =>
      app.inject({ url: '/user/me', remoteAddress: from, headers: { 'x-api-key': apiKey } });

    test.beforeEach(async ({ registry }) => {
      lookUps = 0;
      const counted: Database = {
        ...registry.database,
        read: (...args) => {
          lookUps += 1;
          return registry.database.read(...args);
        },
        readPrimary: (work) => {
          lookUps += 1;
          return registry.database.readPrimary(work);
        },
      };
      const served = { config: registry.config, database: counted, clock: () => NOW, log: registry.app.log };
      app = await buildApp(served);
      return () => app.close();
    });

    test('with any number of made-up API keys', async () => {
      const seen = await statuses(PER_MINUTE * 4, () => shows(generateApiKey()));
      expect(seen).toEqual([...Array(PER_MINUTE).fill(401), ...Array(PER_MINUTE * 3).fill(429)]);
      // Each was looked up on the standby, then on the primary.
      expect(lookUps).toBe(PER_MINUTE * 2);
    });

    test('and neither is a known caller over its limit', async ({ registry }) => {
      const client = at(await registry.as('TRADING_USER'));
      await statuses(PER_MINUTE + 1, () => client.get('/user/me'));
      lookUps = 0;
      expect(await statuses(3, () => client.get('/user/me'))).toEqual([429, 429, 429]);
      expect(lookUps).toBe(0);
    });

    test('while credentials that were accepted there before are still served', async ({ registry }) => {
      const made = await registry
        .as('TRADING_USER')
        .then((user) => user.post('/auth/api_keys', { name: 'K', permissions: ['read'] }));
      const { api_key: known } = made.json();
      expect((await shows(known)).statusCode).toBe(200);
      await statuses(PER_MINUTE * 2, () => shows(generateApiKey()));
      expect((await shows(known)).statusCode).toBe(200);
      const fresh = await shows(
        (await one.post('/auth/api_keys', { name: 'K', permissions: ['read'] })).json().api_key,
      );
      expect(fresh.statusCode).toBe(429);
      expect(Number(fresh.headers['retry-after'])).toBeGreaterThan(0);
    });
  });

  test('for an IPv6 network as a whole', async () => {
    let host = 0;
    const seen = await statuses(PER_MINUTE + 1, () => login(`2001:db8:1:2::${++host}`));
    expect(seen.at(-1)).toBe(429);
    expect((await login('2001:db8:1:3::1')).statusCode).toBe(401);
  });

  test('by IPv6 site, with a limit four times as high', async () => {
    let network = 0;
    const next = () => login(`2001:db8:4:${(++network).toString(16)}::1`);
    expect(await statuses(4 * PER_MINUTE + 1, next)).toEqual([...Array(4 * PER_MINUTE).fill(401), 429]);
    expect((await next()).headers).toMatchObject({ 'ratelimit-limit': '20', 'ratelimit-remaining': '0' });
    expect((await login('2001:db8:5::1')).statusCode).toBe(401);
  });

  test('by the address that only a trusted proxy can state', async () => {
    let host = 0;
    const through = (proxy: string) => () =>
      app.inject({
        method: 'POST',
        url: '/auth/refresh',
        payload: { refresh_token: 'x' },
        remoteAddress: proxy,
        headers: { 'x-forwarded-for': `198.51.100.${++host}` },
      });
    expect(await statuses(10, through('10.1.2.3'))).toEqual(Array(10).fill(401));
    expect((await statuses(10, through('192.0.2.4'))).at(-1)).toBe(429);
  });
});

describe('pages', () => {
  const from = (remoteAddress: string, url: string) => app.inject({ url, remoteAddress });

  test.for([
    ['/openapi.json', 200],
    ['/docs/json', 200],
    ['/docs/', 200],
    ['/redoc', 200],
    ['/', 200],
    ['/no/such/path', 404],
  ] as const)('%s is counted by network', async ([url, status]) => {
    const seen = await statuses(PER_MINUTE + 1, () => from('192.0.2.20', url));
    expect(seen).toEqual([...Array(PER_MINUTE).fill(status), 429]);
    const refused = await from('192.0.2.20', url);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await from('192.0.2.21', url)).statusCode).toBe(status);
  });

  test('are counted together, with methods that a path does not have', async () => {
    const others = () => app.inject({ method: 'DELETE', url: '/user/me', remoteAddress: '192.0.2.22' });
    expect(await statuses(PER_MINUTE, others)).toEqual(Array(PER_MINUTE).fill(405));
    expect((await from('192.0.2.22', '/openapi.json')).statusCode).toBe(429);
  });

  test('do not keep their network from the operations', async () => {
    await statuses(PER_MINUTE + 1, () => from('127.0.0.1', '/openapi.json'));
    expect((await one.get('/user/me')).statusCode).toBe(200);
    const refresh = { method: 'POST', url: '/auth/refresh', payload: { refresh_token: 'x' } } as const;
    expect((await app.inject(refresh)).statusCode).toBe(401);
  });
});

test('metrics are never limited', async () => {
  const seen = await statuses(PER_MINUTE * 3, () => app.inject({ url: '/metrics' }));
  expect(seen).toEqual(Array(PER_MINUTE * 3).fill(401));
});

test('health is never limited', async () => {
  for (const url of ['/health', '/health/ready']) {
    const seen = await statuses(PER_MINUTE * 3, () => app.inject({ url }));
    expect(seen).toEqual(Array(PER_MINUTE * 3).fill(200));
  }
});

test('without a limit, requests are not counted', async ({ registry }) => {
  const free = await buildApp({
    config: { ...registry.config, RATE_LIMIT_PER_MINUTE: 0 },
    database: registry.database,
    clock: () => NOW,
    log: registry.app.log,
  });
  const { authorization } = one;
  const answer = await free.inject({ url: '/user/me', headers: authorization });
  expect(answer.headers).not.toHaveProperty('ratelimit-limit');
  await free.close();
});
