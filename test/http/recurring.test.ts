import { describe, expect } from 'vitest';
import { anAccount, type TradingPair, tradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { entriesOf } from '../harness/journal.ts';
import { aRecurring, daily, recurringNow } from '../harness/recurring.ts';
import type { TestRegistry } from '../harness/registry.ts';

const ask = (
  market: TradingPair,
  fields: object = {},
  { action = 'transfer', client }: { action?: string; client?: Client } = {},
) => (client ?? market.trader).post(`/certificate/recurring_${action}`, daily(market, fields));

const idsOf = async (client: Client, query = ''): Promise<number[]> => {
  const answer = await client.get(`/certificate/recurring${query}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json().map(({ id }: { id: number }) => id);
};

async function stored(registry: TestRegistry): Promise<number> {
  const { rows } = await registry.primary.query('SELECT count(*)::int AS n FROM recurring_action');
  return rows[0].n;
}

describe('a request', () => {
  test('for a recurring transfer is an action, and appears in the list', async ({ registry, market }) => {
    const answer = await ask(market, {
      initial_action_datetime: '2026-03-31T06:00:00Z',
      recurring_action_period_units: 'months',
      device_id: market.device.id,
      certificate_period_start: '2026-01-01',
      sparse_filter_list: [[market.device.id, '2026-03-01T10:00:00Z']],
    });
    expect(answer.statusCode, answer.body).toBe(202);
    const action = answer.json();
    expect(action).toMatchObject({
      action_type: 'recurring_transfer',
      action_result: 'Success',
      source_id: market.source.id,
      target_id: market.target.id,
      user_id: market.trader.userId,
      granular_certificate_bundle_ids: [],
      resulting_bundle_ids: [],
      certificate_quantity: 100,
      details: {
        initial_action_datetime: '2026-03-31T06:00:00Z',
        recurring_action_period_units: 'months',
        recurring_action_period_quantity: 1,
        number_of_recurring_actions: 3,
      },
    });
    const { recurring_action_id: id } = action.details;
    expect(await recurringNow(market, id)).toEqual({
      id,
      action_type: 'recurring_transfer',
      source_id: market.source.id,
      target_id: market.target.id,
      user_id: market.trader.userId,
      beneficiary: null,
      certificate_quantity: 100,
      filter: {
        device_id: market.device.id,
        certificate_period_start: '2026-01-01T00:00:00Z',
        sparse_filter_list: [[market.device.id, '2026-03-01T10:00:00Z']],
      },
      initial_action_datetime: '2026-03-31T06:00:00Z',
      recurring_action_period_units: 'months',
      recurring_action_period_quantity: 1,
      number_of_recurring_actions: 3,
      runs_done: 0,
      next_action_datetime: '2026-03-31T06:00:00Z',
      version: 1,
      created_at: expect.any(String),
    });
    expect((await entriesOf(registry, answer)).map((entry) => [entry.entity_name, entry.action_id])).toEqual([
      ['recurring_action', action.id],
      ['action', action.id],
    ]);
  });

  test('for a recurring cancellation stores its beneficiary; its first run is now by default', async ({
    market,
  }) => {
    const answer = await ask(market, { beneficiary: 'A school' }, { action: 'cancel' });
    expect(answer.json()).toMatchObject({
      action_type: 'recurring_cancel',
      target_id: null,
      beneficiary: 'A school',
    });
    const { recurring_action_id: id } = answer.json().details;
    expect(await recurringNow(market, id)).toMatchObject({
      beneficiary: 'A school',
      target_id: null,
      next_action_datetime: '2026-03-15T12:00:00Z',
    });
  });

  test('with the same Idempotency-Key creates it once', async ({ registry, market }) => {
    const before = await stored(registry);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const answers = [1, 2].map(() =>
      market.trader.post('/certificate/recurring_transfer', daily(market), headers),
    );
    const [first, second] = [await answers[0], await answers[1]];
    expect([202, 409]).toContain(first?.statusCode);
    expect([202, 409]).toContain(second?.statusCode);
    expect(await stored(registry)).toBe(before + 1);
  });
});

describe('a refused request is recorded as an action', () => {
  test.for<[string, number, string, (at: TradingPair) => object]>([
    [
      'the first run is in the past',
      422,
      'schedule-past',
      () => ({ initial_action_datetime: '2026-03-15T11:59:59Z' }),
    ],
    [
      'the last run is after the year 9999',
      422,
      'schedule-too-long',
      () => ({ recurring_action_period_units: 'years', number_of_recurring_actions: 9_000 }),
    ],
    ['the target does not exist', 404, 'target-not-found', () => ({ target_id: 999_999 })],
    ['the target is the source', 422, 'same-account', ({ source }) => ({ target_id: source.id })],
    ['user_id is that of another user', 403, 'not-the-caller', ({ admin }) => ({ user_id: admin.userId })],
    ["the account is another user's", 404, 'not-found', ({ target }) => ({ source_id: target.id })],
    ['the account does not exist', 404, 'not-found', () => ({ source_id: 999_999 })],
  ] as const)('if %s: %i', async ([_, status, code, fields], { registry, market }) => {
    const before = await stored(registry);
    const answer = await ask(market, fields(market));
    expect(answer.statusCode, answer.body).toBe(status);
    expect(answer.json().type).toContain(code);
    expect(await stored(registry)).toBe(before);
    const log = await market.admin.get('/certificate/actions?action_type=recurring_transfer&limit=1000');
    const [action] = log.json().slice(-1);
    expect(action).toMatchObject({
      id: answer.json().action_id,
      action_result: 'Failure',
      details: { code },
    });
  });

  test('if the target has not whitelisted the source: 403', async ({ market }) => {
    const stranger = await anAccount(market.admin);
    expect((await ask(market, { target_id: stranger.id })).statusCode).toBe(403);
  });

  test.for([
    { certificate_quantity: 0 },
    { certificate_quantity: null },
    { recurring_action_period_quantity: 0 },
    { number_of_recurring_actions: 0 },
    { number_of_recurring_actions: 10_001 },
    { recurring_action_period_units: 'hours' },
    { certificate_bundle_status: 'Reserved' },
    { issuance_ids: ['1-2026-01-01T00:00:00Z'], certificate_period_start: '2026-01-01' },
    { action_type: 'transfer' },
  ])('if %j: 422 by the name of the field', async (fields, { market }) => {
    const answer = await ask(market, fields);
    expect(answer.statusCode, answer.body).toBe(422);
    expect(answer.json().errors[0].path).toBe(`body.${Object.keys(fields)[0]}`);
  });
});

describe('an account with 100 recurring actions with runs left', () => {
  const LEFT = 99;

  /** A market whose account has 99, and more that have ended or were stopped. */
  async function almostFull(registry: TestRegistry): Promise<TradingPair> {
    const market = await tradingPair(registry);
    await registry.primary.query(
      `INSERT INTO recurring_action (action_type, account_id, user_id, filter, certificate_quantity, first_run,
                                     period_quantity, period_unit, number_of_runs, runs_done, next_run, deleted_at)
       SELECT 'recurring_cancel', $1, $2, '{}', 1, '2027-01-01', 1, 'days', 1, CASE WHEN ended THEN 1 ELSE 0 END,
              CASE WHEN NOT ended THEN '2027-01-01'::timestamptz END, CASE WHEN stopped THEN now() END
       FROM (SELECT n > $3 + 50 AS ended, n BETWEEN $3 + 1 AND $3 + 50 AS stopped
             FROM generate_series(1, $3 + 100) AS n) AS made`,
      [market.source.id, market.trader.userId, LEFT],
    );
    return market;
  }

  test('gets no further one, and is told both figures; after a stop it does', async ({ registry }) => {
    const market = await almostFull(registry);
    const last = await ask(market, {}, { action: 'cancel' });
    expect(last.statusCode, last.body).toBe(202);
    const refused = await ask(market);
    expect(refused.statusCode, refused.body).toBe(409);
    expect(refused.json()).toMatchObject({
      type: 'urn:gc-registry:problem:too-many-recurring',
      detail: expect.stringMatching(/has 100 recurring actions .* at most 100/),
    });
    await market.trader.delete(`/certificate/recurring/${last.json().details.recurring_action_id}`);
    expect((await ask(market)).statusCode).toBe(202);
  });

  test('gets no further one by requests at the same time', async ({ registry }) => {
    const market = await almostFull(registry);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(market)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([202, 409, 409, 409, 409]);
  });
});

describe('the filter of a recurring action', () => {
  test.for(['issuance_ids', 'sparse_filter_list'])(
    'has at most 1 000 entries in %s',
    async (field, { market }) => {
      const start = '2026-01-01T00:00:00Z';
      const entry = field === 'issuance_ids' ? `${market.device.id}-${start}` : [market.device.id, start];
      expect((await ask(market, { [field]: Array(1_000).fill(entry) })).statusCode).toBe(202);
      const refused = await ask(market, { [field]: Array(1_001).fill(entry) });
      expect(refused.statusCode).toBe(422);
      expect(refused.json().errors).toEqual([{ path: `body.${field}`, message: expect.any(String) }]);
    },
  );
});

describe('the list of recurring actions', () => {
  test("contains those of the caller's accounts, of one account, or for administrators all", async ({
    registry,
    market,
  }) => {
    const other = await tradingPair(registry);
    const [mine, theirs] = [await aRecurring(market, 'cancel'), await aRecurring(other, 'cancel')];
    expect(await idsOf(market.trader, '?limit=1000')).toContain(mine.id);
    expect(await idsOf(market.trader, '?limit=1000')).not.toContain(theirs.id);
    expect(await idsOf(other.trader)).toEqual([theirs.id]);
    expect(await idsOf(market.admin, `?account_id=${other.source.id}`)).toEqual([theirs.id]);
    expect(await idsOf(market.admin, '?limit=1000')).toEqual(expect.arrayContaining([mine.id, theirs.id]));
    expect(await idsOf(market.receiver)).toEqual([]);
    expect((await market.trader.get(`/certificate/recurring?account_id=${other.source.id}`)).statusCode).toBe(
      404,
    );
  });

  test('is paged', async ({ registry }) => {
    const own = await tradingPair(registry);
    const made: number[] = [];
    for (let n = 0; n < 5; n++) made.push((await aRecurring(own, 'cancel')).id);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const answer = await own.trader.get(
        `/certificate/recurring?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...answer.json().map(({ id }: { id: number }) => id));
      cursor = answer.headers['registry-next-cursor']?.toString();
    } while (cursor !== undefined);
    expect(seen).toEqual(made);
  });
});

