import { expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { captureLog } from '../harness/log.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { TRUSTED_PROXIES: '10.0.0.0/8' });

/** A process that has answered nothing yet, with its log. */
async function aProcess({ config, database }: TestRegistry) {
  const { log, lines } = captureLog('warn');
  const app = await buildApp({ config, database, log, clock: () => NOW });
  const ask = (remoteAddress: string, headers: Record<string, string>) =>
    app.inject({ url: '/health', remoteAddress, headers });
  const ignores = async () => (await app.inject('/health/ready')).json().ignores_forwarded_for;
  return { app, ask, ignores, lines };
}

const forwarded = { 'x-forwarded-for': '198.51.100.7' };

test('X-Forwarded-For of an unknown peer is reported once in the log, and in readiness', async ({
  registry,
}) => {
  const { app, ask, ignores, lines } = await aProcess(registry);
  expect(await ignores()).toBe(false);
  for (let number = 0; number < 3; number++) await ask('192.0.2.1', forwarded);
  expect(await ignores()).toBe(true);
  const warnings = lines().filter(({ msg }) => String(msg).includes('X-Forwarded-For'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ peer: '192.0.2.1', msg: expect.stringContaining('TRUSTED_PROXIES') });
  await app.close();
});

test('X-Forwarded-For of a trusted proxy is not reported, nor are requests without it', async ({
  registry,
}) => {
  const { app, ask, ignores, lines } = await aProcess(registry);
  await ask('10.1.2.3', forwarded);
  await ask('192.0.2.1', {});
  expect(await ignores()).toBe(false);
  expect(lines()).toEqual([]);
  await app.close();
});

test('without TRUSTED_PROXIES every X-Forwarded-For is reported', async ({ registry }) => {
  const config = { ...registry.config, TRUSTED_PROXIES: [] };
  const { app, ask, ignores } = await aProcess({ ...registry, config });
  await ask('10.1.2.3', forwarded);
  expect(await ignores()).toBe(true);
  await app.close();
});
