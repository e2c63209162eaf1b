import { describe, expect } from 'vitest';
import { comparedTables } from '../../src/certificate/event-invariants.ts';
import { firstViolation } from '../../src/certificate/index.ts';
import { executeOn } from '../../src/database/connection.ts';
import { energyCarriers, energySources } from '../../src/rules/enums.ts';
import {
  aBundle,
  aDevice,
  hoursAgo,
  issueBody,
  type TradingPair,
  untilReplicated,
} from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { aRecurring, inDays, runDue } from '../harness/recurring.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { BREAKS, type Places } from './check-violations.ts';

let at: Places;

/** One record of everything that an invariant concerns, created by requests only. */
test.beforeAll(async ({ registry, market }) => {
  const { admin, source, target, metadataId } = market;
  const recurring = await aRecurring(market, 'cancel');
  await runDue(registry, inDays(0));
  const newer = await market.bundle();
  const older = await market.bundle();
  const parent = await market.bundle();
  const moved = await market.transfer([parent.id], { certificate_quantity: 40 });
  const [first = 0] = moved.json().resulting_bundle_ids;
  const [kept, alsoMoved] = [await market.bundle(), await market.bundle()];
  expect((await market.transfer([kept.id, alsoMoved.id])).statusCode).toBe(202);
  const other = await aDevice(admin, { account_id: source.id });
  const lost = await aBundle(admin, {
    device_id: other.id,
    metadata_id: metadataId,
    quantity: 10,
    ...hoursAgo(1),
  });
  const withdrawn = await admin.post('/certificate/withdraw', {
    source_id: source.id,
    granular_certificate_bundle_ids: [lost.id],
    reason: 'The meter was misread',
  });
  expect(withdrawn.statusCode).toBe(202);
  const again = await aBundle(admin, {
    device_id: other.id,
    metadata_id: metadataId,
    quantity: 9,
    ...hoursAgo(1),
  });
  await market.cancel([again.id], { certificate_bundle_percentage: 0.29 });

  const one = async (text: string, ...values: unknown[]) =>
    Number((await registry.primary.query(`SELECT (${text}) AS id`, values)).rows[0].id);
  const issuanceOf = (bundle: number) => one('SELECT issuance_id FROM bundle WHERE id = $1', bundle);
  at = {
    whole: newer.id,
    wholeIssuance: await issuanceOf(newer.id),
    older: await issuanceOf(older.id),
    parent: parent.id,
    splitIssuance: await issuanceOf(parent.id),
    first,
    second: await one('SELECT id FROM bundle WHERE parent_id = $1 AND id <> $2', parent.id, first),
    again: await issuanceOf(again.id),
    newest: await one(
      'SELECT id FROM issuance WHERE device_id = $1 ORDER BY range_start DESC LIMIT 1',
      other.id,
    ),
    moved: alsoMoved.id,
    target: target.id,
    recurring: recurring.id,
  };
});

const check = (market: TradingPair) => market.admin.get('/certificate/check');

/** The first violation after these statements, which are then rolled back. */
async function foundAfter(registry: TestRegistry, statements: string): Promise<string | undefined> {
  const client = await registry.primary.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL session_replication_role = replica');
    await client.query(statements);
    return (await firstViolation([executeOn(client)]))?.invariant;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

test('a registry changed by requests only has no violation, and contains rows for every invariant', async ({
  market,
}) => {
  const answer = (await check(market)).json();
  expect(answer).toMatchObject({ conserved: true, violation: null });
  expect(answer.checked.toSorted()).toEqual(Object.keys(BREAKS).toSorted());
});

describe.each(Object.entries(BREAKS))('%s', (name, ways) => {
  test.for(Object.entries(ways))('(%s)', async ([_, statements], { registry }) => {
    expect(await foundAfter(registry, statements(at))).toBe(name);
  });
});

test('every table whose changes are events is compared with them', async ({ registry }) => {
  const { rows } = await registry.primary.query(
    `SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = 'zz_journal_insert'`,
  );
  expect(rows.map(({ name }) => name).toSorted()).toEqual([...comparedTables, 'bundle'].toSorted());
});

test('the check requires an administrator', async ({ market }) => {
  expect((await market.trader.get('/certificate/check')).statusCode).toBe(403);
});

test('the response names the first violated invariant, its place, and the invariants before it', async ({
  registry,
  market,
}) => {
  const set = async (shift: string) => {
    const client = await registry.primary.connect();
    await client.query('SET session_replication_role = replica');
    await client.query(`UPDATE bundle SET range_end = range_end ${shift} WHERE id = ${at.second}`);
    await client.query('RESET session_replication_role');
    client.release();
    await untilReplicated(registry);
  };
  await set('- 1');
  const answer = (await check(market)).json();
  await set('+ 1');
  const names = Object.keys(BREAKS);
  const name = 'live bundles of an issuance hold exactly what was issued';
  expect(answer).toEqual({
    conserved: false,
    checked: names.slice(0, names.indexOf(name)),
    violation: {
      invariant: name,
      violation: expect.stringContaining('100 Wh issued, 99 Wh in live bundles'),
    },
  });
});

test('the check recomputes the hashes of every carrier, source and length of interval', async ({
  market,
}) => {
  const { admin, source, metadataId } = market;
  const wanted = energySources.map((energy_source, n) => ({
    energy_source,
    granularity_minutes: 5,
    minutes: 5 * (n + 1),
    energy_carrier: energyCarriers[n % energyCarriers.length],
  }));
  const start = '2024-02-29T00:05:00Z';
  for (const { energy_source, energy_carrier, minutes, granularity_minutes } of wanted) {
    const { id: device_id } = await aDevice(admin, {
      account_id: source.id,
      energy_source,
      granularity_minutes,
    });
    const end = new Date(Date.parse(start) + minutes * 60_000).toISOString();
    const answer = await admin.post('/certificate/create', {
      ...issueBody({ device_id, metadata_id: metadataId, quantity: 7, start, end }),
      energy_carrier,
    });
    expect(answer.statusCode, answer.body).toBe(201);
  }
  expect((await check(market)).json()).toMatchObject({ conserved: true });
});
