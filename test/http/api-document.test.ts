import { expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend(
  'document',
  { scope: 'file' },
  async ({
    registry,
  }): Promise<{
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: object };
  }> => (await get(registry, '/openapi.json')).json(),
);

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  responses: Record<string, object>;
  security: object[];
}

const get = (registry: TestRegistry, url: string) => registry.app.inject({ method: 'GET', url });

const described = (document: {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object };
}) => Object.values(document.paths).flatMap((methods) => Object.values(methods));

test('describes every operation once, with a summary, a description and its errors', ({ document }) => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(
    described(document)
      .map(({ operationId }) => operationId)
      .sort(),
  ).toEqual(operations.map(({ id }) => id).sort());
  for (const { operationId, summary, description, responses, security } of described(document)) {
    expect(summary.length, operationId).toBeGreaterThan(3);
    expect(description.length, operationId).toBeGreaterThan(10);
    expect(Object.keys(responses), operationId).toContain('500');
    if (security.length > 0) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
  }
});

test('contains every component that it refers to', ({ document }) => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  expect(references.length).toBeGreaterThan(20);
  const missing = references.filter(([, name]) => !(String(name) in document.components.schemas));
  expect(missing.map(([, name]) => name)).toEqual([]);
});

test.for(['/docs', '/docs/', '/redoc', '/'])(
  '%s is a page that loads nothing from other origins',
  async (url, { registry }) => {
    const answer = await registry.app.inject({ method: 'GET', url });
    const page =
      answer.statusCode === 302
        ? await get(registry, new URL(String(answer.headers.location), 'http://x').pathname)
        : answer;
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  },
);

test.for(['/redoc/redoc.standalone.js', '/docs/static/swagger-ui-bundle.js'])(
  '%s is served',
  async (url, { registry }) => {
    expect((await get(registry, url)).statusCode).toBe(200);
  },
);

test('liveness answers, and readiness reports the state of each part', async ({ registry }) => {
  expect((await get(registry, '/health')).json()).toEqual({ status: 'ok' });
  expect((await get(registry, '/health/ready')).json()).toMatchObject({
    status: 'ready',
    primary: 'up',
    standbys: [{ state: 'streaming' }],
  });
});

test('an unknown path is answered with a problem document', async ({ registry }) => {
  const answer = await get(registry, '/no/such/path');
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});
