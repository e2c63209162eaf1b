import { describe, expect } from 'vitest';
import { type Account, anAccount, unique } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';

const test = baseTest
  .extend('owner', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'))
  .extend('stranger', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'));

/** The entry of an account on the whitelist of another one, as a client sees it. */
async function seenOnWhitelist(client: Client, own: Account, other: Account) {
  await client.patch(`/account/update_whitelist/${own.id}`, { add_to_whitelist: [other.id] });
  const list = (await client.get(`/account/${own.id}/whitelist`)).json();
  return list.find(({ id }: Account) => id === other.id);
}

const found = async (client: Client, query: Record<string, string>) => {
  const answer = await client.get(`/account/directory?${new URLSearchParams(query)}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

describe('the name of an account on a whitelist', () => {
  test('is hidden from strangers', async ({ owner, stranger }) => {
    const [own, other] = [await anAccount(stranger), await anAccount(owner)];
    expect(await seenOnWhitelist(stranger, own, other)).toEqual({ id: other.id, account_name: null });
  });

  test('is shown to its users and to administrators', async ({ admin, owner, stranger }) => {
    const [own, other, second] = [
      await anAccount(stranger),
      await anAccount(owner),
      await anAccount(stranger),
    ];
    expect(await seenOnWhitelist(stranger, own, second)).toMatchObject({ account_name: second.account_name });
    expect(await seenOnWhitelist(admin, own, other)).toMatchObject({ account_name: other.account_name });
  });

  test('is shown once the account whitelists the other one', async ({ owner, stranger }) => {
    const [own, other] = [await anAccount(stranger), await anAccount(owner)];
    await owner.patch(`/account/update_whitelist/${other.id}`, { add_to_whitelist: [own.id] });
    expect(await seenOnWhitelist(stranger, own, other)).toMatchObject({ account_name: other.account_name });
  });

  test('is shown after a transfer, in both directions', async ({ market }) => {
    const { source, target } = market;
    const whitelistOf = async () => (await market.receiver.get(`/account/${target.id}/whitelist`)).json();
    const before = await whitelistOf();
    await market.transfer([(await market.bundle()).id]);
    expect(before).toEqual([{ id: source.id, account_name: null }]);
    expect(await whitelistOf()).toEqual([{ id: source.id, account_name: source.account_name }]);
  });

  test('is shown while the account is in the directory', async ({ owner, stranger }) => {
    const [own, other] = [await anAccount(stranger), await anAccount(owner, { discoverable: true })];
    expect(await seenOnWhitelist(stranger, own, other)).toMatchObject({ account_name: other.account_name });
    const left = await owner.patch(`/account/update/${other.id}`, { discoverable: false });
    expect(left.json().discoverable).toBe(false);
    expect(await seenOnWhitelist(stranger, own, other)).toMatchObject({ account_name: null });
  });
});

test('no request that names the account of a stranger is answered with its name', async ({
  market,
  registry,
}) => {
  const stranger = await registry.as('PRODUCTION_USER');
  const { id, account_name } = await anAccount(stranger);
  const { trader, source, device } = market;
  const bundle = await market.bundle();
  const transfer = {
    source_id: source.id,
    target_id: id,
    granular_certificate_bundle_ids: [bundle.id],
  };
  const answers = [
    await trader.get(`/account/${id}`),
    await trader.get(`/account/${id}/summary`),
    await trader.get(`/account/${id}/whitelist`),
    await trader.patch(`/account/update/${id}`, { timezone: 'UTC' }),
    await trader.patch(`/account/update_whitelist/${source.id}`, { add_to_whitelist: [id] }),
    await trader.patch(`/device/update/${device.id}`, { account_id: id }),
    await trader.post('/certificate/transfer', transfer),
    await trader.get(`/certificate/actions?account_id=${source.id}`),
    await trader.get(`/account/${source.id}/whitelist_inverse`),
  ];
  for (const answer of answers) expect(answer.body).not.toContain(account_name);
});

describe('the directory', () => {
  test('lists the open accounts that joined it, by prefix in any case', async ({ owner, stranger }) => {
    const start = unique('Directory');
    const listed = await anAccount(owner, { account_name: `${start} listed`, discoverable: true });
    const closed = await anAccount(owner, { account_name: `${start} closed`, discoverable: true });
    const unlisted = await anAccount(owner, { account_name: `${start} unlisted` });
    expect(unlisted).toMatchObject({ discoverable: false });
    await owner.delete(`/account/delete/${closed.id}`);
    expect(await found(stranger, { prefix: start.toUpperCase() })).toEqual([
      { id: listed.id, account_name: listed.account_name },
    ]);
  });

  test('finds an account by its exact name, and by no part of it', async ({ owner, stranger }) => {
    const { id, account_name } = await anAccount(owner);
    expect(await found(stranger, { name: account_name })).toEqual([{ id, account_name }]);
    for (const name of [account_name.slice(0, -1), account_name.toUpperCase(), `${account_name}%`])
      expect(await found(stranger, { name })).toEqual([]);
  });

  test('finds an account by its id, with its name only for those who may know it', async ({
    owner,
    stranger,
  }) => {
    const [{ id, account_name }, other] = [await anAccount(owner), await anAccount(stranger)];
    const byId = (client: Client) => found(client, { account_id: String(id) });
    expect(await byId(stranger)).toEqual([{ id, account_name: null }]);
    expect(await byId(owner)).toEqual([{ id, account_name }]);
    await owner.patch(`/account/update_whitelist/${id}`, { add_to_whitelist: [other.id] });
    expect(await byId(stranger)).toEqual([{ id, account_name }]);
    expect(await found(stranger, { account_id: '999999' })).toEqual([]);
  });

  test('applies all parameters of a search', async ({ owner, stranger }) => {
    const listed = await anAccount(owner, { discoverable: true });
    const unlisted = await anAccount(owner);
    const search = (account: Account, fields: Record<string, string>) =>
      found(stranger, { account_id: String(account.id), ...fields });
    expect(await search(listed, { name: listed.account_name, prefix: 'Account' })).toHaveLength(1);
    expect(await search(listed, { name: unlisted.account_name })).toEqual([]);
    expect(await search(listed, { prefix: 'Another' })).toEqual([]);
    expect(await search(unlisted, { prefix: 'Account' })).toEqual([]);
  });

  test('is paged', async ({ owner, stranger }) => {
    const prefix = unique('Pages');
    for (const n of [1, 2, 3]) await anAccount(owner, { account_name: `${prefix} ${n}`, discoverable: true });
    const first = await stranger.get(`/account/directory?${new URLSearchParams({ prefix, limit: '2' })}`);
    const cursor = String(first.headers['registry-next-cursor']);
    const second = await found(stranger, { prefix, limit: '2', cursor });
    expect([...first.json(), ...second].map(({ account_name }) => account_name)).toEqual([
      `${prefix} 1`,
      `${prefix} 2`,
      `${prefix} 3`,
    ]);
  });
});
