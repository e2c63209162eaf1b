import { request as open } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { TradingPair } from '../harness/builders.ts';
import { test as baseTest } from '../harness/fixtures.ts';

const test = baseTest.extend('url', { scope: 'file' }, ({ registry }) =>
  registry.app.listen({ host: '127.0.0.1', port: 0 }),
);

/** Sends the headers of a request and half of its body, waits for `meanwhile`, and sends the rest. */
async function slowTransfer(
  market: TradingPair,
  url: string,
  bundleId: number,
  meanwhile: () => Promise<unknown>,
): Promise<number | undefined> {
  const body = JSON.stringify({
    source_id: market.source.id,
    target_id: market.target.id,
    granular_certificate_bundle_ids: [bundleId],
  });
  const request = open(`${url}/certificate/transfer`, {
    method: 'POST',
    headers: {
      ...market.trader.authorization,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    request.on('response', (answer) => resolve(answer.resume().statusCode));
    request.on('error', reject);
  });
  request.write(body.slice(0, 10));
  await sleep(1_500);
  await meanwhile();
  request.end(body.slice(10));
  return answered;
}

test('rights that end while a body is received are not applied', async ({ market, url }) => {
  const bundle = await market.bundle();
  expect(await slowTransfer(market, url, bundle.id, async () => {})).toBe(202);
  const another = await market.bundle();
  const leave = () =>
    market.admin.patch(`/account/update/${market.source.id}`, { user_ids: [market.admin.userId] });
  expect(await slowTransfer(market, url, another.id, leave)).toBe(404);
});
