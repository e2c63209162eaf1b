import { describe, expect } from 'vitest';
import { z } from 'zod';
import { operations } from '../../src/http/operations.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { inlineSharedResponses } from '../harness/shared-responses.ts';

const Schema = z.record(z.string(), z.unknown());
const Content = z.record(z.string(), z.strictObject({ schema: Schema }));
const BodyContent = z.record(z.string(), z.strictObject({ schema: Schema, example: Schema }));

const Headers = z.record(
  z.string().regex(/^[a-z-]+$/),
  z.strictObject({ schema: Schema, description: z.string().min(1) }),
);

/** What OpenAPI 3.1 requires of the objects that this document uses; an unlisted member is a mistake. */
const Answer = z.strictObject({
  description: z.string().min(1),
  headers: Headers,
  content: Content,
});

const OpenApi = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({
    title: z.string().min(1),
    version: z.string().min(1),
    description: z.string().min(1),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
    'x-logo': z.strictObject({ url: z.string().startsWith('/'), altText: z.string() }),
  }),
  servers: z.tuple([z.strictObject({ url: z.literal('/'), description: z.string().min(1) })]),
  tags: z.array(z.strictObject({ name: z.string(), description: z.string().min(10) })),
  paths: z.record(
    z.string().regex(/^\/[\w/{}-]*$/),
    z.partialRecord(
      z.enum(['get', 'post', 'patch', 'delete']),
      z.strictObject({
        operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
        tags: z.tuple([z.string()]),
        summary: z.string().min(4).max(100),
        description: z.string().min(10),
        parameters: z.array(
          z.strictObject({
            name: z.string().min(1),
            in: z.enum(['path', 'query', 'header']),
            required: z.boolean(),
            schema: Schema,
            description: z.string().min(1).optional(),
            example: z.unknown().optional(),
          }),
        ),
        requestBody: z.strictObject({ required: z.literal(true), content: BodyContent }).optional(),
        responses: z.record(z.string().regex(/^[2345]\d\d$/), Answer),
        security: z.array(z.record(z.string(), z.array(z.string()))),
      }),
    ),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), Schema),
    headers: Headers,
    parameters: z.record(z.string().regex(/^[A-Za-z]+$/), Schema),
    responses: z.record(z.string().regex(/^[A-Za-z]+$/), Answer),
    securitySchemes: z.record(z.string(), Schema),
  }),
});

/** The energy of a reading; it is negative if the device consumed. */
const FLOWS_BOTH_WAYS = /\/interval_usage(\/anyOf\/\d+)?$/;
/** A refused action shows the requested amount, whatever it was. */
const AS_REQUESTED = /^#\/components\/schemas\/Action\/properties\/certificate_(quantity|bundle_percentage)/;

const test = baseTest
  .extend('text', { scope: 'file' }, async ({ registry }) => (await get(registry, '/openapi.json')).body)
  .extend(
    'document',
    { scope: 'file' },
    ({ text }): z.output<typeof OpenApi> => OpenApi.parse(inlineSharedResponses(JSON.parse(text))),
  );

const get = (registry: TestRegistry, url: string) => registry.app.inject({ method: 'GET', url });

const described = (document: z.output<typeof OpenApi>) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

