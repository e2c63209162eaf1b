import Fastify from 'fastify';
import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { requireDeclaredRoutes } from '../../src/http/route-guard.ts';
import { permissions } from '../../src/rules/permission.ts';
import { anAccount } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';

const NOBODYS_ID = '999999';
const urlOf = (path: string) => path.replaceAll(/:\w+/g, NOBODYS_ID);
const closed = operations.filter(({ permission }) => permission !== 'public');

describe('a route without a permission', () => {
  const start = async (url: string) => {
    const app = Fastify();
    requireDeclaredRoutes(app);
    app.get(url, () => 'open to all');
    await app.ready();
  };

  test.each(['/secret', '/account/:id/secrets', '/healthz', '/documents', '/openapi.json.bak'])(
    '%s prevents the start of the registry',
    async (url) => {
      await expect(start(url)).rejects.toThrow(`${url} has no permission rule`);
    },
  );

  test.each(['/', '/docs', '/docs/static/x.js', '/redoc', '/openapi.json'])(
    '%s is public on purpose',
    async (url) => {
      await expect(start(url)).resolves.toBeUndefined();
    },
  );
});

test('every operation has a permission, and changes nothing if it is a GET', () => {
  for (const { id, permission, method, changes } of operations) {
    expect(['public', ...permissions], id).toContain(permission);
    if (method === 'GET') expect(changes, id).toBe(false);
    if (method === 'PATCH' || method === 'DELETE') expect(changes, id).toBe(true);
  }
});

test('no two operations share a method and path, or an id', () => {
  expect(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size).toBe(operations.length);
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

describe('another path to an operation has the same permission', () => {
  const plural = closed.filter(({ path }) => path.startsWith('/certificate/'));

  test.for(plural.map(({ id, method, path }) => ({ id, method, path })))(
    '/certificates for $id',
    async ({ method, path }, { registry }) => {
      const url = urlOf(path).replace('/certificate/', '/certificates/');
      expect((await registry.app.inject({ method, url })).statusCode).toBe(401);
      const auditor = await registry.as('AUDIT_USER');
      const [one, other] = [
        await auditor.request({ method, url }),
        await auditor.request({ method, url: urlOf(path) }),
      ];
      expect(one.statusCode).toBe(other.statusCode);
      expect(one.json().type).toBe(other.json().type);
    },
  );

  test.for(closed.filter(({ method }) => method === 'GET').map(({ path }) => path))(
    'HEAD %s',
    async (path, { registry }) => {
      const { statusCode, body } = await registry.app.inject({ method: 'HEAD', url: urlOf(path) });
      expect([statusCode, body]).toEqual([401, '']);
    },
  );

  test.for(closed.map(({ method, path }) => ({ method, path })))(
    '$method $path/',
    async ({ method, path }, { registry }) => {
      const { statusCode } = await registry.app.inject({ method, url: `${urlOf(path)}/` });
      expect(statusCode).toBe(401);
    },
  );
});

test.for(['x-http-method-override', 'x-http-method', 'x-method-override'])(
  '%s does not override the method',
  async (header, { registry }) => {
    const admin = await registry.as('ADMIN');
    const { id } = await anAccount(admin);
    await admin.request({ method: 'GET', url: `/account/${id}`, headers: { [header]: 'DELETE' } });
    expect((await admin.get(`/account/${id}`)).statusCode).toBe(200);
  },
);
