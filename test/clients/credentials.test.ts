import { describe, expect } from 'vitest';
import { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { NOW } from '../harness/registry.ts';

const DAY_MS = 86_400_000;

test('a CSRF token is answered without a login, another one each time, and sets no cookie', async ({
  registry,
}) => {
  const [first, second] = await Promise.all([
    registry.app.inject({ url: '/csrf-token' }),
    registry.app.inject({ url: '/csrf-token' }),
  ]);
  expect(first.statusCode).toBe(200);
  expect(first.json().csrf_token).toMatch(/^[\w-]{43}$/);
  expect(second.json().csrf_token).not.toBe(first.json().csrf_token);
  expect(first.headers).not.toHaveProperty('set-cookie');
});

describe('an API key under the names of the previous registry', () => {
  test('expires after a year, and acts for its user', async ({ registry, market: { trader, source } }) => {
    const made = await trader.post('/auth/api-key', { name: 'Notebook' });
    expect(made.statusCode, made.body).toBe(201);
    expect(made.json()).toEqual({
      id: expect.any(Number),
      name: 'Notebook',
      key: expect.stringMatching(/^gcr_/),
      expires: new Date(NOW.getTime() + 365 * DAY_MS).toISOString().replace('.000', ''),
      created_at: NOW.toISOString().replace('.000', ''),
      is_active: true,
    });
    for (const authorization of [`API Key ${made.json().key}`, `Bearer ${made.json().key}`]) {
      const answer = await registry.app.inject({ url: `/account/${source.id}`, headers: { authorization } });
      expect(answer.statusCode, answer.body).toBe(200);
    }
  });

  test('expires within three years', async ({ registry, market: { trader } }) => {
    const make = (days: unknown) => trader.post('/auth/api-key', { name: 'Notebook', expires_days: days });
    const last = new Date(NOW.getTime() + 1_095 * DAY_MS).toISOString().replace('.000', '');
    expect((await make(1_095)).json().expires).toBe(last);
    for (const days of [1_096, 0, -1, 1.5]) expect((await make(days)).statusCode).toBe(422);
    expect(registry.config.SESSION_EXPIRE_DAYS).toBeLessThan(1_095);
  });

  test('stays in the list after it was revoked, and opens nothing', async ({ registry }) => {
    const person = await registry.as('AUDIT_USER');
    const { id, key } = (await person.post('/auth/api-key', { name: 'Old notebook' })).json();
    const holder = new Client(registry.app, key, person.userId);
    expect((await holder.get('/user/me')).statusCode).toBe(200);
    expect((await person.delete(`/auth/api-key/${id}`)).statusCode).toBe(200);
    expect((await holder.get('/user/me')).statusCode).toBe(401);
    expect((await person.get('/auth/api-keys')).json()).toMatchObject([{ id, is_active: false }]);
    expect((await person.get('/auth/api_keys')).json()).toEqual([]);
  });

  test('is not there for others', async ({ registry }) => {
    const [owner, stranger] = await Promise.all([registry.as('TRADING_USER'), registry.as('TRADING_USER')]);
    const { id } = (await owner.post('/auth/api-key', { name: 'Mine' })).json();
    expect((await stranger.delete(`/auth/api-key/${id}`)).statusCode).toBe(404);
    expect((await stranger.get('/auth/api-keys')).json()).toEqual([]);
  });
});
