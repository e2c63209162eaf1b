import { describe, expect, onTestFinished, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { Database } from '../../src/database/database.ts';
import { test } from '../harness/fixtures.ts';
import { metricsOf } from '../harness/metrics.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const get = (registry: TestRegistry, url: string, headers: Record<string, string> = {}) =>
  registry.app.inject({ method: 'GET', url, headers });

describe.each(['/health', '/health/ready'])('%s', (url) => {
  test('answers without a token, and with an invalid one', async ({ registry }) => {
    expect((await get(registry, url)).statusCode).toBe(200);
    expect((await get(registry, url, { authorization: 'Bearer nonsense' })).statusCode).toBe(200);
  });

  test('contains neither addresses nor secrets', async ({ registry }) => {
    const { body } = await get(registry, url);
    expect(body).not.toMatch(/postgres(ql)?:|password|registry_app|registry_reader|secret/i);
    expect(body).not.toMatch(/localhost|127\.0\.0\.1|::1|:\d{4,5}\b/);
  });

  test('changes nothing, and accepts no other method', async ({ registry }) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      expect((await registry.app.inject({ method, url })).statusCode).toBe(405);
    }
  });
});

test('liveness reports only that the process is running', async ({ registry }) => {
  expect((await get(registry, '/health')).json()).toEqual({ status: 'ok' });
});

describe('readiness', () => {
  test('reports the state of the primary, and of each standby with its lag', async ({ registry }) => {
    const { primary, standbys } = (await get(registry, '/health/ready')).json();
    expect(primary).toBe('up');
    expect(standbys).toHaveLength(1);
    expect(standbys[0]).toEqual({
      name: 'standby 1',
      state: 'streaming',
      lag_bytes: expect.any(Number),
      lag_seconds: expect.any(Number),
    });
    expect(standbys[0].lag_bytes).toBeGreaterThanOrEqual(0);
  });

  test('is computed for each request, not cached', async ({ registry }) => {
    const { headers } = await get(registry, '/health/ready');
    for (const name of ['etag', 'last-modified', 'expires']) expect(headers).not.toHaveProperty(name);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('without a primary is 503, and still reports the state of every part', async ({ registry }) => {
    const { config, database, app: given } = registry;
    const status = () => ({ ...database.status(), primary: 'down' as const });
    const app = await buildApp({
      config,
      database: { ...database, status },
      clock: () => NOW,
      log: given.log,
      journal: {
        status: () => ({
          leads: false,
          eventStore: 'absent',
          relayedUpTo: null,
          problem: null,
          warnings: [],
        }),
      },
    });
    const answer = await app.inject('/health/ready');
    await app.close();
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({
      status: 503,
      primary: 'down',
      standbys: [{ state: 'streaming' }],
      load: { shedding: null },
      journal: { event_store: 'absent', unordered: expect.any(Number) },
      scheduler: null,
    });
  });

  test('tells states and lags, and neither counts, positions nor connections', async ({ registry }) => {
    const { config, database, app: given } = registry;
    const app = await buildApp({
      config,
      database,
      clock: () => NOW,
      log: given.log,
      journal: {
        status: () => ({ leads: true, eventStore: 'up', relayedUpTo: 0, problem: null, warnings: [] }),
      },
      scheduler: {
        status: () => ({
          leads: true,
          bundlesExpired: 7,
          runsDone: 8,
          runsRefused: 9,
          lastTickAt: NOW,
          problem: null,
        }),
      },
    });
    const ready = (await app.inject('/health/ready')).json();
    await app.close();
    expect(Object.keys(ready).sort()).toEqual(
      [
        'anchors',
        'ignores_forwarded_for',
        'journal',
        'load',
        'primary',
        'scheduler',
        'standbys',
        'status',
      ].sort(),
    );
    expect(Object.keys(ready.load)).toEqual(['shedding']);
    expect(Object.keys(ready.journal)).toEqual([
      'leads',
      'event_store',
      'unordered',
      'unrelayed',
      'problem',
      'warnings',
    ]);
    expect(Object.keys(ready.scheduler)).toEqual(['leads', 'last_tick_at', 'problem']);
  });

  test('and metrics ask the database once for a hundred callers, and not at all within a second', async ({
    registry,
  }) => {
    let reads = 0;
    const database: Database = {
      ...registry.database,
      async read(...args) {
        reads += 1;
        return registry.database.read(...args);
      },
    };
    const app = await buildApp({
      config: registry.config,
      database,
      clock: () => NOW,
      log: registry.app.log,
      journal: {
        status: () => ({ leads: true, eventStore: 'absent', relayedUpTo: null, problem: null, warnings: [] }),
      },
    });
    const look = () =>
      Promise.all([
        metricsOf(app),
        ...Array.from({ length: 100 }, () =>
          app.inject('/health/ready').then(({ statusCode }) => statusCode),
        ),
      ]);
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const [, ...statuses] = await look();
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(reads).toBe(1);
    vi.advanceTimersByTime(999);
    await look();
    expect(reads).toBe(1);
    vi.advanceTimersByTime(1);
    await look();
    expect(reads).toBe(2);
    await app.close();
  });
});
