import http from 'node:http';
import { afterAll, expect, onTestFinished } from 'vitest';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { untilReplicated } from '../harness/builders.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { anAccountOfMany } from '../harness/many-bundles.ts';
import { metricsOf } from '../harness/metrics.ts';
import { waitForSequencer } from '../harness/polling.ts';
import type { TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { RESPONSE_IDLE_MS: '1000' });

/** More than the buffers of a connection hold. */
const BUNDLES = 12_000;

let journal: Journal;
let accountId: number;

test.beforeAll(async ({ registry, market }) => {
  journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
  await registry.app.listen({ host: '127.0.0.1', port: 0 });
  const { admin, metadataId } = market;
  accountId = await anAccountOfMany(registry, admin, { count: BUNDLES, metadataId });
  await waitForSequencer(registry.primary, 120_000);
  await untilReplicated(registry);
}, 180_000);
afterAll(() => journal.stop());

interface StreamRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly accept: string;
  readonly body?: object;
}

const REQUESTS: Record<string, () => StreamRequest> = {
  'a download': () => ({
    method: 'POST',
    path: '/certificate/query_full',
    accept: 'text/csv',
    body: { source_id: accountId },
  }),
  'an event stream': () => ({ method: 'GET', path: '/events', accept: 'text/event-stream' }),
};

/** Sends a request on a connection of its own. Nothing reads the body. */
function send(
  { app }: TestRegistry,
  { method, path, accept, body }: StreamRequest,
  authorization: { authorization: string },
): Promise<http.IncomingMessage> {
  const headers = { ...authorization, accept, ...(body && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const request = http.request(`${app.listeningOrigin}${path}`, { method, agent: false, headers });
    onTestFinished(() => void request.destroy());
    request.on('response', resolve).on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

const busy = ({ database }: TestRegistry) =>
  database.pools().reduce((sum, { connections, idle }) => sum + connections - idle, 0);

test.for(Object.keys(REQUESTS))(
  '%s whose client does not read holds no connection of a pool, and is aborted, so that the client notices',
  { timeout: 120_000 },
  async (kind, { registry, market }) => {
    const request = REQUESTS[kind]?.();
    if (request === undefined) throw new Error(`there is no request for ${kind}`);
    const answer = await send(registry, request, market.admin.authorization);
    expect(answer.statusCode).toBeLessThan(300);
    await expect.poll(() => busy(registry), { timeout: 20_000 }).toBe(0);
    const connections = () =>
      new Promise<number>((resolve) => registry.app.server.getConnections((_error, many) => resolve(many)));
    await expect.poll(connections, { timeout: 30_000 }).toBe(0);
    const open = async () => (await metricsOf(registry.app)).value('registry_streams_open');
    await expect.poll(open, { timeout: 30_000 }).toBe(0);
    const reading = (async () => {
      for await (const _chunk of answer);
    })();
    await expect(reading).rejects.toThrow('aborted');
  },
);
