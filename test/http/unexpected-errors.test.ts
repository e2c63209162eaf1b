import pg from 'pg';
import pino from 'pino';
import { describe, expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { NOW } from '../harness/registry.ts';

const test = baseTest.extend('user', { scope: 'file' }, ({ registry }) => registry.as('ADMIN'));

const SECRET = 'the inside of the registry';

function fromPostgres(): Error {
  const error = new pg.DatabaseError(`relation "${SECRET}" does not exist`, 100, 'error');
  error.code = '42P01';
  error.detail = `Key (email)=(${SECRET}) is not there`;
  error.file = `/usr/src/${SECRET}.c`;
  return error;
}

const FAILURES: Readonly<Record<string, () => unknown>> = {
  'a bug': () => new TypeError(`cannot read ${SECRET}`),
  'an error of Postgres': fromPostgres,
  'an error with a cause': () => new Error('outer', { cause: fromPostgres() }),
  'an error with a status': () => Object.assign(new Error(SECRET), { statusCode: 500, code: 'FST_ERR' }),
  'a thrown value that is not an error': () => SECRET,
};

describe.each(['development', 'test', 'production'] as const)('in %s', (NODE_ENV) => {
  test.for(Object.keys(FAILURES))('%s is a 500 without details', async (name, { registry, user }) => {
    const broken = { ...registry.database, read: () => Promise.reject(FAILURES[name]?.()) };
    const app = await buildApp({
      config: { ...registry.config, NODE_ENV },
      database: broken,
      clock: () => NOW,
      log: pino({ level: 'silent' }),
    });
    const answer = await app.inject({ url: '/account/1', headers: user.authorization });
    await app.close();
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(Object.keys(answer.json()).toSorted()).toEqual(['detail', 'instance', 'status', 'title', 'type']);
    const sent = answer.body + JSON.stringify(answer.headers);
    for (const inside of [SECRET, 'does not exist', 'TypeError', '.ts:', 'node_modules', '42P01']) {
      expect(sent).not.toContain(inside);
    }
  });
});

test.for([
  ['a deadlock at every attempt', '40P01'],
  ['a serialization failure at every attempt', '40001'],
  ['a write to a server that has become read-only', '25006'],
  ['a statement cancelled by its timeout', '57014'],
] as const)('%s (%s) is a 503 with Retry-After', async ([_, code], { registry, user }) => {
  const app = await buildApp({
    config: registry.config,
    database: {
      ...registry.database,
      read: () => Promise.reject(Object.assign(new pg.DatabaseError('lost', 4, 'error'), { code })),
    },
    clock: () => NOW,
    log: pino({ level: 'silent' }),
  });
  const answer = await app.inject({ url: '/account/1', headers: user.authorization });
  await app.close();
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toMatch(/^\d+$/);
});
