import { describe, expect } from 'vitest';
import { aKey, type Key } from '../harness/api-key.ts';
import { type Account, anAccount, shareAccount, unique } from '../harness/builders.ts';
import { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('producer', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'));

const withKey = (registry: TestRegistry, producer: Client, { api_key }: Key) =>
  new Client(registry.app, api_key, producer.userId);

describe.each([
  ['restricted to the account', true],
  ['without a restriction', false],
])('an API key %s', (_, isConfined) => {
  let account: Account;
  let key: Client;
  let friend: Client;

  test.beforeAll(async ({ registry, producer }) => {
    friend = await registry.as('TRADING_USER');
    await shareAccount(await registry.as('ADMIN'), producer, friend);
    account = await anAccount(producer);
    key = withKey(registry, producer, await aKey(producer, isConfined ? { account_ids: [account.id] } : {}));
  });
  const change = (client: Client, user_ids: number[]) =>
    client.patch(`/account/update/${account.id}`, { user_ids });
  const users = async (producer: Client) => (await producer.get(`/account/${account.id}`)).json().user_ids;

  test('cannot add users to the account, even together with a permitted change', async ({ producer }) => {
    const user_ids = [producer.userId, friend.userId];
    const both = { account_name: unique('Account'), user_ids };
    expect((await change(key, user_ids)).statusCode).toBe(403);
    expect((await key.patch(`/account/update/${account.id}`, both)).statusCode).toBe(403);
    expect((await change(key, [friend.userId])).statusCode).toBe(403);
    expect((await producer.get(`/account/${account.id}`)).json()).toMatchObject({
      account_name: account.account_name,
      user_ids: [producer.userId],
    });
  });

  test('cannot remove users from the account', async ({ producer }) => {
    expect((await change(producer, [producer.userId, friend.userId])).statusCode).toBe(200);
    expect((await change(key, [producer.userId])).statusCode).toBe(403);
    expect(await users(producer)).toEqual([producer.userId, friend.userId]);
  });

  test('may send the unchanged list of users', async ({ producer }) => {
    const changed = await key.patch(`/account/update/${account.id}`, {
      account_name: unique('Account'),
      user_ids: (await users(producer)).toReversed(),
    });
    expect(changed.statusCode, changed.body).toBe(200);
  });

  test('cannot create an account for other users', async () => {
    const opened = await key.post('/account/create', {
      account_name: unique('Account'),
      user_ids: [friend.userId],
    });
    expect(opened.statusCode).toBe(403);
  });
});

test('a key can create an account for its own user', async ({ registry, producer }) => {
  const key = withKey(registry, producer, await aKey(producer));
  const opened = await anAccount(key, { user_ids: [producer.userId] });
  expect((await producer.get(`/account/${opened.id}`)).json().user_ids).toEqual([producer.userId]);
});
