import { expect, inject } from 'vitest';
import { recordIssuancePolicy } from '../../src/database/issuance-policy.ts';
import { DEFAULT_POLICY } from '../../src/rules/issuance-policy.ts';
import { aDevice, hoursAgo, issueBody, type TradingPair } from '../harness/builders.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { atDatabase, databaseOf } from '../harness/urls.ts';
import { insertIssuance, refusalOf } from './database-rejections.ts';

const record = ({ config }: TestRegistry, CAPACITY_MARGIN: number, CERTIFICATE_EXPIRY_YEARS = 2) =>
  recordIssuancePolicy(atDatabase(inject('cluster').primary, databaseOf(config.DATABASE_WRITE_URL)), {
    CAPACITY_MARGIN,
    CERTIFICATE_EXPIRY_YEARS,
  });

const events = async ({ primary }: TestRegistry) =>
  (
    await primary.query(
      `SELECT event_type, attributes_after - 'created_at' AS after FROM journal WHERE entity_name = 'issuance_policy' ORDER BY id`,
    )
  ).rows;

async function issueWh({ admin, source, metadataId }: TradingPair, quantity: number) {
  const { id } = await aDevice(admin, { account_id: source.id, power_mw: 1 });
  return admin.post(
    '/certificate/create',
    issueBody({ device_id: id, metadata_id: metadataId, quantity, ...hoursAgo(1) }),
  );
}

test('without a recorded policy, the database issues by the defaults of the settings', async ({
  registry,
}) => {
  const { rows } = await registry.primary.query(
    `SELECT capacity_margin::float AS "capacityMargin", certificate_expiry_years AS "certificateExpiryYears"
     FROM current_issuance_policy()`,
  );
  expect(rows).toEqual([DEFAULT_POLICY]);
});

test('issuing follows the recorded policy from its change on, without a restart', async ({
  registry,
  market,
}) => {
  expect((await issueWh(market, 1_200_000)).statusCode).toBe(422);
  await record(registry, 1.2, 3);
  const issued = await issueWh(market, 1_200_000);
  expect(issued.statusCode, issued.body).toBe(201);
  expect(issued.json().expiry_datestamp).toBe('2029-03-15T11:00:00Z');
});

test('a change of the policy is an event, and a policy that applies already is none', async ({
  registry,
}) => {
  const created = {
    event_type: 'CREATE',
    after: { id: 1, capacity_margin: 1.2, certificate_expiry_years: 2 },
  };
  expect(await record(registry, 1.1)).toBe(false);
  expect(await events(registry)).toEqual([]);
  expect(await record(registry, 1.2)).toBe(true);
  expect(await record(registry, 1.2)).toBe(false);
  expect(await events(registry)).toEqual([created]);
  expect(await record(registry, 1.1)).toBe(true);
  expect(await events(registry)).toEqual([
    created,
    { event_type: 'UPDATE', after: { capacity_margin: 1.1 } },
  ]);
});

test('a change of the policy waits for a transaction that is issuing', async ({ registry, market }) => {
  const { id } = await aDevice(market.admin, { account_id: market.source.id });
  const issuing = await registry.primary.connect();
  await issuing.query('BEGIN');
  await issuing.query(insertIssuance(market, id));
  let recorded = false;
  const recording = record(registry, 1.5).then(() => {
    recorded = true;
  });
  await expect
    .poll(async () => {
      const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'issuance'::regclass`;
      return (await registry.primary.query(waiting)).rowCount;
    })
    .toBe(1);
  expect(recorded).toBe(false);
  await issuing.query('COMMIT');
  issuing.release();
  await recording;
  const order = await registry.primary.query(
    `SELECT entity_name FROM journal WHERE entity_name IN ('issuance', 'issuance_policy') ORDER BY id DESC LIMIT 2`,
  );
  expect(order.rows.map(({ entity_name }) => entity_name)).toEqual(['issuance_policy', 'issuance']);
});

test('there is one policy', async ({ registry }) => {
  await record(registry, 1.2);
  const another = 'INSERT INTO issuance_policy (capacity_margin, certificate_expiry_years) VALUES (1, 1)';
  expect(await refusalOf(registry.primary, another)).toBe('23505');
});
