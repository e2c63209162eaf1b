import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, describe, expect, inject, onTestFinished, vi } from 'vitest';
import { type Anchor, signAnchor, textOf } from '../../src/anchor/anchor.ts';
import { publicJwkOf } from '../../src/anchor/key-set.ts';
import { startRegistry } from '../../src/start.ts';
import { aKey } from '../harness/anchors.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { type Ended, environmentOf, runProgram } from '../harness/program.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { type AnchorSetup, openAnchorSetup } from './anchor-setup.ts';

let setup: AnchorSetup;
let first: Anchor;

test.beforeEach(async ({ registry, market }) => {
  setup = await openAnchorSetup(registry);
  const { id } = await market.bundle({ quantity: 100 });
  await market.cancel([id], { certificate_quantity: 40 });
  first = await setup.anchor();
});
afterEach(() => setup.close());

/** The settings with the public key and the directory, but without the private key, as an auditor has them. */
const settings = () => {
  const keys = join(setup.directory, 'keys');
  writeFileSync(keys, JSON.stringify({ keys: [publicJwkOf(setup.key)] }));
  return { ANCHOR_KEYS_FILE: keys, ANCHOR_DIRECTORY: setup.directory };
};
const verifyWith = (registry: TestRegistry, more: Record<string, string>, ...args: string[]) =>
  runProgram('verify-journal', environmentOf(registry, inject('cluster').primary, more), ...args);
const verify = (registry: TestRegistry, ...args: string[]) => verifyWith(registry, settings(), ...args);
const file = (text: string) => {
  const path = join(setup.directory, 'kept');
  writeFileSync(path, text);
  return path;
};

const RIGHT =
  /^\d+ events are right, in the journal\.\nAll anchors are right: 1 in the directory, 1 in the database\.\n/;

describe('journal:verify', () => {
  test('reports the anchors of every place', async ({ registry }) => {
    expect(await verify(registry)).toMatchObject({ code: 0, output: expect.stringMatching(RIGHT) });
  });

  test('does not mention anchors without keys', async ({ registry }) => {
    const { code, output } = await verifyWith(registry, {});
    expect(code, output).toBe(0);
    expect(output).not.toContain('anchor');
  });
});

describe('journal:verify --since', () => {
  const ANCHORED = () =>
    `The anchor of position ${first.position} is right: no entry up to it has changed since ${first.signed_at}.\n` +
    `  hash ${first.hash}\n  key ${first.key_id}\n  60 Wh Active\n  100 Wh Bundle Split\n  40 Wh Cancelled\n`;

  test('takes an anchor from a file', async ({ registry }) => {
    const { code, output } = await verify(registry, '--since', file(textOf(first)));
    expect(code, output).toBe(0);
    expect(output).toContain(ANCHORED());
  });

  test('takes the response of GET /journal/head', async ({ registry }) => {
    const head = JSON.stringify({ position: 9, hash: first.hash, anchor: first });
    expect((await verify(registry, '--since', file(head))).output).toContain(ANCHORED());
  });

  test('takes an anchor from standard input', async ({ registry }) => {
    const env = environmentOf(registry, inject('cluster').primary, settings());
    const args = ['--import', 'tsx', 'src/command/verify-journal.ts', '--since', '-'];
    const { code, output } = await new Promise<Ended>((resolve) => {
      const child = execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, output: stdout + stderr }),
      );
      child.stdin?.end(textOf(first));
    });
    expect(code, output).toBe(0);
    expect(output).toContain(ANCHORED());
  });

  test('takes the position of an anchor in a store', async ({ registry }) => {
    const { code, output } = await verify(registry, '--since', String(first.position));
    expect(code, output).toBe(0);
    expect(output).toContain(ANCHORED());
  });

  test('reports a history that the owner of the database rewrote, and exits with 1', async ({ registry }) => {
    await setup.rewrite(
      `UPDATE journal SET actor_id = 1 WHERE entity_name = 'bundle' AND event_type = 'UPDATE'`,
    );
    const kept = file(textOf(first));
    expect(await verifyWith(registry, {})).toMatchObject({ code: 0 });
    expect(await verify(registry, '--since', kept)).toMatchObject({
      code: 1,
      output: expect.stringMatching(
        /^DIFFERENCE: position \d+: the chain has another hash than the anchor 0: an entry was changed after 2026-03-15T12:00:00\.\d{3}Z\n/,
      ),
    });
  });

  test('reports an anchor of an unknown key, and exits with 1', async ({ registry }) => {
    const { code, output } = await verify(registry, '--since', file(textOf(signAnchor(first, aKey()))));
    expect(code, output).toBe(1);
    expect(output).toContain('DIFFERENCE: the given anchor is signed by the key ');
  });

  test.for<[string, (path: string) => string, string]>([
    ['a file that is no anchor', () => file('{}'), 'is not an anchor'],
    ['a file that does not exist', () => '/no/such/anchor', 'cannot be read'],
    ['a position without an anchor', () => '999', 'no configured store has an anchor of position 999'],
  ])('exits with 2 and one line for %s', async ([_, given, reason], { registry }) => {
    const { code, output } = await verify(registry, '--since', given(''));
    expect(code, output).toBe(2);
    expect(output).toMatch(/^Usage: --since: [^\n]+\n$/);
    expect(output).toContain(reason);
  });

  test('exits with 2 and one line without keys', async ({ registry }) => {
    const kept = file(textOf(first));
    expect(await verifyWith(registry, {}, '--since', kept)).toEqual({
      code: 2,
      output: 'Configuration: ANCHOR_KEYS_FILE must be set to verify an anchor\n',
    });
  });

  test('exits with 3 and one line if a store cannot be reached', async ({ registry }) => {
    const missing = { ...settings(), ANCHOR_DIRECTORY: '/no/such/directory' };
    expect(await verifyWith(registry, missing, '--since', file(textOf(first)))).toMatchObject({
      code: 3,
      output: 'The directory of anchors cannot be read.\n',
    });
  });
});

