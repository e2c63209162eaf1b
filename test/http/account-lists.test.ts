import { expect } from 'vitest';
import {
  type Account,
  aBundle,
  aDevice,
  anAccount,
  hoursAgo,
  metadata,
  shareAccount,
} from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';

let owner: Client;
let account: Account;

test.beforeAll(async ({ registry, admin }) => {
  owner = await registry.as('PRODUCTION_USER');
  const [second, third] = [await registry.as('TRADING_USER'), await registry.as('TRADING_USER')];
  account = await shareAccount(admin, owner, second, third);
  const metadata_id = await metadata(admin);
  for (let hour = 1; hour <= 3; hour++) {
    const device = await aDevice(owner, { account_id: account.id });
    await aBundle(admin, { device_id: device.id, metadata_id, quantity: 10, ...hoursAgo(hour) });
    const related = await anAccount(owner, { account_whitelist: [account.id] });
    await owner.patch(`/account/update_whitelist/${account.id}`, { add_to_whitelist: [related.id] });
  }
});

test.each([
  ['/account/{id}/devices', 3],
  ['/account/{id}/certificates/devices', 3],
  ['/account/{id}/users', 3],
  ['/account/{id}/whitelist', 3],
  ['/account/{id}/whitelist_inverse', 3],
  ['/user/me/accounts', 4],
])('%s is paged by limit and cursor', async (path, rows) => {
  const url = path.replace('{id}', String(account.id));
  const all = await owner.get(url);
  expect(all.statusCode).toBe(200);
  expect(all.json().length).toBeGreaterThanOrEqual(rows);
  expect(all.headers).not.toHaveProperty('registry-next-cursor');

  const first = await owner.get(`${url}?limit=2`);
  expect(first.json()).toEqual(all.json().slice(0, 2));
  const cursor = String(first.headers['registry-next-cursor']);
  const rest = await owner.get(`${url}?limit=100&cursor=${cursor}`);
  expect(rest.json()).toEqual(all.json().slice(2));
  expect(rest.headers).not.toHaveProperty('registry-next-cursor');
});
