import { afterAll, beforeAll, expect, test } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let document: {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object };
};

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  responses: Record<string, object>;
  security: object[];
}

const get = (url: string) => registry.app.inject({ method: 'GET', url });

beforeAll(async () => {
  registry = await openRegistry();
  document = (await get('/openapi.json')).json();
});
afterAll(() => registry.close());

const described = () => Object.values(document.paths).flatMap((methods) => Object.values(methods));

test('describes every operation once, with summary, description and its errors', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(
    described()
      .map(({ operationId }) => operationId)
      .sort(),
  ).toEqual(operations.map(({ id }) => id).sort());
  for (const { operationId, summary, description, responses, security } of described()) {
    expect(summary.length, operationId).toBeGreaterThan(3);
    expect(description.length, operationId).toBeGreaterThan(10);
    expect(Object.keys(responses), operationId).toContain('500');
    if (security.length > 0) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
  }
});

test('refers only to what it has', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  expect(references.length).toBeGreaterThan(20);
  const missing = references.filter(([, name]) => !(String(name) in document.components.schemas));
  expect(missing.map(([, name]) => name)).toEqual([]);
});

test.each(['/docs', '/docs/', '/redoc', '/'])(
  '%s is a page that loads nothing from elsewhere',
  async (url) => {
    const answer = await registry.app.inject({ method: 'GET', url });
    const page =
      answer.statusCode === 302
        ? await get(new URL(String(answer.headers.location), 'http://x').pathname)
        : answer;
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  },
);

test.each(['/redoc/redoc.standalone.js', '/docs/static/swagger-ui-bundle.js'])(
  '%s is served',
  async (url) => {
    expect((await get(url)).statusCode).toBe(200);
  },
);

test('liveness answers, and readiness tells the state of each part', async () => {
  expect((await get('/health')).json()).toEqual({ status: 'ok' });
  expect((await get('/health/ready')).json()).toMatchObject({
    status: 'ready',
    primary: 'up',
    standbys: [{ state: 'streaming' }],
  });
});

test('a path that is none is a problem document, too', async () => {
  const answer = await get('/no/such/path');
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});
