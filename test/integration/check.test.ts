import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aMarket, type Market, shownEverywhere } from '../harness/builders.ts';
import { aRecurring } from '../harness/recurring.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let market: Market;

beforeAll(async () => {
  registry = await openRegistry();
  market = await aMarket(registry);
});
afterAll(() => registry.close());

const check = () => market.admin.get('/certificate/check');

/** Breaks the registry as only a superuser who has switched its triggers off can, looks, and mends it. */
async function violationAfter(statement: string, undo: string): Promise<unknown> {
  const client = await registry.primary.connect();
  try {
    await client.query(`SET session_replication_role = replica`);
    await client.query(statement);
    await shownEverywhere(registry);
    const { conserved, violation } = (await check()).json();
    expect(conserved).toBe(false);
    return violation.invariant;
  } finally {
    await client.query(undo);
    await client.query(`RESET session_replication_role`);
    client.release();
    await shownEverywhere(registry);
  }
}

let split: { first: number; second: number; parent: number };

beforeEach(async () => {
  const { id } = await market.bundle();
  await market.transfer([id], { certificate_quantity: 40 });
  const { rows } = await registry.primary.query('SELECT id FROM bundle WHERE parent_id = $1 ORDER BY id', [
    id,
  ]);
  split = { parent: id, first: Number(rows[0].id), second: Number(rows[1].id) };
});

test('a registry whose history is nothing but requests is in order', async () => {
  const { id } = await market.bundle();
  await market.cancel([id], { certificate_bundle_percentage: 0.29 });
  const answer = (await check()).json();
  expect(answer).toMatchObject({ conserved: true, violation: null });
  expect(answer.checked.length).toBeGreaterThan(5);
});

test('only an administrator checks the registry', async () => {
  expect((await market.trader.get('/certificate/check')).statusCode).toBe(403);
});

test('a watt-hour in two live bundles is found', async () => {
  const found = await violationAfter(
    `UPDATE bundle SET range_start = range_start - 1 WHERE id = ${split.second}`,
    `UPDATE bundle SET range_start = range_start + 1 WHERE id = ${split.second}`,
  );
  expect(found).toBe('live bundles of an issuance neither overlap nor leave a gap');
});

test('a watt-hour that is lost at the end is found', async () => {
  const found = await violationAfter(
    `UPDATE bundle SET range_end = range_end - 1 WHERE id = ${split.second}`,
    `UPDATE bundle SET range_end = range_end + 1 WHERE id = ${split.second}`,
  );
  expect(found).toBe('live bundles of an issuance hold exactly what was issued');
});

test('a child that does not know its parent any more is found', async () => {
  const found = await violationAfter(
    `UPDATE bundle SET parent_id = NULL WHERE id = ${split.second}`,
    `UPDATE bundle SET parent_id = ${split.parent} WHERE id = ${split.second}`,
  );
  expect(found).toBe('the two children of a split tile their parent');
});

test('a cancelled bundle that belongs to nobody is found', async () => {
  const found = await violationAfter(
    `UPDATE bundle SET status = 'Cancelled' WHERE id = ${split.second}`,
    `UPDATE bundle SET status = 'Active' WHERE id = ${split.second}`,
  );
  expect(found).toBe('a bundle has a beneficiary once it is cancelled, and not before');
});

test('a bundle that the journal does not know is found', async () => {
  const found = await violationAfter(
    `UPDATE journal SET entity_id = -entity_id WHERE entity_name = 'bundle' AND entity_id = ${split.second} AND event_type = 'CREATE'`,
    `UPDATE journal SET entity_id = -entity_id WHERE entity_name = 'bundle' AND entity_id = -${split.second}`,
  );
  expect(found).toBe('every bundle was made in the journal, once');
});

test('a withdrawn issuance that holds a live bundle is found', async () => {
  const found = await violationAfter(
    `UPDATE issuance SET withdrawn_at = now() WHERE id = (SELECT issuance_id FROM bundle WHERE id = ${split.second})`,
    `UPDATE issuance SET withdrawn_at = NULL WHERE id = (SELECT issuance_id FROM bundle WHERE id = ${split.second})`,
  );
  expect(found).toBe('an issuance is withdrawn when all its live bundles are, and only then');
});

test('a recurring action that says it ran more often than the log is found', async () => {
  const { id } = await aRecurring(market, 'cancel');
  const found = await violationAfter(
    `UPDATE recurring_action SET runs_done = runs_done + 1 WHERE id = ${id}`,
    `UPDATE recurring_action SET runs_done = runs_done - 1 WHERE id = ${id}`,
  );
  expect(found).toBe('a recurring action has run as often as it says, each run once');
});
