import http from 'node:http';
import { expect, onTestFinished, vi } from 'vitest';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { anAccountOfMany } from '../harness/many-bundles.ts';
import { metricsOf } from '../harness/metrics.ts';
import { runDue } from '../harness/recurring.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const PER_USER = 20;
/** More than the buffers of a connection hold. */
const BUNDLES = 12_000;
const test = baseTest.extend(
  'settings',
  { scope: 'file' },
  { MAX_STREAMS_PER_USER: String(PER_USER), MAX_STREAMS: '30' },
);

let accountId: number;
let auditor: Client;
let other: Client;

test.beforeAll(async ({ registry, market }) => {
  await registry.app.listen({ host: '127.0.0.1', port: 0 });
  auditor = await registry.as('AUDIT_USER');
  other = await registry.as('AUDIT_USER');
  accountId = await anAccountOfMany(registry, market.admin, {
    count: BUNDLES,
    metadataId: market.metadataId,
    users: [auditor, other],
  });
}, 120_000);

/** Requests all bundles over a separate socket. Nothing reads the body yet. */
function download({ app }: TestRegistry, client: Client): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${app.listeningOrigin}/certificate/query_full`, {
      method: 'POST',
      agent: false,
      headers: {
        ...client.authorization,
        accept: 'application/x-ndjson',
        'content-type': 'application/json',
      },
    });
    onTestFinished(() => void request.destroy());
    request.on('response', resolve).on('error', reject);
    request.end(JSON.stringify({ source_id: accountId }));
  });
}

/** Downloads of which the client reads one packet. */
async function stalled(registry: TestRegistry, client: Client, many: number) {
  return Promise.all(
    Array.from({ length: many }, async () => {
      const answer = await download(registry, client);
      expect(answer.statusCode).toBe(202);
      await new Promise((packet) => answer.once('readable', packet));
      return answer;
    }),
  );
}

const busy = ({ database }: TestRegistry) =>
  database.pools().reduce((sum, { connections, idle }) => sum + connections - idle, 0);
const openStreams = async ({ app }: TestRegistry) => (await metricsOf(app)).value('registry_streams_open');
const allClosed = (registry: TestRegistry) =>
  vi.waitFor(async () => expect(await openStreams(registry)).toBe(0), { timeout: 20_000, interval: 50 });

async function linesOf(answer: http.IncomingMessage) {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('clients that stop reading hold no connection: reads, writes and the scheduler go on', async ({
  registry,
  market,
}) => {
  const [first] = await stalled(registry, auditor, PER_USER);
  await vi.waitFor(() => expect(busy(registry)).toBe(0), { timeout: 20_000, interval: 50 });
  expect((await market.admin.get('/user/me')).statusCode).toBe(200);
  const name = crypto.randomUUID();
  expect((await market.admin.post('/organisation/create', { name })).statusCode).toBe(201);
  await runDue(registry, NOW);
  // A client that continues to read receives each bundle once, in order.
  const ranges = first && (await linesOf(first)).map((row) => row.certificate_bundle_id_range_start);
  expect(ranges).toEqual(Array.from({ length: BUNDLES }, (_, n) => n * 10 + 1));
}, 120_000);

test('a user over its limit of streams receives 429; other users and pages are served', async ({
  registry,
}) => {
  await allClosed(registry);
  await stalled(registry, auditor, PER_USER);
  const body = { source_id: accountId, limit: 1 };
  const refused = await auditor.post('/certificate/query', body, { accept: 'text/csv' });
  expect(refused.statusCode, refused.body).toBe(429);
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.json()).toMatchObject({ type: 'urn:gc-registry:problem:too-many-streams' });
  expect((await auditor.get('/events', { accept: 'text/event-stream' })).statusCode).toBe(429);
  expect((await auditor.post('/certificate/query', body)).statusCode).toBe(202);
  await stalled(registry, other, 1);
}, 120_000);

test('a process over its limit of streams answers 429, also to a user below its own', async ({
  registry,
}) => {
  await allClosed(registry);
  await Promise.all([stalled(registry, auditor, PER_USER), stalled(registry, other, 10)]);
  const refused = await other.post('/certificate/query', { source_id: accountId }, { accept: 'text/csv' });
  expect(refused.statusCode, refused.body).toBe(429);
  expect(refused.json().detail).toContain('of all users');
  expect(refused.headers['retry-after']).toBe('1');
}, 120_000);

test('a stream requested with HEAD is closed', async ({ registry, market }) => {
  await allClosed(registry);
  const answer = await fetch(`${registry.app.listeningOrigin}/events`, {
    method: 'HEAD',
    headers: { ...market.admin.authorization, accept: 'text/event-stream' },
  });
  expect(answer.status).toBe(200);
  await allClosed(registry);
});
