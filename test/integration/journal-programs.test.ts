import pg from 'pg';
import { describe, expect, inject } from 'vitest';
import { executeOn, types } from '../../src/database/connection.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { secureSettings } from '../eventstore/certificate.ts';
import { type FakeEventStore, type Secure, startEventStore } from '../eventstore/server.ts';
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
  runWith(registry, {}, program, ...args);
const runWith = (
  registry: TestRegistry,
  settings: Record<string, string>,
  program: string,
  ...args: string[]
) => runProgram(program, environmentOf(registry, inject('cluster').primary, settings), ...args);

test('both programs confirm an intact registry, and end with 0', async ({ registry }) => {
  // Standard output, which comes first here, has only the result; the progress is on lines of its own.
  expect(await run(registry, 'verify-journal')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^\d+ events are right, in the journal\.\n(\d+ events verified\n)+$/),
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
    output: expect.stringContaining('DIFFERENCE: device 1 has power_mw 100, but 7 in its events'),
  });
});

test.for([
  ['an event store that is not configured', ['--from', 'eventstore']],
  ['another source', ['--from', 'memory']],
  ['an unknown option', ['--form', 'journal']],
] as const)('a replay with %s is refused in one line, and ends with 2', async ([_, args], { registry }) => {
  const { code, output } = await run(registry, 'replay-journal', ...args);
  expect(code, output).toBe(2);
  expect(output.trim().split('\n')).toHaveLength(1);
});

describe('an unusable event store', () => {
  let secure: Secure;
  let eventStore: FakeEventStore;

  test.beforeAll(async () => {
    secure = await secureSettings();
    eventStore = await startEventStore({ secure });
  });
  test.afterAll(() => eventStore.stop());

  const down = async () => 'esdb://127.0.0.1:9?tls=false';
  const otherPassword = async () => eventStore.connectionString.replace(secure.password, 'another-password');
  const otherCertificate = async () =>
    eventStore.connectionString.replace(
      encodeURIComponent(secure.certificateFile),
      encodeURIComponent((await secureSettings()).certificateFile),
    );

  test.for([
    ['is down', down, 'connect ECONNREFUSED 127.0.0.1:9'],
    ['refuses the password', otherPassword, 'refuses the user or the password of ESDB_CONNECTION_STRING'],
    ['presents another certificate', otherCertificate, 'self-signed certificate'],
  ] as const)(
    'ends both programs with 3 and one line, if it %s',
    async ([_, connection, reason], { registry }) => {
      const settings = { ESDB_CONNECTION_STRING: await connection() };
      const ends = await Promise.all([
        runWith(registry, settings, 'verify-journal'),
        runWith(registry, settings, 'replay-journal', '--from', 'eventstore'),
      ]);
      for (const { code, output } of ends) {
        expect(code, output).toBe(3);
        expect(output).toMatch(/^EventStoreDB [^\n]+\n$/);
        expect(output).toContain(reason);
        expect(output).not.toContain('another-password');
      }
    },
  );

  test('ends a program with 2 and one line, if its connection string is malformed', async ({ registry }) => {
    const settings = { ESDB_CONNECTION_STRING: 'esdb://admin:a-password@127.0.0.1:2113?tls=perhaps' };
    const { code, output } = await runWith(registry, settings, 'verify-journal');
    expect(code, output).toBe(2);
    expect(output).toBe('Configuration: ESDB_CONNECTION_STRING: true or false is expected at character 44\n');
  });
});
