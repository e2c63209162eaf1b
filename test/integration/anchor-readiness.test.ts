import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, expect, inject, onTestFinished, vi } from 'vitest';
import { textOf } from '../../src/anchor/anchor.ts';
import { publicJwkOf } from '../../src/anchor/key-set.ts';
import { startRegistry } from '../../src/start.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { environmentOf, runProgram } from '../harness/program.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { type AnchorSetup, openAnchorSetup } from './anchor-setup.ts';

let setup: AnchorSetup;

test.beforeEach(async ({ registry }) => {
  setup = await openAnchorSetup(registry);
  await setup.client.query("INSERT INTO organisation (name) VALUES ('first'), ('second')");
});
afterEach(() => setup.close());

/** Starts an API process as `main.ts` does, and returns its readiness. */
async function start(registry: TestRegistry, settings: Record<string, string>) {
  const log = pino({ level: 'silent' });
  const running = await startRegistry({ ...registry.config, PORT: 0, ...settings }, log);
  onTestFinished(() => running.stop());
  return async () => JSON.parse(await (await fetch(`${running.url}/health/ready`)).text());
}
function file(name: string, content: string | Buffer, mode = 0o600): string {
  const path = join(setup.directory, name);
  writeFileSync(path, content, { mode });
  return path;
}
const keyFile = (mode?: number) =>
  file('key.pem', setup.key.privateKey.export({ type: 'pkcs8', format: 'pem' }), mode);
const waitFor = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 30_000, interval: 100 });
const rewriteHistory = () =>
  setup.rewrite(
    `UPDATE journal SET attributes_after = attributes_after || '{"name": "forged"}' WHERE entity_id = 1`,
  );

test('a registry with a key signs, stores and reports anchors', async ({ registry }) => {
  const ready = await start(registry, { ANCHOR_KEY_FILE: keyFile(), ANCHOR_DIRECTORY: setup.directory });
  await waitFor(async () =>
    expect(await ready()).toMatchObject({
      status: 'ready',
      anchors: {
        signed_at: expect.stringMatching(/^20/),
        stores: [{ name: 'directory', state: 'up', unwritten: 0, problem: null, warnings: [] }],
        problem: null,
      },
    }),
  );
  expect(await setup.verify()).toMatchObject({
    difference: null,
    places: [
      { name: 'the directory', anchors: 1 },
      { name: 'the database', anchors: 1 },
    ],
  });
});

test('a registry is degraded while a store fails', async ({ registry }) => {
  const ready = await start(registry, {
    ANCHOR_KEY_FILE: keyFile(),
    ANCHOR_DIRECTORY: '/no/such/directory',
  });
  await waitFor(async () =>
    expect(await ready()).toMatchObject({
      status: 'degraded',
      anchors: { stores: [{ name: 'directory', state: 'down', problem: 'it does not accept anchors' }] },
    }),
  );
});

test('a registry is degraded, and signs nothing, after its history was rewritten', async ({ registry }) => {
  await setup.sign();
  await rewriteHistory();
  await setup.client.query("INSERT INTO organisation (name) VALUES ('third')");
  const ready = await start(registry, { ANCHOR_KEY_FILE: keyFile() });
  await waitFor(async () =>
    expect(await ready()).toMatchObject({
      status: 'degraded',
      anchors: { problem: 'the journal is not what its last anchor says: an entry before it was changed' },
    }),
  );
});

test('a registry does not start with a key file that others can read', async ({ registry }) => {
  const path = keyFile(0o644);
  await expect(start(registry, { ANCHOR_KEY_FILE: path })).rejects.toThrow(
    `Configuration: ANCHOR_KEY_FILE: others can access ${path}`,
  );
});

test('journal:verify --since reports a history that the owner rewrote, and exits with 1', async ({
  registry,
}) => {
  const kept = file('kept', textOf(await setup.sign()));
  await rewriteHistory();
  const verify = (settings: Record<string, string>, ...args: string[]) =>
    runProgram('verify-journal', environmentOf(registry, inject('cluster').primary, settings), ...args);
  expect(await verify({})).toMatchObject({ code: 0 });
  const keys = file('keys', JSON.stringify({ keys: [publicJwkOf(setup.key)] }));
  expect(await verify({ ANCHOR_KEYS_FILE: keys }, '--since', kept)).toMatchObject({
    code: 1,
    output: expect.stringMatching(
      /^DIFFERENCE: position 1: the chain has another hash than the anchor 0: an entry was changed after 2026-03-15T12:00:00\.001Z\n/,
    ),
  });
});
