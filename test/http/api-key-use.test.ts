import { describe, expect, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { aKey, type Key } from '../harness/api-key.ts';
import { untilReplicated } from '../harness/builders.ts';
import { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { captureLog } from '../harness/log.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('producer', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'));

test.beforeEach(({ registry }) => registry.setClock(NOW));

const withKey = (registry: TestRegistry, producer: Client, { api_key }: Key) =>
  new Client(registry.app, api_key, producer.userId);

describe('the last use of a key', () => {
  const lastUse = async (registry: TestRegistry, { id }: Key): Promise<Date | null> =>
    (await registry.primary.query('SELECT last_used_at FROM api_key_secret WHERE api_key_id = $1', [id]))
      .rows[0].last_used_at;
  const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

  test('is recorded to the minute, outside the journal, and without delaying the request', async ({
    registry,
    producer,
  }) => {
    const key = await aKey(producer);
    expect(await lastUse(registry, key)).toBeNull();
    await withKey(registry, producer, key).get('/user/me');
    await vi.waitFor(async () => expect(await lastUse(registry, key)).toEqual(NOW));
    registry.setClock(at(59));
    await withKey(registry, producer, key).get('/user/me');
    registry.setClock(at(60));
    await withKey(registry, producer, key).get('/user/me');
    await vi.waitFor(async () => expect(await lastUse(registry, key)).toEqual(at(60)));
    const { rows } = await registry.primary.query(
      `SELECT attributes_after FROM journal WHERE entity_name = 'api_key' AND entity_id = $1 AND event_type <> 'CREATE'`,
      [key.id],
    );
    expect(rows).toEqual([{ attributes_after: { secret_digest: expect.any(String) } }]);
    await untilReplicated(registry);
    const [listed] = (await producer.get('/auth/api_keys?limit=1000')).json().slice(-1);
    expect(listed).toMatchObject({ id: key.id, last_used_at: '2026-03-15T12:01:00Z' });
  });

  test('is recorded once for a thousand requests within a minute', async ({ registry, producer }) => {
    const key = await aKey(producer);
    const before = await registry.primary.query(
      `SELECT xmin::text FROM api_key_secret WHERE api_key_id = $1`,
      [key.id],
    );
    await withKey(registry, producer, key).get('/user/me');
    await vi.waitFor(async () => expect(await lastUse(registry, key)).toEqual(NOW));
    const noted = async () =>
      (await registry.primary.query('SELECT xmin::text FROM api_key_secret WHERE api_key_id = $1', [key.id]))
        .rows;
    const once = await noted();
    expect(once).not.toEqual(before.rows);
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 50 }, () => withKey(registry, producer, key).get('/user/me')));
    expect(await noted()).toEqual(once);
  });
});

test('a failure to record the use fails no request and is logged with the key', async ({
  registry,
  producer,
}) => {
  const key = await aKey(producer);
  const captured = captureLog();
  const { config, database } = registry;
  const broken = { ...database, transact: () => Promise.reject(new Error('the primary is away')) };
  const app = await buildApp({ config, database: broken, clock: () => NOW, log: captured.log });
  const answer = await app.inject({ url: '/user/me', headers: { 'x-api-key': key.api_key } });
  await app.close();
  expect(answer.statusCode, answer.body).toBe(200);
  expect(captured.lines()).toContainEqual(
    expect.objectContaining({
      msg: 'could not record the use of an API key',
      request_id: answer.headers['x-request-id'],
      method: 'GET',
      route: '/user/me',
      actor: producer.userId,
      key_id: key.id,
    }),
  );
});

test('a user has at most 100 keys, also with concurrent requests', async ({ registry }) => {
  const collector = await registry.as('AUDIT_USER');
  await registry.primary.query(
    `INSERT INTO api_key (user_id, name, hint, permissions) SELECT $1, 'A', '', '{read}' FROM generate_series(1, 97)`,
    [collector.userId],
  );
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => collector.post('/auth/api_keys', { name: 'A', permissions: ['read'] })),
  );
  expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(3);
  expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(5);
});

test('the list of keys is paged', async ({ registry }) => {
  const person = await registry.as('AUDIT_USER');
  const made: number[] = [];
  for (let number = 0; number < 3; number++)
    made.push((await aKey(person, { name: `Key ${number}`, permissions: ['read'] })).id);
  const first = await person.get('/auth/api_keys?limit=2');
  const rest = await person.get(`/auth/api_keys?limit=2&cursor=${first.headers['registry-next-cursor']}`);
  expect([...first.json(), ...rest.json()].map(({ id }) => id)).toEqual(made);
  expect(rest.headers).not.toHaveProperty('registry-next-cursor');
});
