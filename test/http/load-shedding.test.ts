import { sql } from 'drizzle-orm';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { operations } from '../../src/http/operations.ts';
import { Client } from '../harness/client.ts';
import { testWithOwnRegistry as baseTest } from '../harness/fixtures.ts';
import { captureLog } from '../harness/log.ts';
import { metricsAuthorization, metricsOf } from '../harness/metrics.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend(
  'settings',
  { scope: 'file' },
  {
    DATABASE_POOL_SIZE: '1',
    DATABASE_MAX_WAITING: '2',
    MAX_EVENT_LOOP_DELAY_MS: '500',
    MAX_MUTATIONS_PER_USER: '',
  },
);

let admin: Client;

test.beforeEach(async ({ registry }) => {
  admin = await registry.as('ADMIN');
});

function expectShed(answer: LightMyRequestResponse): void {
  expect(answer.statusCode, answer.body).toBe(503);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.json()).toMatchObject({ type: 'urn:gc-registry:problem:overloaded', status: 503 });
}

let letGo = () => {};

/** Holds the only connection for writes until it is released. */
async function holdWrites(registry: TestRegistry): Promise<void> {
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await new Promise<void>((holding) => {
    void registry.database.transact({ userId: null, requestId: null }, () => {
      holding();
      return held;
    });
  });
}

const name = () => `Organisation ${crypto.randomUUID()}`;
const create = (by = admin) => by.post('/organisation/create', { name: name() });
const waiting = (registry: TestRegistry, use: 'write' | 'read', many: number) =>
  vi.waitFor(() => expect(registry.database.waiting(use)).toBe(many), { timeout: 20_000, interval: 5 });

describe('while too many requests wait for a connection for writes', () => {
  let queued: Promise<LightMyRequestResponse>[];

  test.beforeEach(async ({ registry }) => {
    // Each of another user: one user alone cannot fill the queue.
    const users = await Promise.all(Array.from({ length: 3 }, () => registry.as('ADMIN')));
    await holdWrites(registry);
    queued = [];
    for (const user of users) {
      queued.push(create(user));
      await waiting(registry, 'write', queued.length);
    }
  });

  /** All accepted requests are completed once connections are available again. */
  const finish = async () => {
    letGo();
    for (const answer of await Promise.all(queued)) expect(answer.statusCode, answer.body).toBe(201);
  };

  test('a further mutation is rejected at once with Retry-After, and changes nothing', async ({
    registry,
  }) => {
    expectShed(await create());
    expectShed(await registry.app.inject({ method: 'POST', url: '/organisation/create' }));
    await finish();
    const { rows } = await registry.primary.query('SELECT count(*)::int AS n FROM organisation');
    expect(rows[0].n).toBe(3);
    expect((await create()).statusCode).toBe(201);
  });

  test('reads, which do not need that connection, are answered', async () => {
    expect((await admin.get('/organisation/list')).statusCode).toBe(200);
    await finish();
  });

  test('health and metrics answer, and report it', async ({ registry }) => {
    await create();
    expect((await registry.app.inject('/health')).statusCode).toBe(200);
    const ready = (await registry.app.inject('/health/ready')).json();
    expect(ready).toMatchObject({ status: 'degraded', load: { shedding: 'connections' } });
    const metrics = await metricsOf(registry.app);
    expect(metrics.value('registry_http_requests_shed_total', { reason: 'connections' })).toBe(1);
    const pool = { server: 'primary', use: 'write' };
    expect(metrics.value('registry_pool_size', pool)).toBe(1);
    expect(metrics.value('registry_pool_connections', { ...pool, state: 'busy' })).toBe(1);
    expect(metrics.value('registry_pool_connections', { ...pool, state: 'idle' })).toBe(0);
    expect(metrics.value('registry_pool_waiting', pool)).toBe(3);
    await finish();
  });
});

