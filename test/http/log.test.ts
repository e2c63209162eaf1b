import type { FastifyInstance } from 'fastify';
import { afterAll, describe, expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { clientAddressOf } from '../../src/operation/client-address.ts';
import { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { type CapturedLog, captureLog } from '../harness/log.ts';
import { NOW, PASSWORD } from '../harness/registry.ts';

let captured: CapturedLog;
let app: FastifyInstance;
let admin: Client;
let trader: Client;

/** A client of the application whose log is captured. */
const of = ({ authorization, userId }: Client) =>
  new Client(app, authorization.authorization.slice(7), userId);

test.beforeEach(async ({ registry, market }) => {
  await app?.close();
  captured = captureLog();
  const { config, database } = registry;
  app = await buildApp({ config, database, clock: () => NOW, log: captured.log });
  admin = of(market.admin);
  trader = of(market.trader);
});
afterAll(() => app.close());

describe('the log lines of a request', () => {
  test('carry its id, its route and its caller, and the last one the status', async ({ market }) => {
    const answer = await trader.get(`/account/${market.source.id}?secret=in-the-query`);
    const lines = captured.lines();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      request_id: answer.headers['x-request-id'],
      method: 'GET',
      route: '/account/:id',
      actor: market.trader.userId,
      status: 422,
      duration_ms: expect.any(Number),
      msg: 'request completed',
    });
    expect(captured.text()).not.toContain('in-the-query');
  });

  test('carry them if it fails, too', async ({ registry }) => {
    const broken = { ...registry.database, read: () => Promise.reject(new Error('a bug')) };
    const failing = await buildApp({
      config: registry.config,
      database: broken,
      clock: () => NOW,
      log: captured.log,
    });
    const answer = await failing.inject({ url: '/account/1', headers: trader.authorization });
    await failing.close();
    expect(answer.statusCode).toBe(500);
    const common = { request_id: answer.headers['x-request-id'], method: 'GET', route: '/account/:id' };
    const [failed, completed] = captured.lines();
    expect(failed).toMatchObject({ ...common, msg: 'request failed', err: { message: 'a bug' } });
    expect(completed).toMatchObject({ ...common, status: 500 });
  });

  test('name one route for both names of a path', async () => {
    await trader.get('/certificate/999999');
    await trader.get('/certificates/999999');
    expect(captured.lines().map(({ route }) => route)).toEqual(['/certificate/:id', '/certificate/:id']);
  });

  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', clientAddressOf('2001:db8:1:2::')],
  ])('name the network of the client: %s is %s', async (remoteAddress, client) => {
    await app.inject({ url: '/health', remoteAddress });
    await app.inject({ url: '/account/%E0%A4%A', remoteAddress });
    expect(captured.lines().map((line) => line.client)).toEqual([client, client]);
    expect(captured.text()).not.toContain('3:4:5:6');
  });

  test('name no caller without a token, and no route for an unknown path', async () => {
    await app.inject({ url: '/no/such/path' });
    await app.inject({ url: '/account/1' });
    expect(captured.lines()).toMatchObject([{ route: '(none)' }, { route: '/account/:id', status: 401 }]);
    for (const line of captured.lines()) expect(line).not.toHaveProperty('actor');
  });
});

test('an unparsable path is logged, without its text', async () => {
  const answer = await app.inject({ url: '/account/%E0%A4%A' });
  const line = { request_id: answer.headers['x-request-id'], method: 'GET', route: '(none)', status: 400 };
  expect(captured.lines()).toMatchObject([line]);
  expect(captured.text()).not.toContain('E0');
});