describe('a stop', () => {
  const stop = (client: Client, id: number, headers = {}) =>
    client.request({ method: 'DELETE', url: `/certificate/recurring/${id}`, headers });

  test('removes it from the list, and cannot be repeated', async ({ market }) => {
    const { id } = await aRecurring(market, 'transfer');
    expect((await stop(market.trader, id)).statusCode).toBe(200);
    expect(await idsOf(market.trader, '?limit=1000')).not.toContain(id);
    expect((await stop(market.trader, id)).statusCode).toBe(404);
  });

  test("of another user's recurring action looks as if it did not exist", async ({ market }) => {
    const { id } = await aRecurring(market, 'transfer');
    const [foreign, missing] = [await stop(market.receiver, id), await stop(market.receiver, 999_999)];
    expect([foreign.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(foreign.json().detail.replace(String(id), '#')).toBe(missing.json().detail.replace('999999', '#'));
    expect(await idsOf(market.trader, '?limit=1000')).toContain(id);
  });

  test('is possible for an administrator or another trading user of the account', async ({
    registry,
    market,
  }) => {
    const colleague = await registry.as('TRADING_USER');
    const auditor = await registry.as('AUDIT_USER');
    await market.admin.patch(`/account/update/${market.source.id}`, {
      user_ids: [market.trader.userId, colleague.userId, auditor.userId],
    });
    const [a, b] = [await aRecurring(market, 'cancel'), await aRecurring(market, 'cancel')];
    expect((await stop(auditor, a.id)).statusCode).toBe(403);
    expect((await stop(colleague, a.id)).statusCode).toBe(200);
    expect((await stop(market.admin, b.id)).statusCode).toBe(200);
  });

  test('is refused if it changed since the given version', async ({ market }) => {
    const { id } = await aRecurring(market, 'cancel');
    expect((await stop(market.trader, id, { 'if-match': '"7"' })).statusCode).toBe(412);
    expect((await stop(market.trader, id, { 'if-match': '"1"' })).statusCode).toBe(200);
  });
});
