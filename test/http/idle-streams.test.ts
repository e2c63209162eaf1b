import http from 'node:http';
import { expect } from 'vitest';
import { test as baseTest } from '../harness/fixtures.ts';
import { anAccountOfMany } from '../harness/many-bundles.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { STREAM_IDLE_MS: '1000' });

test('a stream whose client does not read is aborted, so that the client notices', async ({
  registry,
  market,
}) => {
  await registry.app.listen({ host: '127.0.0.1', port: 0 });
  const { admin, metadataId } = market;
  const source_id = await anAccountOfMany(registry, admin, { count: 12_000, metadataId });
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = { ...admin.authorization, accept: 'text/csv', 'content-type': 'application/json' };
    http
      .request(`${registry.app.listeningOrigin}/certificate/query_full`, {
        method: 'POST',
        agent: false,
        headers,
      })
      .on('response', resolve)
      .on('error', reject)
      .end(JSON.stringify({ source_id }));
  });
  const connections = () =>
    new Promise<number>((resolve) => registry.app.server.getConnections((_error, many) => resolve(many)));
  await expect.poll(connections, { timeout: 30_000 }).toBe(0);
  const reading = (async () => {
    for await (const _chunk of answer);
  })();
  await expect(reading).rejects.toThrow('aborted');
}, 120_000);
