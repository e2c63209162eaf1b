import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedSampleRegistry } from '../../seed/sample-registry.ts';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { NOW, openRegistry, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let journal: Journal;

beforeAll(async () => {
  registry = await openRegistry();
  const { database, config } = registry;
  journal = startJournal({ writeUrl: config.DATABASE_WRITE_URL, onError: () => {} });
  await seedSampleRegistry({ database, config, today: NOW, report: () => {} });
});

afterAll(async () => {
  await journal.stop();
  await registry.close();
});

/** The steps of the README as a newcomer types them, one after the other in one shell. */
async function typeTheSteps(url: string): Promise<string> {
  const readme = await readFile('README.md', 'utf8');
  const steps = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, step]) => step);
  expect(steps.length).toBeGreaterThan(4);
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', steps.join('\n')], {
    env: { ...process.env, REGISTRY: url },
  });
  return stdout;
}

test('the steps of the README, as printed, move half a bundle and cancel it in both databases and the journal', async () => {
  const output = await typeTheSteps(await registry.app.listen({ host: '127.0.0.1', port: 0 }));
  expect(output).toContain('The school at the harbour');
  expect(output).not.toContain('"status":4');
  expect(output).toMatch(/"event_type":"UPDATE".*"status":"Cancelled"/);

  const cancelled = `
    SELECT b.id, b.beneficiary, a.account_name, b.range_end - b.range_start + 1 AS quantity,
           p.range_end - p.range_start + 1 AS whole, p.status AS parent_status
    FROM bundle b JOIN account a ON a.id = b.account_id JOIN bundle p ON p.id = b.parent_id
    WHERE b.status = 'Cancelled'`;
  const onPrimary = await registry.primary.query(cancelled);
  const onStandby = await registry.standby.query(cancelled);
  expect(onPrimary.rows).toHaveLength(1);
  expect(onStandby.rows).toEqual(onPrimary.rows);
  const [half] = onPrimary.rows;
  expect(half).toMatchObject({
    beneficiary: 'The school at the harbour',
    account_name: 'Test Account 2',
    parent_status: 'Bundle Split',
  });
  expect(Number(half.quantity)).toBe(Math.floor(Number(half.whole) / 2));

  const journal = await registry.primary.query(
    `SELECT event_type, attributes_after FROM journal WHERE entity_name = 'bundle' AND entity_id = $1 ORDER BY id`,
    [half.id],
  );
  expect(journal.rows.map(({ event_type }) => event_type)).toEqual(['CREATE', 'UPDATE', 'UPDATE']);
  expect(journal.rows[2].attributes_after).toMatchObject({ status: 'Cancelled' });
});