/** Every object of the document, with its location. */
function* objectsIn(value: unknown, at = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [at, Schema.parse(value)];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${at}/${key}`);
}

function pointedTo(document: z.output<typeof OpenApi>, reference: string): unknown {
  const keys = reference
    .slice(2)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<unknown>((value, key) => Schema.parse(value)[key], document);
}

describe('the OpenAPI document', () => {
  test('is JSON, and identical each time', async ({ registry, text }) => {
    const again = await get(registry, '/openapi.json');
    expect(again.headers['content-type']).toContain('application/json');
    expect(again.body).toBe(text);
  });

  test('contains every component that it refers to', ({ document }) => {
    const references = [...objectsIn(document)].filter(([, { $ref }]) => typeof $ref === 'string');
    expect(references.length).toBeGreaterThan(100);
    for (const [at, { $ref }] of references) {
      expect($ref, at).toMatch(/^#\/components\//);
      expect(pointedTo(document, String($ref)), at).toBeTypeOf('object');
    }
  });

  test('has no unused schema', ({ text, document }) => {
    for (const name of Object.keys(document.components.schemas)) {
      expect(text, name).toContain(`"#/components/schemas/${name}"`);
    }
  });

  test('describes every operation once, and lists its tags', ({ document }) => {
    const ids = described(document).map(({ operationId }) => operationId);
    expect(ids.sort()).toEqual(operations.map(({ id }) => id).sort());
    const tags = document.tags.map(({ name }) => name);
    expect(new Set(tags).size).toBe(tags.length);
    for (const { tags: own, operationId } of described(document)) expect(tags, operationId).toContain(own[0]);
  });

  test('has distinct summaries', ({ document }) => {
    const summaries = described(document).map(({ summary }) => summary);
    expect(summaries.filter((summary, index) => summaries.indexOf(summary) !== index)).toEqual([]);
  });

  test('declares every path parameter as required, and no parameter twice', ({ document }) => {
    for (const { path, operationId, parameters } of described(document)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((each) => each.in === 'path');
      expect(
        declared.map(({ name }) => name),
        operationId,
      ).toEqual(inPath);
      expect(
        declared.every(({ required }) => required),
        operationId,
      ).toBe(true);
      expect(new Set(parameters.map((each) => `${each.in} ${each.name}`)).size).toBe(parameters.length);
    }
  });

  test('declares a body for operations that take one, and for no GET or DELETE', ({ document }) => {
    for (const { method, operationId, requestBody } of described(document)) {
      if (method === 'patch') expect(requestBody, operationId).toBeDefined();
      if (method === 'get' || method === 'delete') expect(requestBody, operationId).toBeUndefined();
    }
  });

  test('lists the problems of every operation, as problem documents', ({ document }) => {
    const wanted = (each: ReturnType<typeof described>[number]) => [
      '500',
      ...(each.security.length > 0 ? ['401', '403'] : []),
      ...(each.requestBody ? ['400', '413', '415', '422'] : []),
      ...(each.path.includes('{') ? ['404', '422'] : []),
      ...(each.method === 'patch' || each.method === 'delete' ? ['409', '503'] : []),
    ];
    for (const operation of described(document)) {
      const { responses, operationId } = operation;
      expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(wanted(operation)));
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400) expect(content, operationId).toHaveProperty(['application/json']);
        else {
          expect(content, `${operationId} ${status}`).toEqual({
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          });
        }
      }
    }
  });

  test('gives every operation exactly one success response', ({ document }) => {
    for (const { responses, operationId } of described(document)) {
      expect(
        Object.keys(responses).filter((status) => status.startsWith('2')),
        operationId,
      ).toHaveLength(1);
    }
  });

  test('declares the next-page header for the lists that send it', ({ document }) => {
    const paged = described(document)
      .filter(({ responses }) =>
        Object.values(responses).some(({ headers }) => headers['registry-next-cursor']),
      )
      .map(({ operationId }) => operationId);
    expect(paged).toEqual(
      expect.arrayContaining([
        'listAccounts',
        'listActions',
        'listDevices',
        'listMeasurements',
        'listOrganisations',
        'listUsers',
        'queryFullCertificates',
      ]),
    );
    expect(paged).not.toContain('readAccountCertificates');
  });

  test('secures the operations that need a permission, and no others, by declared schemes', ({
    document,
  }) => {
    const secured = described(document).filter(({ security }) => security.length > 0);
    const closed = operations.filter(({ permission }) => permission !== 'public');
    expect(secured.map(({ operationId }) => operationId).sort()).toEqual(closed.map(({ id }) => id).sort());
    for (const { security } of secured) {
      for (const scheme of security.flatMap(Object.keys)) {
        expect(document.components.securitySchemes).toHaveProperty(scheme);
      }
    }
  });

  test('lets Swagger UI log in, and names the operations that accept forms', ({ document }) => {
    const { password } = document.components.securitySchemes;
    expect(password).toMatchObject({ flows: { password: { tokenUrl: '/auth/login' } } });
    for (const path of ['/auth/login', '/auth/refresh']) {
      expect(document.paths[path]?.post?.description).toContain('application/x-www-form-urlencoded');
    }
  });

  test('gives every request body one media type, for generators that cannot handle two', ({ document }) => {
    const bodies = described(document).flatMap(({ requestBody }) => (requestBody ? [requestBody] : []));
    expect(bodies.length).toBeGreaterThan(20);
    for (const { content } of bodies) expect(Object.keys(content)).toEqual(['application/json']);
  });

  test('bounds every number, and allows negative ones only where energy flows both ways', ({ document }) => {
    const isNumber = ({ type }: Record<string, unknown>) =>
      [type].flat().some((each) => each === 'integer' || each === 'number');
    const numbers = [...objectsIn(document)].filter(
      ([at, schema]) => isNumber(schema) && !('enum' in schema) && !AS_REQUESTED.test(at),
    );
    expect(numbers.length).toBeGreaterThan(100);
    for (const [at, { minimum, exclusiveMinimum, maximum }] of numbers) {
      expect(maximum, at).toBeTypeOf('number');
      const least = Number(minimum ?? exclusiveMinimum ?? Number.NaN);
      expect(least, at).toBeGreaterThanOrEqual(FLOWS_BOTH_WAYS.test(at) ? Number.MIN_SAFE_INTEGER : 0);
    }
  });

  test('gives every header parameter a pattern', ({ document }) => {
    const headers = described(document).flatMap(({ parameters }) =>
      parameters.filter((each) => each.in === 'header'),
    );
    expect(new Set(headers.map(({ name }) => name)).size).toBe(3);
    for (const { name, schema } of headers) expect(schema.pattern, name).toBeTypeOf('string');
  });

  test('has no tuples, which client generators cannot read', ({ text }) => {
    expect(text).not.toContain('prefixItems');
    expect(text).not.toContain('"items":false');
  });

  test('gives 404 to operations that take the id of an account, but an empty list to a search by it', ({
    document,
  }) => {
    for (const { operationId, parameters, responses } of described(document)) {
      if (operationId !== 'listAccountDirectory' && parameters.some(({ name }) => name === 'account_id'))
        expect(Object.keys(responses), operationId).toContain('404');
    }
  });

  test('uses JSON Schema as OpenAPI 3.1 defines it, not 3.0', ({ document }) => {
    const isSchema = ([at]: [string, unknown]) =>
      at.includes('/schema') && !/\/properties$|\/examples/.test(at);
    for (const [at, schema] of [...objectsIn(document)].filter(isSchema)) {
      expect(schema, at).not.toHaveProperty('nullable');
      expect(schema.exclusiveMinimum ?? 0, at).toBeTypeOf('number');
      expect(schema, at).not.toHaveProperty('$defs');
    }
  });
});

/** The resources that a page tells its browser to load. */
const assetsOf = (page: string) =>
  [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url));

describe.each(['/docs/', '/redoc'])('%s', (url) => {
  test('loads resources of this server only', async ({ registry }) => {
    const { body } = await get(registry, url);
    const assets = assetsOf(body).filter((asset) => asset !== '/openapi.json');
    expect(assets.length).toBeGreaterThan(0);
    for (const asset of assets) {
      const { origin, pathname } = new URL(asset, `http://this.server${url}`);
      expect(origin, asset).toBe('http://this.server');
      const { statusCode, headers } = await get(registry, pathname);
      expect(statusCode, asset).toBe(200);
      expect(headers['content-type'], asset).toMatch(/javascript|css|image/);
    }
  });

  test('forbids its browser to load from other origins', async ({ registry }) => {
    const policy = String((await get(registry, url)).headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'self'/);
    const sources = policy.split(';').flatMap((directive) => directive.trim().split(/\s+/).slice(1));
    for (const source of sources) {
      expect(["'self'", "'none'", "'unsafe-inline'", 'data:', 'blob:']).toContain(source);
    }
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
  });
});

test('Swagger UI shows the document of this registry, and calls no validator', async ({ registry, text }) => {
  const { body } = await get(registry, '/docs/static/swagger-initializer.js');
  expect(body).toMatch(/validatorUrl: null/);
  expect(JSON.parse((await get(registry, '/docs/json')).body)).toEqual(JSON.parse(text));
});

test('the page at / links to the documentation, and every link works', async ({ registry }) => {
  const { body, headers } = await get(registry, '/');
  expect(headers['content-type']).toContain('text/html');
  const links = assetsOf(body);
  expect(links).toEqual(expect.arrayContaining(['/docs', '/redoc', '/openapi.json']));
  for (const link of links) expect([200, 302], link).toContain((await get(registry, link)).statusCode);
});

test.for([
  '/redoc/../package.json',
  '/redoc/%2e%2e/package.json',
  '/docs/static/%2e%2e/package.json',
  '/redoc/redoc.lib.js',
])('%s is not served', async (url, { registry }) => {
  expect((await get(registry, url)).statusCode).toBeGreaterThanOrEqual(400);
});
