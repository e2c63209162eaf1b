import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { type Anchor, signAnchor, textOf } from '../../src/anchor/anchor.ts';
import { publicJwkOf } from '../../src/anchor/key-set.ts';
import { aKey } from '../harness/anchors.ts';
import type { TradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { type Ended, environmentOf, runProgram } from '../harness/program.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { type AnchorSetup, openAnchorSetup } from './anchor-setup.ts';

let setup: AnchorSetup;
let first: Anchor;

/** A registry with an anchor, also in a directory. */
async function open(registry: TestRegistry, market: TradingPair): Promise<void> {
  setup = await openAnchorSetup(registry);
  const { id } = await market.bundle({ quantity: 100 });
  await market.cancel([id], { certificate_quantity: 40 });
  first = await setup.anchor();
}

test.beforeAll(({ registry, market }) => open(registry, market));
test.afterAll(() => setup.close());

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
