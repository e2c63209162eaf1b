import type { FastifyInstance } from 'fastify';
import { expect, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { listenForMetrics } from '../../src/http/metrics-listener.ts';
import { test } from '../harness/fixtures.ts';
import { METRICS_TOKEN, metricsAuthorization } from '../harness/metrics.ts';
import type { TestRegistry } from '../harness/registry.ts';

const ask = (
  app: FastifyInstance,
  options: { headers?: Record<string, string>; remoteAddress?: string } = {},
) => app.inject({ url: '/metrics', ...options });

test("with the token, metrics are served in Prometheus' format to any client", async ({
  registry,
  market,
}) => {
  const { app } = registry;
  const remoteAddress = '10.0.0.7';
  const answer = await ask(app, { headers: metricsAuthorization, remoteAddress });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.headers['cache-control']).toBe('no-store');
  const wrong = { authorization: `${metricsAuthorization.authorization}x` };
  expect((await ask(app, { headers: wrong, remoteAddress })).statusCode).toBe(401);
  expect((await ask(app, { headers: market.admin.authorization })).statusCode).toBe(401);
  expect((await ask(app)).statusCode).toBe(401);
});

test.for([
  [{}],
  [{ remoteAddress: '::1' }],
  [{ remoteAddress: '10.0.0.7' }],
  [{ headers: { 'x-forwarded-for': '127.0.0.1' } }],
  [{ headers: { authorization: 'Bearer undefined' } }],
] as const)(
  'without a configured token, metrics are not served on the port of the API, where a proxy looks like a local client: %j',
  async ([options], { registry }) => {
    const { app, config, database } = registry;
    const { METRICS_TOKEN: _, ...withoutToken } = config;
    const open = await buildApp({ config: withoutToken, database, log: app.log, clock: () => new Date() });
    const answer = await ask(open, options);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).not.toContain('registry_');
    await open.close();
  },
);

const listen = async ({ app }: TestRegistry, settings: { METRICS_TOKEN?: string } = {}) => {
  const config = { METRICS_HOST: '127.0.0.1', METRICS_PORT: 0, ...settings };
  const listener = await listenForMetrics(app.metrics, config, app.log);
  if (listener === undefined) throw new Error('the metrics have no port');
  onTestFinished(() => listener.stop());
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${listener.port}${path}`, init);
};

test('a separate port serves metrics without a token, and nothing else', async ({ registry }) => {
  const get = await listen(registry);
  const answer = await get('/metrics');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toContain('registry_primary_up 1');
  expect((await get('/health')).status).toBe(404);
  expect((await get('/metrics', { method: 'POST' })).status).toBe(404);
});

test('a separate port requires the token if one is configured', async ({ registry }) => {
  const get = await listen(registry, { METRICS_TOKEN });
  expect((await get('/metrics')).status).toBe(401);
  expect((await get('/metrics', { headers: metricsAuthorization })).status).toBe(200);
});

test('without METRICS_PORT there is no separate port', async ({ registry: { app, config } }) => {
  expect(await listenForMetrics(app.metrics, config, app.log)).toBeUndefined();
});
