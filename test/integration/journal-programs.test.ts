import pg from 'pg';
import { expect, inject } from 'vitest';
import { executeOn, types } from '../../src/database/connection.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { tradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { environmentOf, runProgram } from '../harness/program.ts';
import type { TestRegistry } from '../harness/registry.ts';

test.beforeAll(async ({ registry }) => {
  const market = await tradingPair(registry);
  await market.transfer([(await market.bundle()).id], { certificate_quantity: 30 });
  const client = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL, types });
  await client.connect();
  await sequence(executeOn(client), new AbortController().signal);
  await client.end();
});

const run = (registry: TestRegistry, program: string, ...args: string[]) =>
  runProgram(program, environmentOf(registry, inject('cluster').primary), ...args);

test('both programs find a registry in order, and end with 0', async ({ registry }) => {
  expect(await run(registry, 'verify-journal')).toMatchObject({
    code: 0,
    output: expect.stringContaining('are right'),
  });
  expect(await run(registry, 'replay-journal')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/\d+ events make the database as it is: \d+ rows are the same\./),
  });
});

test('both programs name the first difference, and end with 1', async ({ registry }) => {
  const client = await registry.primary.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(
    `UPDATE journal SET attributes_after = attributes_after || '{"power_mw": 7}' WHERE entity_name = 'device'`,
  );
  client.release(true);
  expect(await run(registry, 'verify-journal')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/DIFFERENCE: position \d+: the entry of event \S+ does not fit its hash/),
  });
  expect(await run(registry, 'replay-journal')).toMatchObject({
    code: 1,
    output: expect.stringContaining('DIFFERENCE: device 1 has power_mw 100, and by its events 7'),
  });
});

test('a replay from an event store that is not configured, or from elsewhere, is refused in one line', async ({
  registry,
}) => {
  for (const from of ['eventstore', 'memory']) {
    const { code, output } = await run(registry, 'replay-journal', '--from', from);
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
  }
});