describe('a registry with ANCHOR_KEY_FILE', () => {
  /** An API process as `main.ts` starts it, with its readiness. */
  async function start(registry: TestRegistry, more: Record<string, string>) {
    const log = pino({ level: 'silent' });
    const running = await startRegistry({ ...registry.config, PORT: 0, ...more }, log);
    onTestFinished(() => running.stop());
    return async () => JSON.parse(await (await fetch(`${running.url}/health/ready`)).text());
  }
  function keyFile(): string {
    const path = join(setup.directory, 'key.pem');
    writeFileSync(path, setup.key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return path;
  }

  test('signs, stores and reports anchors', async ({ registry }) => {
    const ready = await start(registry, { ANCHOR_KEY_FILE: keyFile(), ANCHOR_DIRECTORY: setup.directory });
    await vi.waitFor(
      async () =>
        expect(await ready()).toMatchObject({
          status: 'ready',
          anchors: {
            signed_at: expect.stringMatching(/^20/),
            stores: [{ name: 'directory', state: 'up', unwritten: 0, problem: null, warnings: [] }],
            problem: null,
          },
        }),
      { timeout: 30_000, interval: 100 },
    );
  });

  test('is degraded while a store fails', async ({ registry }) => {
    const ready = await start(registry, {
      ANCHOR_KEY_FILE: keyFile(),
      ANCHOR_DIRECTORY: '/no/such/directory',
    });
    await vi.waitFor(
      async () =>
        expect(await ready()).toMatchObject({
          status: 'degraded',
          anchors: { stores: [{ name: 'directory', state: 'down', problem: 'it does not accept anchors' }] },
        }),
      { timeout: 30_000, interval: 100 },
    );
  });

  test('is degraded after its history was rewritten', async ({ registry }) => {
    await setup.rewrite(
      `UPDATE journal SET actor_id = 1 WHERE entity_name = 'bundle' AND event_type = 'UPDATE'`,
    );
    await setup.client.query("INSERT INTO organisation (name) VALUES ('new')");
    const ready = await start(registry, { ANCHOR_KEY_FILE: keyFile() });
    await vi.waitFor(
      async () =>
        expect(await ready()).toMatchObject({
          status: 'degraded',
          anchors: {
            problem: 'the journal is not what its last anchor says: an entry before it was changed',
          },
        }),
      { timeout: 30_000, interval: 100 },
    );
  });

  test('does not start with a key file that others can read', async ({ registry }) => {
    const path = join(setup.directory, 'open.pem');
    mkdirSync(setup.directory, { recursive: true });
    writeFileSync(path, setup.key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o644 });
    await expect(start(registry, { ANCHOR_KEY_FILE: path })).rejects.toThrow(
      `Configuration: ANCHOR_KEY_FILE: others can access ${path}`,
    );
  });
});
