import { describe, expect } from 'vitest';
import { type Account, anAccount, tradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const test = baseTest
  .extend('receiver', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'))
  .extend('sender', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'));

let target: Account;
let source: Account;

test.beforeEach(async ({ receiver, sender }) => {
  target = await anAccount(receiver);
  source = await anAccount(sender);
});

const change = (receiver: Client, body: object, by = receiver) =>
  by.patch(`/account/update_whitelist/${target.id}`, body);
const whitelist = async (receiver: Client) =>
  (await receiver.get(`/account/${target.id}`)).json().account_whitelist;

async function entries(registry: TestRegistry): Promise<number> {
  const { rows } = await registry.primary.query(`SELECT count(*)::int AS n FROM journal`);
  return rows[0].n;
}

test('can be given at the creation of the account', async ({ receiver, sender }) => {
  const opened = await anAccount(receiver, { account_whitelist: [source.id] });
  expect(opened).toMatchObject({ account_whitelist: [source.id] });
  const inverse = await sender.get(`/account/${source.id}/whitelist_inverse`);
  expect(inverse.json()).toEqual([{ id: opened.id, account_name: opened.account_name }]);
});

test("shows only the id of another user's account: whitelisting an id reveals no name", async ({
  receiver,
}) => {
  await change(receiver, { add_to_whitelist: [source.id] });
  expect((await receiver.get(`/account/${target.id}/whitelist`)).json()).toEqual([
    { id: source.id, account_name: null },
  ]);
  expect((await receiver.get(`/account/${source.id}`)).statusCode).toBe(404);
});

test("has a direction: the other account's whitelist does not change", async ({ receiver, sender }) => {
  await change(receiver, { add_to_whitelist: [source.id] });
  expect((await sender.get(`/account/${source.id}/whitelist`)).json()).toEqual([]);
  expect((await receiver.get(`/account/${target.id}/whitelist_inverse`)).json()).toEqual([]);
});

test('loses a removed account, for both sides', async ({ receiver, sender }) => {
  await change(receiver, { add_to_whitelist: [source.id] });
  await change(receiver, { remove_from_whitelist: [source.id] });
  expect(await whitelist(receiver)).toEqual([]);
  expect((await receiver.get(`/account/${target.id}/whitelist`)).json()).toEqual([]);
  expect((await sender.get(`/account/${source.id}/whitelist_inverse`)).json()).toEqual([]);
});

test('accepts an account again after its removal, and the journal has an entry for each', async ({
  registry,
  receiver,
}) => {
  for (let round = 0; round < 3; round++) {
    await change(receiver, { add_to_whitelist: [source.id] });
    await change(receiver, { remove_from_whitelist: [source.id] });
  }
  await change(receiver, { add_to_whitelist: [source.id] });
  expect(await whitelist(receiver)).toEqual([source.id]);
  const { rows } = await registry.primary.query(
    `SELECT count(*)::int AS times, count(*) FILTER (WHERE deleted_at IS NULL)::int AS now
     FROM account_whitelist WHERE account_id = $1`,
    [target.id],
  );
  expect(rows).toEqual([{ times: 4, now: 1 }]);
});

test('is changed by additions and removals in one request', async ({ receiver, sender }) => {
  const other = await anAccount(sender);
  await change(receiver, { add_to_whitelist: [source.id] });
  await change(receiver, { add_to_whitelist: [other.id], remove_from_whitelist: [source.id] });
  expect(await whitelist(receiver)).toEqual([other.id]);
});

describe('an edit of the whitelist', () => {
  test.for([
    ['adds listed accounts', () => ({ add_to_whitelist: [source.id, source.id] })],
    ['by null', () => ({ add_to_whitelist: null, remove_from_whitelist: null })],
    ['is empty', () => ({})],
    ['removes unlisted accounts', () => ({ remove_from_whitelist: [target.id, 999_999] })],
  ] as const)('changes nothing if it %s', async ([_, body], { registry, receiver }) => {
    await change(receiver, { add_to_whitelist: [source.id] });
    const before = await entries(registry);
    expect((await change(receiver, body())).json().account_whitelist).toEqual([source.id]);
    expect(await entries(registry)).toBe(before);
  });

  test.for([
    ['of the account itself', (): number => target.id],
    ['of an unknown account', (): number => 999_999],
  ] as const)('refuses the id %s', async ([_, id], { registry, receiver }) => {
    await change(receiver, { add_to_whitelist: [source.id] });
    const before = await entries(registry);
    const answer = await change(receiver, { remove_from_whitelist: [source.id], add_to_whitelist: [id()] });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path: 'body.add_to_whitelist' }]);
    expect(await whitelist(receiver)).toEqual([source.id]);
    expect(await entries(registry)).toBe(before);
  });

  test('refuses a closed account', async ({ receiver, sender }) => {
    await sender.delete(`/account/delete/${source.id}`);
    expect((await change(receiver, { add_to_whitelist: [source.id] })).statusCode).toBe(422);
  });

  test('is refused to the users of the sending account', async ({ receiver, sender }) => {
    expect((await change(receiver, { add_to_whitelist: [source.id] }, sender)).statusCode).toBe(404);
    expect(await whitelist(receiver)).toEqual([]);
  });
});

test('loses an account that is closed', async ({ receiver, sender }) => {
  await change(receiver, { add_to_whitelist: [source.id] });
  await sender.delete(`/account/delete/${source.id}`);
  expect(await whitelist(receiver)).toEqual([]);
  expect((await receiver.get(`/account/${target.id}/whitelist`)).json()).toEqual([]);
});

test('affects future transfers, not past ones', async ({ registry }) => {
  const market = await tradingPair(registry);
  const [first, second] = [await market.bundle(), await market.bundle()];
  expect((await market.transfer([first.id])).statusCode).toBe(202);
  await market.receiver.patch(`/account/update_whitelist/${market.target.id}`, {
    remove_from_whitelist: [market.source.id],
  });
  expect((await market.transfer([second.id])).statusCode).toBeGreaterThanOrEqual(400);
  const kept = await market.receiver.get(`/account/${market.target.id}/summary`);
  expect(kept.json().num_granular_certificate_bundles).toBe(1);
});