describe('secrets', () => {
  test('of requests are not logged at any level', async ({ registry }) => {
    const { rows } = await registry.primary.query('SELECT email FROM registry_user WHERE id = $1', [
      trader.userId,
    ]);
    const logIn = (password: string) =>
      app.inject({ method: 'POST', url: '/auth/login', payload: { username: rows[0].email, password } });
    const { access_token: token } = (await logIn(PASSWORD)).json();
    await logIn('a wrong password');
    await app.inject({
      url: '/user/me',
      headers: { authorization: `Bearer ${token}`, 'x-api-key': 'a key' },
    });
    await admin.post('/user/create', {
      name: 'N',
      email: `${crypto.randomUUID()}@example.com`,
      role: 1,
      password: 'a brand new password',
    });
    expect(captured.lines()).toHaveLength(4);
    for (const secret of [PASSWORD, 'a wrong password', 'a brand new password', 'a key', token]) {
      expect(captured.text()).not.toContain(secret);
    }
  });

  test('in fields of a line are redacted', () => {
    const { authorization } = trader.authorization;
    captured.log.info({
      password: 'hunter2',
      headers: { authorization },
      req: { headers: { cookie: 'c00kie' } },
    });
    captured.log.child({ token: 'hunter2' }).info({ user: { refresh_token: 'hunter2' } }, 'text');
    for (const secret of ['hunter2', authorization, 'c00kie']) expect(captured.text()).not.toContain(secret);
  });

  test('among the parameters of a failed statement are not logged', async ({ registry }) => {
    const failing = registry.database.transact({ userId: null, requestId: null }, async (tx) => {
      await tx.orm.query.registryUser.findFirst({
        where: (user, { eq }) => eq(user.name, 'the secret hash'),
      });
      await tx.orm.execute(`SELECT 1/0`);
    });
    const error = await failing.catch((thrown: unknown) => thrown);
    captured.log.error({ err: error }, 'failed');
    expect(captured.lines()[0]).toMatchObject({ err: { cause: { code: '22012' } } });
    const drizzle = Object.assign(new Error('Failed query: SELECT $1\nparams: the secret hash\nand more'), {
      query: 'SELECT $1',
      params: ['the secret hash'],
      cause: Object.assign(new Error('not null'), {
        code: '23502',
        detail: 'Failing row contains (the secret hash).',
      }),
    });
    captured.log.error({ err: drizzle }, 'failed');
    expect(captured.lines()[1]).toMatchObject({
      err: { message: 'Failed query: SELECT $1', cause: { message: 'not null', code: '23502' } },
    });
    expect(captured.text()).not.toContain('the secret hash');
  });
});

describe('POST /change_log_level', () => {
  const change = (client: Client, level: unknown) => client.post('/change_log_level', { level });

  test('changes the level of this process from the next line on, and returns both levels', async () => {
    expect((await change(admin, 'error')).json()).toMatchObject({ old_level: 'trace', new_level: 'error' });
    const before = captured.lines().length;
    await trader.get('/user/me');
    expect(captured.lines()).toHaveLength(before);
    expect((await change(admin, 'info')).json()).toMatchObject({ old_level: 'error', new_level: 'info' });
    await trader.get('/user/me');
    expect(captured.lines().at(-1)).toMatchObject({ route: '/user/me' });
  });

  test('leaves other processes unchanged, and says so', async ({ registry }) => {
    const answer = await change(admin, 'fatal');
    expect(answer.json().message).toContain('of this process is now');
    expect(registry.app.log.level).not.toBe('fatal');
  });

  test.each([
    ['silent', 'silent'],
    ['fatal', 'silent'],
    ['silent', 'debug'],
  ])('is logged with its user, from %s to %s', async (from, to) => {
    await change(admin, from);
    await change(admin, to);
    const changes = captured.lines().filter(({ msg }) => msg === 'the log level was changed');
    expect(changes.at(-1)).toMatchObject({
      from,
      to,
      actor: admin.userId,
      request_id: expect.any(String),
      method: 'POST',
      route: '/change_log_level',
    });
  });

  test.each([
    ['WARNING', 'warn'],
    ['CRITICAL', 'fatal'],
    ['DEBUG', 'debug'],
  ])('accepts %s, the name that Python uses', async (level, meant) => {
    expect((await change(admin, level)).json()).toMatchObject({ new_level: meant });
  });

  test.each(['loud', '', 'constructor', 3, null])('refuses %s, and changes nothing', async (level) => {
    expect((await change(admin, level)).statusCode).toBe(422);
    expect(captured.log.level).toBe('trace');
  });

  test('requires an administrator', async () => {
    expect((await change(trader, 'debug')).statusCode).toBe(403);
    expect((await app.inject({ method: 'POST', url: '/change_log_level', payload: {} })).statusCode).toBe(
      401,
    );
  });
});
