import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  openSampleRegistry,
  printedProgram,
  runAgainst,
  type SampleRegistry,
  STUMBLED,
} from '../harness/sample.ts';

const GUIDE = 'docs/GUIDE.md';

let registry: SampleRegistry;

beforeAll(async () => {
  registry = await openSampleRegistry();
});

afterAll(() => registry.close());

const claimed = async (beneficiary: string) => {
  const { rows } = await registry.standby.query(
    `SELECT b.status, a.account_name AS account, (b.range_end - b.range_start + 1)::int AS quantity
     FROM bundle b JOIN account a ON a.id = b.account_id WHERE b.beneficiary = $1 AND b.status <> 'Bundle Split'`,
    [beneficiary],
  );
  return rows;
};

test('the steps of the guide in curl transfer, cancel and claim half a bundle, and issue another', async () => {
  const steps = await printedProgram(GUIDE, 'sh');
  const output = await runAgainst(registry.url, 'bash', '-euo', 'pipefail', '-c', steps);
  expect(output).not.toMatch(STUMBLED);
  expect(output).toContain('Dry run');
  expect(output).toContain('Claimed');
  expect(await claimed('The school at the harbour')).toMatchObject([
    { status: 'Claimed', account: 'Test Account 2' },
  ]);
  const { rows } = await registry.standby.query(
    `SELECT i.quantity::int FROM issuance i JOIN device d ON d.id = i.device_id WHERE d.device_name = 'Harbour turbine'`,
  );
  expect(rows).toEqual([{ quantity: 2_500_000 }]);
});

const python = ['python3', '/usr/bin/python3'].find(
  (each) => spawnSync(each, ['-c', 'import httpx']).status === 0,
);

test.skipIf(python === undefined)('the program of the guide in Python cancels 1 kWh', async () => {
  const output = await runAgainst(registry.url, python ?? '', '-c', await printedProgram(GUIDE, 'python'));
  expect(output).toContain('Success');
  expect(output).toContain('409');
  expect(await claimed('The library')).toEqual([
    { status: 'Cancelled', account: 'Test Account 2', quantity: 1_000 },
  ]);
});

test('the program of the guide in TypeScript cancels 1 kWh', async () => {
  const program = await printedProgram(GUIDE, 'ts');
  const output = await runAgainst(
    registry.url,
    'node_modules/.bin/tsx',
    '--input-type=module',
    '-e',
    program,
  );
  expect(output).toContain('Success');
  expect(await claimed('The observatory')).toEqual([
    { status: 'Cancelled', account: 'Test Account 2', quantity: 1_000 },
  ]);
});
