import { describe, expect, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { ANSWER_HEADERS } from '../../src/http/response-headers.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { NOW } from '../harness/registry.ts';

const ORIGIN = 'http://localhost:8080';
const test = baseTest.extend(
  'settings',
  { scope: 'file' },
  { CORS_ORIGINS: ORIGIN, BODY_LIMIT_BYTES: '2048' },
);

const fromThatPage = { origin: ORIGIN };
const json = { ...fromThatPage, 'content-type': 'application/json' };

describe('a page on a configured origin can read every error', () => {
  test.for([
    [400, 'GET', '/%zz', fromThatPage, undefined],
    [401, 'GET', '/user/me', fromThatPage, undefined],
    [404, 'GET', '/no/such/path', fromThatPage, undefined],
    [405, 'PUT', '/user/me', fromThatPage, undefined],
    [413, 'POST', '/auth/login', json, JSON.stringify({ username: 'x'.repeat(3_000) })],
    [415, 'POST', '/auth/login', { ...fromThatPage, 'content-type': 'text/csv' }, 'a,b'],
    [422, 'POST', '/auth/login', json, '{}'],
  ] as const)('%s', async ([status, method, url, headers, payload], { registry }) => {
    const answer = await registry.app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    expect(answer.statusCode, answer.body).toBe(status);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      vary: expect.stringContaining('Origin'),
    });
  });

  test('429 and 503 of load shedding', async ({ registry }) => {
    const app = await buildApp({
      config: { ...registry.config, RATE_LIMIT_PER_MINUTE: 1, MAX_EVENT_LOOP_DELAY_MS: 100 },
      database: registry.database,
      clock: () => NOW,
      log: registry.app.log,
      eventLoop: {
        delayMs: vi.fn().mockReturnValueOnce(0).mockReturnValueOnce(0).mockReturnValue(101),
        stop: () => undefined,
      },
    });
    const statuses: number[] = [];
    for (let request = 0; request < 3; request++) {
      const { statusCode, headers } = await app.inject({ url: '/user/me', headers: fromThatPage });
      statuses.push(statusCode);
      expect(headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-credentials': 'true',
      });
    }
    await app.close();
    expect(statuses).toEqual([401, 429, 503]);
  });

  test('500', async ({ registry }) => {
    const broken = () => Promise.reject(new Error('broken'));
    const app = await buildApp({
      config: registry.config,
      database: { ...registry.database, read: broken, readPrimary: broken },
      clock: () => NOW,
      log: registry.app.log,
    });
    const { authorization } = await registry.as('ADMIN');
    const answer = await app.inject({ url: '/user/me', headers: { ...authorization, ...fromThatPage } });
    await app.close();
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
  });
});

test('a page can read the headers of the registry', async ({ registry }) => {
  const { headers } = await registry.app.inject({ url: '/health', headers: fromThatPage });
  const exposed = String(headers['access-control-expose-headers']).split(', ');
  expect(exposed).toEqual(Object.keys(ANSWER_HEADERS));
  expect(exposed).not.toContain('*');
});

test('a page of another origin receives no such header, from errors either', async ({ registry }) => {
  for (const url of ['/health', '/user/me', '/%zz', '/no/such/path']) {
    const { headers } = await registry.app.inject({ url, headers: { origin: 'http://localhost:8081' } });
    const cors = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
    expect(cors, url).toEqual([]);
  }
});
