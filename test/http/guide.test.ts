import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { testWithSample as test } from '../harness/fixtures.ts';
import { FAILURE_OUTPUT, printedProgram, runAgainst, type SampleRegistry } from '../harness/sample.ts';

const GUIDE = 'docs/GUIDE.md';

const claimed = async (sample: SampleRegistry, beneficiary: string) => {
  const { rows } = await sample.standby.query(
    `SELECT b.status, a.account_name AS account, (b.range_end - b.range_start + 1)::int AS quantity
     FROM bundle b JOIN account a ON a.id = b.account_id WHERE b.beneficiary = $1 AND b.status <> 'Bundle Split'`,
    [beneficiary],
  );
  return rows;
};

test('the steps of the guide in curl transfer, cancel and claim half a bundle, and issue another', async ({
  sample,
}) => {
  const steps = await printedProgram(GUIDE, 'sh');
  const output = await runAgainst(sample.url, 'bash', '-euo', 'pipefail', '-c', steps);
  expect(output).not.toMatch(FAILURE_OUTPUT);
  expect(output).toContain('Dry run');
  expect(output).toMatch(/"event_type":"UPDATE".*"status":"Claimed"/);
  expect(await claimed(sample, 'The school at the harbour')).toMatchObject([
    { status: 'Claimed', account: 'Test Account 2' },
  ]);
  const { rows } = await sample.standby.query(
    `SELECT i.quantity::int FROM issuance i JOIN device d ON d.id = i.device_id WHERE d.device_name = 'Harbour turbine'`,
  );
  expect(rows).toEqual([{ quantity: 2_500_000 }]);
});

const python = ['python3', '/usr/bin/python3'].find(
  (each) => spawnSync(each, ['-c', 'import httpx']).status === 0,
);

test.skipIf(python === undefined)('the program of the guide in Python cancels 1 kWh', async ({ sample }) => {
  const output = await runAgainst(sample.url, python ?? '', '-c', await printedProgram(GUIDE, 'python'));
  expect(output).toContain('Success');
  expect(output).toContain('409');
  expect(await claimed(sample, 'The library')).toEqual([
    { status: 'Cancelled', account: 'Test Account 2', quantity: 1_000 },
  ]);
});

/** Dependencies of the client, taken from the installation of this repository: the test needs no network. */
const DEPENDENCIES = ['openapi-fetch', 'openapi-typescript-helpers', 'p-retry', 'is-network-error'];

const npm = (folder: string, ...parameters: string[]) =>
  promisify(execFile)('npm', [...parameters, '--silent'], { cwd: folder });

/** An empty project in which the packed client is installed. */
async function projectWithClient(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'guide-'));
  await writeFile(join(folder, 'package.json'), '{ "name": "first-hour", "private": true }');
  await npm('client', 'pack', '--pack-destination', folder);
  for (const name of DEPENDENCIES)
    await npm(join('node_modules', name), 'pack', '--ignore-scripts', '--pack-destination', folder);
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await npm(
    folder,
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    ...archives.map((name) => `./${name}`),
  );
  return folder;
}

test('the program of the guide in TypeScript runs in Node.js outside the repository', async ({ sample }) => {
  const folder = await projectWithClient();
  try {
    const program = join(folder, 'first-hour.mjs');
    await writeFile(program, await printedProgram(GUIDE, 'ts'));
    expect(await runAgainst(sample.url, process.execPath, program)).toContain('Success');
    expect(await claimed(sample, 'The observatory')).toEqual([
      { status: 'Cancelled', account: 'Test Account 2', quantity: 1_000 },
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
