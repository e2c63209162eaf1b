import { expect } from 'vitest';
import { testWithSample as test } from '../harness/fixtures.ts';
import { FAILURE_OUTPUT, printedProgram, runAgainst } from '../harness/sample.ts';

test('the steps of the README, as printed, transfer half a bundle and cancel it, on both servers and in the journal', async ({
  sample,
}) => {
  const steps = await printedProgram('README.md', 'sh');
  const output = await runAgainst(sample.url, 'bash', '-euo', 'pipefail', '-c', steps);
  expect(output).toContain('The school at the harbour');
  expect(output).not.toMatch(FAILURE_OUTPUT);
  expect(output).toMatch(/"event_type":"UPDATE".*"status":"Cancelled"/);

  const cancelled = `
    SELECT b.id, b.beneficiary, a.account_name, b.range_end - b.range_start + 1 AS quantity,
           p.range_end - p.range_start + 1 AS whole, p.status AS parent_status
    FROM bundle b JOIN account a ON a.id = b.account_id JOIN bundle p ON p.id = b.parent_id
    WHERE b.status = 'Cancelled'`;
  const onPrimary = await sample.primary.query(cancelled);
  const onStandby = await sample.standby.query(cancelled);
  expect(onPrimary.rows).toHaveLength(1);
  expect(onStandby.rows).toEqual(onPrimary.rows);
  const [half] = onPrimary.rows;
  expect(half).toMatchObject({
    beneficiary: 'The school at the harbour',
    account_name: 'Test Account 2',
    parent_status: 'Bundle Split',
  });
  expect(Number(half.quantity)).toBe(Math.floor(Number(half.whole) / 2));

  const journal = await sample.primary.query(
    `SELECT event_type, attributes_after FROM journal WHERE entity_name = 'bundle' AND entity_id = $1 ORDER BY id`,
    [half.id],
  );
  expect(journal.rows.map(({ event_type }) => event_type)).toEqual(['CREATE', 'UPDATE', 'UPDATE']);
  expect(journal.rows[2].attributes_after).toMatchObject({ status: 'Cancelled' });
});
