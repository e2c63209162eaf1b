import { type SQL, sql } from 'drizzle-orm';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { buildApp } from '../../src/app.ts';
import type { Database, Reader } from '../../src/database/database.ts';
import { type TradingPair, tradingPair } from '../harness/builders.ts';
import { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const OTHERS = 3_000;

/** Actions of an account that does not exist, written behind the API. */
async function manyActionsOfOthers({ primary }: TestRegistry): Promise<void> {
  await primary.query(
    `INSERT INTO action (action_type, action_result, source_id, user_id, bundle_ids, resulting_bundle_ids, details,
                         requested_at, completed_at)
     SELECT 'lock', 'Success', 900000, 1, '{}', '{}', '{}', now(), now() FROM generate_series(1, $1)`,
    [OTHERS],
  );
  await primary.query('ANALYZE action');
}

/** The statements by which an application answers a request for actions. */
async function statementsOf(
  { config, database, app }: TestRegistry,
  { authorization, userId }: Client,
  query: string,
): Promise<SQL[]> {
  const statements: SQL[] = [];
  const watched = ({ execute, ...reader }: Reader): Reader => ({
    ...reader,
    execute(statement) {
      statements.push(statement);
      return execute(statement);
    },
  });
  const read: Database['read'] = (work, options) => database.read((reader) => work(watched(reader)), options);
  const served = await buildApp({ config, database: { ...database, read }, clock: () => NOW, log: app.log });
  onTestFinished(() => served.close());
  const client = new Client(served, authorization.authorization.slice('Bearer '.length), userId);
  const answer = await client.get(`/certificate/actions?${query}`);
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.json().length).toBeGreaterThan(0);
  return statements;
}

const Plan = z.looseObject({
  'Relation Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().default(0),
  get Plans() {
    return z.array(Plan).default([]);
  },
});

/** The number of actions that a plan read from the table. */
function actionsRead(plan: z.output<typeof Plan>): number {
  const own = plan['Relation Name'] === 'action' ? plan['Actual Rows'] + plan['Rows Removed by Filter'] : 0;
  return own * plan['Actual Loops'] + plan.Plans.reduce((sum, inner) => sum + actionsRead(inner), 0);
}

async function actionsReadBy({ database }: TestRegistry, statements: readonly SQL[]): Promise<number> {
  let sum = 0;
  for (const statement of statements) {
    const [row] = await database.readPrimary(({ execute }) =>
      execute<{ 'QUERY PLAN': unknown }>(sql`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`),
    );
    const [{ Plan: plan }] = z.tuple([z.object({ Plan })]).parse(row?.['QUERY PLAN']);
    sum += actionsRead(plan);
  }
  return sum;
}

describe('a list of actions reads those of its accounts, and not those of others', () => {
  test.for([
    ['a user, of all its accounts', ({ trader }: TradingPair) => trader, () => ''],
    [
      'a user, of one account',
      ({ trader }: TradingPair) => trader,
      ({ source }: TradingPair) => `account_id=${source.id}`,
    ],
    ['the receiver of a transfer', ({ receiver }: TradingPair) => receiver, () => ''],
    ['a user, of one type', ({ trader }: TradingPair) => trader, () => 'action_type=transfer'],
    [
      'an administrator, of one account',
      ({ admin }: TradingPair) => admin,
      ({ target }: TradingPair) => `account_id=${target.id}`,
    ],
  ] as const)('for %s', async ([_, clientOf, queryOf], { registry }) => {
    const market = await tradingPair(registry);
    const { id } = await market.bundle();
    expect((await market.transfer([id])).statusCode).toBe(202);
    await manyActionsOfOthers(registry);
    const statements = await statementsOf(registry, clientOf(market), queryOf(market));
    const read = await actionsReadBy(registry, statements);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(20);
  });
});
