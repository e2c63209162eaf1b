import { describe, expect } from 'vitest';
import { runAllDue } from '../../src/scheduler/recurring-run.ts';
import { type Action, anAccount, type TradingPair, tradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { daily } from '../harness/recurring.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

async function actions(client: Client, query: Record<string, string | number> = {}): Promise<Action[]> {
  const text = new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  );
  const answer = await client.get(`/certificate/actions?${text}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

const idsOf = (log: readonly Action[]) => log.map(({ id }) => id);

/** A market whose log contains a transfer, a refused transfer and a cancellation. */
async function aLog(
  registry: TestRegistry,
): Promise<{ market: TradingPair; transfer: Action; refused: number; cancel: Action }> {
  const market = await tradingPair(registry);
  const [a, b] = [await market.bundle(), await market.bundle()];
  const transfer = (await market.transfer([a.id])).json();
  const refused = (await market.transfer([a.id])).json().action_id;
  const cancel = (await market.cancel([b.id])).json();
  return { market, transfer, refused, cancel };
}

test('the log contains completed actions as they were answered', async ({ registry }) => {
  const { market, transfer, cancel } = await aLog(registry);
  const log = await actions(market.trader);
  expect(log).toContainEqual(transfer);
  expect(log).toContainEqual(cancel);
});

test('the log contains refusals with user, request, time and reason', async ({ registry }) => {
  const { market, refused } = await aLog(registry);
  const { id } = await market.bundle();
  const answer = await market.transfer([id], { certificate_quantity: 500 });
  const log = await actions(market.trader);
  expect(log.find((each) => each.id === answer.json().action_id)).toEqual({
    id: answer.json().action_id,
    action_type: 'transfer',
    action_result: 'Failure',
    source_id: market.source.id,
    target_id: market.target.id,
    user_id: market.trader.userId,
    beneficiary: null,
    granular_certificate_bundle_ids: [id],
    resulting_bundle_ids: [],
    certificate_quantity: 500,
    certificate_bundle_percentage: null,
    action_request_datetime: '2026-03-15T12:00:00Z',
    action_completed_datetime: '2026-03-15T12:00:00Z',
    details: { code: 'not-enough', reason: expect.stringContaining('500') },
  });
  expect(log.find((each) => each.id === refused)?.details).toMatchObject({ code: 'bundles-not-found' });
});

test.for([
  ['the user_id of another user', 403, (market: TradingPair) => ({ user_id: market.admin.userId })],
  ['a target that does not exist', 404, () => ({ target_id: 999_999 })],
  ['the source as target', 422, (market: TradingPair) => ({ target_id: market.source.id })],
  ['an empty list', 422, () => ({ granular_certificate_bundle_ids: [] })],
  ['a negative quantity', 422, () => ({ certificate_quantity: -1 })],
  ['quantity and percentage', 422, () => ({ certificate_quantity: 1, certificate_bundle_percentage: 0.5 })],
] as const)('an action refused for %s is recorded', async ([_, status, fields], { registry }) => {
  const market = await tradingPair(registry);
  const { id } = await market.bundle();
  const answer = await market.transfer([id], fields(market));
  expect(answer.statusCode).toBe(status);
  const [stored] = await actions(market.trader);
  expect(stored).toMatchObject({ id: answer.json().action_id, action_result: 'Failure' });
});

describe('visibility of the log', () => {
  test('an account sees transfers to it, and no other actions of their senders', async ({ registry }) => {
    const { market, transfer } = await aLog(registry);
    expect(idsOf(await actions(market.receiver))).toEqual([transfer.id]);
  });

  test('other users see nothing of an account', async ({ registry }) => {
    await aLog(registry);
    expect(await actions(await registry.as('TRADING_USER'))).toEqual([]);
  });

  test("the log of another user's account looks like that of an unknown account", async ({ registry }) => {
    const { market } = await aLog(registry);
    for (const id of [market.source.id, 999_999]) {
      expect((await market.receiver.get(`/certificate/actions?account_id=${id}`)).statusCode).toBe(404);
    }
  });

  test('an attempt by a user without access is visible to administrators, not to the account', async ({
    registry,
  }) => {
    const { market } = await aLog(registry);
    const before = idsOf(await actions(market.trader));
    const tried = await market.receiver.post('/certificate/cancel', {
      source_id: market.source.id,
      granular_certificate_bundle_ids: [1],
    });
    expect(idsOf(await actions(market.trader))).toEqual(before);
    for (const filter of [{ limit: 1_000 }, { account_id: market.source.id }]) {
      expect(idsOf(await actions(market.admin, filter))).toContain(tried.json().action_id);
    }
  });

  test('the attempts of a user are visible to the account only for the time of its membership', async ({
    registry,
  }) => {
    const { market } = await aLog(registry);
    const { id } = await market.bundle();
    const guest = await registry.as('TRADING_USER');
    const tries = async (): Promise<number> =>
      (
        await guest.post('/certificate/cancel', {
          source_id: market.source.id,
          granular_certificate_bundle_ids: [id],
          certificate_quantity: 500,
        })
      ).json().action_id;
    const users = (user_ids: number[]) =>
      market.admin.patch(`/account/update/${market.source.id}`, { user_ids });
    const before = await tries();
    await users([market.trader.userId, guest.userId]);
    const meanwhile = await tries();
    await users([market.trader.userId]);
    const after = await tries();
    const ours = (ids: number[]) => ids.filter((each) => [before, meanwhile, after].includes(each));
    expect(ours(idsOf(await actions(market.trader)))).toEqual([meanwhile]);
    expect(ours(idsOf(await actions(market.admin)))).toEqual([before, meanwhile, after]);
  });

  test('an action by an administrator is in the log of the account', async ({ registry }) => {
    const { market } = await aLog(registry);
    const { id } = await market.bundle();
    const done = await market.admin.post('/certificate/cancel', {
      source_id: market.source.id,
      granular_certificate_bundle_ids: [id],
    });
    expect(await actions(market.trader)).toContainEqual(done.json());
  });

  test('an auditor reads the log of its accounts', async ({ registry }) => {
    const { market, cancel } = await aLog(registry);
    const auditor = await registry.as('AUDIT_USER');
    await market.admin.patch(`/account/update/${market.source.id}`, {
      user_ids: [market.trader.userId, auditor.userId],
    });
    expect(await actions(auditor)).toContainEqual(cancel);
  });
});

test("a refused attempt stays in its user's log after the account is closed", async ({ registry }) => {
  const admin = await registry.as('ADMIN');
  const user = await registry.as('TRADING_USER');
  const account = await anAccount(admin, { user_ids: [user.userId] });
  const body = { source_id: account.id, granular_certificate_bundle_ids: [999_999] };
  expect((await user.post('/certificate/reserve', body)).statusCode).toBe(404);
  const open = await actions(user);
  expect(open).toMatchObject([{ user_id: user.userId, granular_certificate_bundle_ids: [999_999] }]);
  expect((await user.delete(`/account/delete/${account.id}`)).statusCode).toBe(200);
  expect(await actions(user)).toEqual(open);
});

describe('filters', () => {
  test("a received transfer is shown without its sender's user and original bundles", async ({
    registry,
  }) => {
    const { market } = await aLog(registry);
    const bundle = await market.bundle({ quantity: 400 });
    const sent: Action = (await market.transfer([bundle.id], { certificate_bundle_percentage: 0.25 })).json();
    const find = async (client: Client) => (await actions(client)).find(({ id }) => id === sent.id);
    expect(await find(market.trader)).toEqual(sent);
    expect(await find(market.receiver)).toEqual({
      ...sent,
      user_id: null,
      granular_certificate_bundle_ids: [],
      certificate_bundle_percentage: null,
      details: {},
    });
  });

  test('a recurring transfer is hidden from its receiver, and its runs do not name it', async ({
    registry,
  }) => {
    const market = await tradingPair(registry);
    const asked = await market.trader.post('/certificate/recurring_transfer', daily(market));
    expect(asked.statusCode, asked.body).toBe(202);
    await market.bundle();
    await runAllDue({ database: registry.database, clock: () => NOW, turn: new Set(), onRun: () => {} });
    expect(await actions(market.trader)).toHaveLength(2);
    expect(await actions(market.receiver)).toMatchObject([{ action_type: 'transfer', details: {} }]);
  });

  test("account_id matches the source or the target, among the caller's accounts", async ({ registry }) => {
    const { market, transfer, refused, cancel } = await aLog(registry);
    const other = await anAccount(market.admin, { user_ids: [market.trader.userId] });
    expect(await actions(market.trader, { account_id: other.id })).toEqual([]);
    const all = [transfer.id, refused, cancel.id];
    expect(idsOf(await actions(market.trader, { account_id: market.source.id }))).toEqual(all);
    expect(idsOf(await actions(market.receiver, { account_id: market.target.id }))).toEqual([transfer.id]);
    expect(idsOf(await actions(market.admin, { account_id: market.source.id }))).toEqual(all);
  });

  test('action_type', async ({ registry }) => {
    const { market, cancel } = await aLog(registry);
    expect(idsOf(await actions(market.trader, { action_type: 'cancel' }))).toEqual([cancel.id]);
    expect((await market.trader.get('/certificate/actions?action_type=steal')).statusCode).toBe(422);
  });

  test('from is inclusive, to is exclusive', async ({ registry }) => {
    const { market, transfer, refused, cancel } = await aLog(registry);
    const later = new Date(NOW.getTime() + 60_000);
    registry.setClock(later);
    const { id } = await market.bundle();
    const second = (await market.cancel([id])).json();
    registry.setClock(NOW);
    const at = later.toISOString();
    expect(idsOf(await actions(market.trader, { from: at }))).toEqual([second.id]);
    expect(idsOf(await actions(market.trader, { to: at }))).toEqual([transfer.id, refused, cancel.id]);
  });

  test('are combined with AND', async ({ registry }) => {
    const { market, transfer, refused } = await aLog(registry);
    const filter = { account_id: market.source.id, action_type: 'transfer', from: NOW.toISOString() };
    expect(idsOf(await actions(market.trader, filter))).toEqual([transfer.id, refused]);
    expect(await actions(market.trader, { ...filter, to: NOW.toISOString() })).toEqual([]);
  });
});

test('pages have no gap or duplicate while new actions are recorded', async ({ registry }) => {
  const market = await tradingPair(registry);
  const done: number[] = [];
  for (let n = 0; n < 7; n++) done.push((await market.cancel([(await market.bundle()).id])).json().id);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const answer = await market.trader.get(
      `/certificate/actions?limit=3${cursor ? `&cursor=${cursor}` : ''}`,
    );
    seen.push(...idsOf(answer.json()));
    if (seen.length === 3) done.push((await market.cancel([(await market.bundle()).id])).json().id);
    const next = answer.headers['registry-next-cursor'];
    cursor = next === undefined ? undefined : String(next);
  } while (cursor !== undefined);
  expect(seen).toEqual(done);
});

test.for(['limit=0', 'limit=1001', 'limit=x', 'cursor=xyz', 'from=yesterday', 'account_id=0'])(
  'a log with %s is refused',
  async (query, { registry }) => {
    const market = await registry.as('TRADING_USER');
    expect((await market.get(`/certificate/actions?${query}`)).statusCode).toBe(422);
  },
);

describe('an invalid amount', () => {
  const NOBODYS = 987_654_321;

  test.for([
    ['a percentage above 1', { certificate_bundle_percentage: 1.5 }, 'percentage-invalid'],
    ['a percentage of 0', { certificate_bundle_percentage: 0 }, 'percentage-invalid'],
    ['a quantity of 0', { certificate_quantity: 0 }, 'quantity-invalid'],
    [
      'a quantity with a percentage',
      { certificate_quantity: 1, certificate_bundle_percentage: 0.5 },
      'quantity-and-percentage',
    ],
  ] as const)(
    '%s is refused with 422 whatever the bundles are, and is recorded',
    async ([_, amount, code], { registry }) => {
      const market = await tradingPair(registry);
      const { id } = await market.bundle();
      await market.cancel([id]);
      for (const bundle of [NOBODYS, id]) {
        const answer = await market.transfer([bundle], amount);
        expect(answer.statusCode, answer.body).toBe(422);
        expect(answer.json().type).toMatch(new RegExp(`:${code}$`));
        const log = await actions(market.trader);
        expect(log.find((each) => each.id === answer.json().action_id)?.details.code).toBe(code);
      }
    },
  );
});
