import http from 'node:http';
import type { FastifyInstance } from 'fastify';
import { expect, onTestFinished, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { testWithOwnRegistry } from '../harness/fixtures.ts';
import { emailOf, logIn, loginOf, post, refresh } from '../harness/login.ts';
import { NOW, PASSWORD, type TestRegistry } from '../harness/registry.ts';

// A third of the connections is for logins, and one network has two of the three.
const test = testWithOwnRegistry.extend('settings', { scope: 'file' }, { DATABASE_POOL_SIZE: '9' });

const [CROWDED, OTHER] = ['192.0.2.1', '192.0.2.2'];
/** The logins of one network that run and wait at a time. */
const OF_NETWORK = 22;

/** An application in which the transactions of the first two requests wait until they are released. */
async function withHeldLogins({ config, database, app: { log } }: TestRegistry) {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const began = new Set<string | null>();
  const app = await buildApp({
    config,
    database: {
      ...database,
      async transact(actor, ...rest) {
        began.add(actor.requestId);
        if (began.size <= 2) await held;
        return database.transact(actor, ...rest);
      },
    },
    clock: () => NOW,
    log,
  });
  onTestFinished(async () => {
    letGo();
    await app.close();
  });
  return { app, letGo, begun: () => began.size };
}

async function aUser(registry: TestRegistry) {
  return emailOf(registry, await registry.as('TRADING_USER'));
}

test('logins of one network beyond its limit are refused; other networks and refreshes are served', async ({
  registry,
}) => {
  const [guesser, honest] = [await aUser(registry), await aUser(registry)];
  const { tokens } = await logIn(registry, honest);
  const { app, letGo, begun } = await withHeldLogins(registry);
  const crowd = Array.from({ length: 600 }, () =>
    post(app, '/auth/login', { username: guesser, password: PASSWORD }, CROWDED),
  );
  await vi.waitFor(() => expect(begun()).toBeGreaterThanOrEqual(2), 20_000);
  loginOf(app, await post(app, '/auth/login', { username: honest, password: PASSWORD }, OTHER));
  expect((await refresh({ app }, tokens.refresh_token)).statusCode).toBe(200);
  letGo();
  const answers = await Promise.all(crowd);
  const refused = answers.filter(({ statusCode }) => statusCode === 429);
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(OF_NETWORK);
  expect(refused).toHaveLength(600 - OF_NETWORK);
  for (const { headers } of refused) expect(headers['retry-after']).toBe('1');
  expect(refused[0]?.json()).toMatchObject({ type: 'urn:gc-registry:problem:too-many-mutations' });
});

/** A login over a connection of its own, which the returned function ends. */
function abandonable(app: FastifyInstance, username: string): () => void {
  const request = http.request(`${app.listeningOrigin}/auth/login`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json' },
  });
  request.on('error', () => undefined).end(JSON.stringify({ username, password: PASSWORD }));
  return () => void request.destroy();
}

const connections = ({ server }: FastifyInstance) =>
  new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));

test('a login whose client is gone before its turn never begins', async ({ registry }) => {
  const username = await aUser(registry);
  const { app, letGo, begun } = await withHeldLogins(registry);
  await app.listen({ host: '127.0.0.1', port: 0 });
  let received = 0;
  app.server.on('request', () => {
    received += 1;
  });
  const ends = Array.from({ length: OF_NETWORK }, () => abandonable(app, username));
  await vi.waitFor(() => expect([received, begun()]).toEqual([OF_NETWORK, 2]), 20_000);
  for (const end of ends) end();
  await vi.waitFor(async () => expect(await connections(app)).toBe(0), 20_000);
  letGo();
  loginOf(app, await post(app, '/auth/login', { username, password: PASSWORD }));
  expect(begun()).toBe(3);
});
