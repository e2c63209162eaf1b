import { once } from 'node:events';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { expect, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { anAccountOfMany } from '../harness/many-bundles.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest
  .extend(
    'settings',
    { scope: 'file' },
    {
      HEADERS_TIMEOUT_MS: '1000',
      REQUEST_TIMEOUT_MS: '2000',
      KEEP_ALIVE_TIMEOUT_MS: '1000',
      RESPONSE_IDLE_MS: '1000',
    },
  )
  .extend('url', { scope: 'file' }, ({ registry }) => registry.app.listen({ host: '127.0.0.1', port: 0 }));

/** A connection to the registry, and what it has received so far. */
async function connection(url: string): Promise<{ socket: Socket; received: () => string }> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  // Depending on the moment, a connection that the server ends is closed or reset.
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return { socket, received: () => text };
}

const connections = (app: FastifyInstance) =>
  new Promise<number>((resolve) => app.server.getConnections((_error, many) => resolve(many)));
const allEnded = ({ app }: TestRegistry) => expect.poll(() => connections(app), { timeout: 30_000 }).toBe(0);

const LATE_REQUESTS: Readonly<Record<string, readonly string[]>> = {
  'that sends nothing': [],
  'whose headers do not end': ['GET /health HTTP/1.1\r\nhost: registry\r\nx-slow: '],
  'whose body does not end': [
    'POST /auth/login HTTP/1.1\r\nhost: registry\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
  ],
};

test.for(Object.keys(LATE_REQUESTS))('a client %s is ended', async (what, { registry, url }) => {
  const { socket, received } = await connection(url);
  for (const part of LATE_REQUESTS[what] ?? []) socket.write(part);
  await once(socket, 'close');
  expect(received()).toMatch(/^(HTTP\/1\.1 408 |$)/);
  await allEnded(registry);
});

test('a client that sends no further request is ended', async ({ registry, url }) => {
  const { socket, received } = await connection(url);
  socket.write('GET /health HTTP/1.1\r\nhost: registry\r\n\r\n');
  await once(socket, 'close');
  expect(received()).toMatch(/^HTTP\/1\.1 200 /);
  await allEnded(registry);
});

test('a connection beyond the limit is closed at once, and the others are served', async ({ registry }) => {
  const { database } = registry;
  const config = {
    ...registry.config,
    MAX_CONNECTIONS: 3,
    HEADERS_TIMEOUT_MS: 60_000,
    REQUEST_TIMEOUT_MS: 60_000,
  };
  const app = await buildApp({ config, database, clock: () => NOW, log: registry.app.log });
  onTestFinished(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const open = [await connection(url), await connection(url), await connection(url)];
  await expect.poll(() => connections(app), { timeout: 30_000 }).toBe(3);
  const { socket, received } = await connection(url);
  await once(socket, 'close');
  expect(received()).toBe('');
  for (const { socket: served, received: answer } of open) {
    served.write('GET /health HTTP/1.1\r\nhost: registry\r\nconnection: close\r\n\r\n');
    await once(served, 'close');
    expect(answer()).toMatch(/^HTTP\/1\.1 200 /);
  }
});

test('a client that does not read a large JSON response is ended', async ({ registry, market, url }) => {
  const { admin, metadataId } = market;
  const source_id = await anAccountOfMany(registry, admin, { count: 10_000, metadataId });
  const request = http.request(`${url}/certificate/query`, {
    method: 'POST',
    agent: false,
    headers: { ...admin.authorization, 'content-type': 'application/json' },
  });
  request.end(JSON.stringify({ source_id, limit: 10_000 }));
  const [answer]: http.IncomingMessage[] = await once(request, 'response');
  expect(answer?.statusCode).toBe(202);
  await allEnded(registry);
  await expect(
    (async () => {
      for await (const _chunk of answer ?? []);
    })(),
  ).rejects.toThrow('aborted');
}, 120_000);