test('while too many requests wait for a connection for reads, reads are rejected and mutations are not', async ({
  registry,
}) => {
  // The only connection for reads waits for a lock that the test holds.
  const holder = await registry.standby.connect();
  await holder.query('SELECT pg_advisory_lock(1)');
  const held = registry.database.read(({ execute }) => execute(sql`SELECT pg_advisory_xact_lock(1)`));
  await vi.waitFor(() => {
    const pool = registry.database
      .pools()
      .find(({ server, use }) => server === 'standby 1' && use === 'read');
    expect(pool).toMatchObject({ connections: 1, idle: 0 });
  }, 20_000);
  // Requests of the same moment share the lookup of their callers, and so one connection: the queue is filled below HTTP.
  const queued: Promise<unknown>[] = [];
  for (let many = 1; many <= 3; many++) {
    queued.push(registry.database.read(({ execute }) => execute(sql`SELECT 1`)));
    await waiting(registry, 'read', many);
  }
  expectShed(await admin.get('/organisation/list'));
  expect((await create()).statusCode).toBe(201);
  await holder.query('SELECT pg_advisory_unlock(1)');
  holder.release();
  await Promise.all([held, ...queued]);
  expect((await admin.get('/organisation/list')).statusCode).toBe(200);
});

describe('while the event loop is late', () => {
  test('reads and writes are rejected; health and metrics are not', async ({ registry }) => {
    let delayMs = 500;
    const { log, lines } = captureLog('info');
    const { config, database } = registry;
    const eventLoop = { delayMs: () => delayMs, stop: () => {} };
    const app = await buildApp({ config, database, log, clock: () => NOW, eventLoop });
    const client = new Client(app, admin.authorization.authorization.slice('Bearer '.length), admin.userId);
    expect((await client.get('/user/me')).statusCode).toBe(200);
    delayMs = 501;
    expectShed(await client.get('/user/me'));
    expectShed(await client.post('/organisation/create', { name: name() }));
    expectShed(await app.inject({ method: 'POST', url: '/auth/login' }));
    for (const url of ['/health', '/health/ready', '/metrics']) {
      expect((await app.inject({ url, headers: metricsAuthorization })).statusCode, url).toBe(200);
    }
    expect((await app.inject('/health/ready')).json().load).toEqual({ shedding: 'event loop' });
    const metrics = await metricsOf(app);
    expect(metrics.value('registry_http_requests_shed_total', { reason: 'event loop' })).toBe(3);
    // One short line each: a log full of stack traces would add load.
    expect(lines().filter(({ status }) => status === 503)).toHaveLength(3);
    expect(lines().filter(({ msg }) => msg === 'request failed')).toEqual([]);
    delayMs = 0;
    expect((await client.get('/user/me')).statusCode).toBe(200);
    await app.close();
  });
});

test('a blocked event loop is detected by the application itself', async ({ registry }) => {
  const { config, database } = registry;
  const strict = { ...config, MAX_EVENT_LOOP_DELAY_MS: 100 };
  const app = await buildApp({ config: strict, database, log: captureLog().log, clock: () => NOW });
  onTestFinished(() => app.close());
  const client = new Client(app, admin.authorization.authorization.slice('Bearer '.length), admin.userId);
  expect((await client.get('/user/me')).statusCode).toBe(200);
  // Each turn of the loop takes longer than the sampling interval and the limit together, so every sample is late.
  const blocking = setInterval(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500), 1);
  onTestFinished(() => clearInterval(blocking));
  await vi.waitFor(async () => expectShed(await client.get('/user/me')), { timeout: 30_000, interval: 1 });
  expect((await app.inject('/health')).statusCode).toBe(200);
  clearInterval(blocking);
  await vi.waitFor(async () => expect((await client.get('/user/me')).statusCode).toBe(200), {
    timeout: 30_000,
    interval: 50,
  });
});

test('only health checks and metrics are exempt', () => {
  const essential = operations.filter((operation) => operation.bypassLimits).map(({ id }) => id);
  expect(essential).toEqual(['health', 'ready']);
});
