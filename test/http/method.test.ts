import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { test } from '../harness/fixtures.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const;
const paths = [...new Set(operations.map(({ path }) => path))];
const allowedAt = (path: string) => {
  const declared = operations.filter((each) => each.path === path).map(({ method }) => method);
  return [...declared, ...(declared.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].toSorted();
};
const sorted = (allow: unknown) => String(allow).split(', ').toSorted();

describe.each(paths)('%s', (path) => {
  const url = path.replace(':id', '999999');
  const allowed = allowedAt(path);

  test.for(METHODS.filter((method) => !allowed.includes(method)))(
    'answers %s with 405 and Allow, for any caller and any body',
    async (method, { registry, admin }) => {
      for (const headers of [{}, admin.authorization]) {
        const payload = method === 'PUT' ? { payload: '{' } : {};
        const type = { 'content-type': 'application/json' };
        const answer = await registry.app.inject({
          method,
          url,
          headers: { ...headers, ...type },
          ...payload,
        });
        expect(answer.statusCode).toBe(405);
        expect(sorted(answer.headers.allow)).toEqual(allowed);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        if (method !== 'HEAD') expect(answer.json().type).toBe('urn:gc-registry:problem:method-not-allowed');
      }
    },
  );

  test('lists its methods for OPTIONS', async ({ registry }) => {
    const answer = await registry.app.inject({ method: 'OPTIONS', url });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(sorted(answer.headers.allow)).toEqual(allowed);
  });
});

test('the plural paths of certificates and the pages list their methods, too', async ({ registry }) => {
  for (const url of ['/certificates/query', '/', '/docs', '/redoc', '/openapi.json', '/metrics']) {
    const answer = await registry.app.inject({ method: 'PUT', url });
    expect(answer.statusCode, url).toBe(405);
    expect(answer.headers.allow, url).toContain('OPTIONS');
  }
});

test.for(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const)(
  'an unknown path answers %s with 404',
  async (method, { registry }) => {
    const answer = await registry.app.inject({ method, url: '/no/such/path' });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers).not.toHaveProperty('allow');
  },
);
