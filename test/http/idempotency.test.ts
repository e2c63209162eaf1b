import { expect } from 'vitest';
import { parsePosition } from '../../src/database/position.ts';
import { type Bundle, expectConserved, type TradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { daily } from '../harness/recurring.ts';
import type { TestRegistry } from '../harness/registry.ts';

let bundle: Bundle;

const UNDER_WAY = { status: 409, type: 'urn:gc-registry:problem:request-under-way' };
const WRONG_STATUS = { status: 409, type: 'urn:gc-registry:problem:wrong-status' };

const problemOf = (answer: { statusCode: number; json(): { type?: string } }) => ({
  status: answer.statusCode,
  type: answer.json().type,
});

const newKey = () => ({ 'idempotency-key': crypto.randomUUID() });

const transferTen = (market: TradingPair, id: number, headers: Record<string, string>, quantity = 10) =>
  market.trader.post(
    '/certificate/transfer',
    {
      source_id: market.source.id,
      target_id: market.target.id,
      granular_certificate_bundle_ids: [id],
      certificate_quantity: quantity,
    },
    headers,
  );

async function transfers(registry: TestRegistry): Promise<number> {
  const { rows } = await registry.primary.query(`SELECT count(*)::int AS n FROM action`);
  return rows[0].n;
}

test('a repeated request receives the first response, marked as repeated, and changes nothing', async ({
  registry,
  market,
}) => {
  bundle = await market.bundle();
  const key = newKey();
  const first = await transferTen(market, bundle.id, key);
  expect(first.statusCode).toBe(202);
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  const before = await transfers(registry);
  const again = await transferTen(market, bundle.id, key);
  expect(again.statusCode).toBe(202);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(again.json()).toEqual(first.json());
  // A client that lost the first response reads its own write by the second.
  const [shown, written] = [again, first].map(({ headers }) =>
    parsePosition(String(headers['registry-consistency'])),
  );
  expect(Number(shown)).toBeGreaterThanOrEqual(Number(written));
  expect(await transfers(registry)).toBe(before);
  await expectConserved(registry);
});

test('a refusal is repeated, even if the request would succeed by then', async ({ market }) => {
  const own = await market.bundle({ quantity: 5 });
  const key = newKey();
  const first = await transferTen(market, own.id, key);
  expect(first.statusCode).toBe(422);
  const again = await transferTen(market, own.id, key);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect({ ...again.json(), instance: '' }).toEqual({ ...first.json(), instance: '' });
  const [shown, written] = [again, first].map(({ headers }) =>
    parsePosition(String(headers['registry-consistency'])),
  );
  expect(Number(shown)).toBeGreaterThanOrEqual(Number(written));
});

test('a refusal by a constraint of PostgreSQL is repeated', async ({ market }) => {
  const body = { account_name: `Account ${crypto.randomUUID()}` };
  const { id } = (await market.admin.post('/account/create', body)).json();
  const key = newKey();
  const first = await market.admin.post('/account/create', body, key);
  expect(first.json().type).toBe('urn:gc-registry:problem:name-taken');
  await market.admin.delete(`/account/delete/${id}`);
  const again = await market.admin.post('/account/create', body, key);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect({ ...again.json(), instance: '' }).toEqual({ ...first.json(), instance: '' });
});

test('the same key with another If-Match is another request', async ({ registry }) => {
  const admin = await registry.as('ADMIN');
  const user = await registry.as('TRADING_USER');
  const change = (ifMatch: string) =>
    admin.post(
      `/user/change_role/${user.userId}`,
      { role: 'AUDIT_USER' },
      { 'idempotency-key': 'a-change-of-role', 'if-match': ifMatch },
    );
  expect((await change('"999"')).statusCode).toBe(412);
  expect((await change('"1"')).statusCode).toBe(422);
});

test('the same key with another body is refused, and changes nothing', async ({ registry, market }) => {
  const own = await market.bundle();
  const key = newKey();
  await transferTen(market, own.id, key);
  const before = await transfers(registry);
  const other = await transferTen(market, own.id, key, 11);
  expect(other.statusCode).toBe(422);
  expect(other.json()).toMatchObject({
    type: 'urn:gc-registry:problem:idempotency-key-reused',
    errors: [{ path: 'header.idempotency-key' }],
  });
  expect(await transfers(registry)).toBe(before);
});

test('the same request with the same key is another one when another user sends it', async ({ market }) => {
  const key = newKey();
  const send = (client: Client) =>
    client.post('/certificate/recurring_transfer', { ...daily(market), number_of_recurring_actions: 1 }, key);
  const [first, second] = [await send(market.trader), await send(market.admin)];
  const repeated = [await send(market.trader), await send(market.admin)];
  for (const [index, answer] of [first, second].entries()) {
    expect(answer.statusCode, answer.body).toBe(202);
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(repeated[index]?.headers).toHaveProperty('idempotency-replayed', 'true');
    expect(repeated[index]?.json()).toEqual(answer.json());
  }
  expect(first.json().id).not.toBe(second.json().id);
});

test('of many concurrent requests with one key, one acts; the others wait or receive its response', async ({
  registry,
  market,
}) => {
  const own = await market.bundle();
  const key = newKey();
  const answers = await Promise.all(Array.from({ length: 12 }, () => transferTen(market, own.id, key)));
  for (const answer of answers) {
    if (answer.statusCode !== 202) expect(problemOf(answer)).toEqual(UNDER_WAY);
  }
  const { rows } = await registry.primary.query(
    `SELECT count(*)::int AS n FROM action WHERE bundle_ids = ARRAY[$1]::bigint[] AND action_result = 'Success'`,
    [own.id],
  );
  expect(rows[0].n).toBe(1);
  expect((await transferTen(market, own.id, key)).headers['idempotency-replayed']).toBe('true');
  await expectConserved(registry);
});

test('a crash between commit and response loses nothing: the response was committed with the action', async ({
  registry,
  market,
}) => {
  const own = await market.bundle();
  const key = newKey();
  await transferTen(market, own.id, key);
  const { rows } = await registry.primary.query(
    `SELECT answer -> 'value' ->> 'action_result' AS result FROM idempotency_key WHERE key = $1`,
    [key['idempotency-key']],
  );
  expect(rows).toEqual([{ result: 'Success' }]);
  const together = await registry.primary.query(
    `SELECT k.xmin::text = a.xmin::text AS same FROM idempotency_key k, action a
     WHERE k.key = $1 AND a.bundle_ids = ARRAY[$2]::bigint[]`,
    [key['idempotency-key'], own.id],
  );
  expect(together.rows).toEqual([{ same: true }]);
});

test('a crash after a refusal loses nothing: its response was committed with its record', async ({
  registry,
  market,
}) => {
  const own = await market.bundle({ quantity: 5 });
  const key = newKey();
  const refused = await transferTen(market, own.id, key);
  expect(refused.statusCode).toBe(422);
  const { rows } = await registry.primary.query(
    `SELECT k.xmin::text = a.xmin::text AS same, (k.answer -> 'problem' -> 'details' -> 'extensions' -> 'action_id')::int AS action_id
     FROM idempotency_key k, action a WHERE k.key = $1 AND a.id = $2`,
    [key['idempotency-key'], refused.json().action_id],
  );
  expect(rows).toEqual([{ same: true, action_id: refused.json().action_id }]);
});

test('a refusal whose response cannot be stored is not recorded, and a repeated request records it once', async ({
  registry,
  market,
}) => {
  const own = await market.bundle({ quantity: 5 });
  const key = newKey();
  const recorded = async () => {
    const { rows } = await registry.primary.query(
      'SELECT count(*)::int AS n FROM action WHERE bundle_ids = ARRAY[$1]::bigint[]',
      [own.id],
    );
    return rows[0].n;
  };
  await registry.primary.query(`
    CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken off'; END $$;
    CREATE TRIGGER break_off BEFORE UPDATE ON idempotency_key FOR EACH ROW
      WHEN (NEW.answer ? 'problem') EXECUTE FUNCTION break_off()`);
  const first = await transferTen(market, own.id, key);
  await registry.primary.query('DROP TRIGGER break_off ON idempotency_key; DROP FUNCTION break_off');
  expect(first.statusCode).toBe(500);
  expect(await recorded()).toBe(0);
  const again = await transferTen(market, own.id, key);
  expect(again.statusCode).toBe(422);
  const repeated = await transferTen(market, own.id, key);
  expect(repeated.headers['idempotency-replayed']).toBe('true');
  expect(repeated.json().action_id).toBe(again.json().action_id);
  expect(await recorded()).toBe(1);
});

test('a request that was interrupted before its commit can be repeated after a minute, and acts once', async ({
  registry,
  market,
}) => {
  const abandon = `UPDATE idempotency_key SET answer = NULL, started_at = now() - interval '2 minutes' WHERE key = $1`;
  const other = await market.bundle();
  const late = newKey();
  await transferTen(market, other.id, late, 3);
  await registry.primary.query(abandon, [late['idempotency-key']]);
  const again = await transferTen(market, other.id, late, 3);
  expect(again.headers).not.toHaveProperty('idempotency-replayed');
  // The bundle is split: the request has acted once.
  expect(problemOf(again)).toEqual(WRONG_STATUS);
});

test('a response is stored for 24 hours, then deleted', async ({ registry, market }) => {
  const own = await market.bundle();
  const key = newKey();
  await transferTen(market, own.id, key);
  const age = (hours: number) =>
    registry.primary.query(
      `UPDATE idempotency_key SET started_at = now() - make_interval(hours => $2) WHERE key = $1`,
      [key['idempotency-key'], hours],
    );
  await age(23);
  expect((await transferTen(market, own.id, key)).headers['idempotency-replayed']).toBe('true');
  await age(25);
  const anew = await transferTen(market, own.id, key);
  expect(anew.headers).not.toHaveProperty('idempotency-replayed');
  expect(problemOf(anew)).toEqual(WRONG_STATUS);
});

test.for(['', 'with blanks in it', 'ä', 'x'.repeat(256)])(
  'the key "%s" is refused by name',
  async (text, { market }) => {
    const own = await market.bundle();
    const answer = await transferTen(market, own.id, { 'idempotency-key': text });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors[0].path).toBe('header.idempotency-key');
  },
);

test('a dry run with a key is repeated as a dry run, and changes nothing', async ({ registry, market }) => {
  const own = await market.bundle();
  const key = newKey();
  const body = {
    source_id: market.source.id,
    granular_certificate_bundle_ids: [own.id],
    certificate_quantity: 10,
  };
  const before = await transfers(registry);
  const first = await market.trader.post('/certificate/cancel?dry_run=true', body, key);
  const again = await market.trader.post('/certificate/cancel?dry_run=true', body, key);
  expect(first.json().action_result).toBe('Dry run');
  expect(again.json()).toEqual(first.json());
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(await transfers(registry)).toBe(before);
});
