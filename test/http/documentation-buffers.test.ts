import { expect, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { test } from '../harness/fixtures.ts';
import { NOW } from '../harness/registry.ts';

test.for(['/openapi.json', '/docs/json', '/docs/yaml'])(
  '%s is serialized once: all answers share one buffer',
  async (url, { registry }) => {
    const { config, database, app } = registry;
    const served = await buildApp({ config, database, clock: () => NOW, log: app.log });
    onTestFinished(() => served.close());
    const payloads: unknown[] = [];
    served.addHook('onSend', async (_request, _reply, payload) => void payloads.push(payload));
    for (let number = 0; number < 2; number++) expect((await served.inject({ url })).statusCode).toBe(200);
    expect(payloads).toEqual([expect.any(Buffer), expect.any(Buffer)]);
    expect(payloads[0]).toBe(payloads[1]);
  },
);
