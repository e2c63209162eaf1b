import type { FastifyInstance } from 'fastify';
import { afterAll, describe, expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { BODY_LIMIT_BYTES: '2048' });

const apps: FastifyInstance[] = [];

afterAll(async () => {
  await Promise.all(apps.map((each) => each.close()));
});

async function appWith(
  registry: TestRegistry,
  changes: Partial<Config>,
  database = registry.database,
): Promise<FastifyInstance> {
  const app = await buildApp({
    config: { ...registry.config, ...changes },
    database,
    clock: () => NOW,
    log: registry.app.log,
  });
  apps.push(app);
  return app;
}

describe('every response', () => {
  test.for([
    ['of an operation', '/health', 200],
    ['of a refusal', '/user/me', 401],
    ['of an unknown path', '/no/such/path', 404],
    ['of a page', '/docs/', 200],
  ] as const)(
    '%s has security headers, and does not name the server',
    async ([_, url, status], { registry }) => {
      const { statusCode, headers } = await registry.app.inject({ url });
      expect(statusCode).toBe(status);
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': expect.stringContaining('max-age='),
      });
    },
  );

  test('to an unparsable path is a problem document, without the name of the server', async ({
    registry,
  }) => {
    const { statusCode, headers } = await registry.app.inject({ url: '/%zz' });
    expect(statusCode).toBe(400);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });

  test('to an internal failure contains its id, and neither stack nor message nor SQL', async ({
    registry,
  }) => {
    const broken = () => Promise.reject(new Error('SELECT secret FROM internals'));
    const app = await appWith(registry, {}, { ...registry.database, read: broken, readPrimary: broken });
    const admin = await registry.as('ADMIN');
    const answer = await app.inject({ url: '/user/me', headers: admin.authorization });
    expect(answer.statusCode).toBe(500);
    expect(Object.keys(answer.json()).toSorted()).toEqual(['detail', 'instance', 'status', 'title', 'type']);
    expect(answer.body).not.toMatch(/SELECT|internals|\.ts|node_modules|at /);
    expect(answer.headers['x-request-id']).toBe(answer.json().instance.replace('urn:uuid:', ''));
  });
});

describe('a page of another origin', () => {
  const ORIGIN = 'https://registry.example';
  const ask = (app: FastifyInstance, origin: string, method: 'GET' | 'OPTIONS' = 'GET') =>
    app.inject({
      method,
      url: '/health',
      headers: { origin, ...(method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}) },
    });

  test('cannot call the API unless its origin is configured', async ({ registry }) => {
    for (const method of ['GET', 'OPTIONS'] as const) {
      const { headers } = await ask(registry.app, ORIGIN, method);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  test('can call it with credentials if configured, and no other or similar origin can', async ({
    registry,
  }) => {
    const app = await appWith(registry, { CORS_ORIGINS: [ORIGIN] });
    const { headers } = await ask(app, ORIGIN, 'OPTIONS');
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
      vary: expect.stringContaining('Origin'),
    });
    for (const origin of ['https://registry.example.evil', 'http://registry.example', 'null', '*']) {
      const other = (await ask(app, origin)).headers;
      expect(other).not.toHaveProperty('access-control-allow-origin');
      expect(other).not.toHaveProperty('access-control-allow-credentials');
      expect(other.vary).toContain('Origin');
    }
  });
});

describe('the size limit', () => {
  test('of a body is that of the configuration', async ({ registry }) => {
    const admin = await registry.as('ADMIN');
    const send = (length: number) =>
      admin.post('/organisation/create', { name: 'A', address: 'x'.repeat(length) });
    expect((await send(3_000)).statusCode).toBe(413);
    expect((await send(100)).statusCode).toBe(201);
  });

  interface Schema {
    readonly $ref?: string;
    readonly type?: string;
    readonly properties?: Record<string, Schema>;
    readonly anyOf?: Schema[];
    readonly items?: Schema;
    readonly maxItems?: number;
    readonly maxLength?: number;
    readonly enum?: unknown[];
    readonly const?: unknown;
    readonly format?: string;
    readonly pattern?: string;
  }

  /** A refusal of too many bundles is a recorded action: see certificate-transfer.test.ts. */
  const BOUNDED_BY_RULE = /granular_certificate_bundle_ids$/;

  test('exists for every list and every text of a request', async ({ registry }) => {
    const document = (await registry.app.inject({ url: '/openapi.json' })).json();
    const unbounded: string[] = [];
    const look = (schema: Schema, at: string): void => {
      const named: Schema = schema.$ref
        ? document.components.schemas[String(schema.$ref.split('/').at(-1))]
        : schema;
      for (const each of named.anyOf ?? []) look(each, at);
      for (const [name, inner] of Object.entries(named.properties ?? {})) look(inner, `${at}.${name}`);
      if (named.type === 'array') {
        if (named.maxItems === undefined && !BOUNDED_BY_RULE.test(at)) unbounded.push(`${at}[]`);
        if (named.items) look(named.items, `${at}[]`);
      }
      const isBounded = [named.maxLength, named.enum, named.const, named.format, named.pattern].some(
        (bound) => bound !== undefined,
      );
      if (named.type === 'string' && !isBounded) unbounded.push(at);
    };
    for (const [path, methods] of Object.entries<
      Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>
    >(document.paths)) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        for (const { schema } of Object.values(requestBody?.content ?? {})) look(schema, `${method} ${path}`);
      }
    }
    expect([...new Set(unbounded)]).toEqual([]);
  });
});
