import { describe, expect } from 'vitest';
import { type BundleStatus, bundleStatuses } from '../../src/rules/enums.ts';
import { aDevice, anAccount, shareAccount, tradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';

const usable: BundleStatus[] = ['Active', 'Reserved', 'Locked', 'Cancelled'];
const spent: BundleStatus[] = ['Claimed', 'Cancelled for Storage', 'Expired', 'Exported', 'Withdrawn'];

let admin: Client;
let owner: Client;
let colleague: Client;

test.beforeAll(async ({ registry }) => {
  admin = await registry.as('ADMIN');
  owner = await registry.as('PRODUCTION_USER');
  colleague = await registry.as('TRADING_USER');
  await shareAccount(admin, owner, colleague);
});

const unique = (what: string) => `${what} ${crypto.randomUUID()}`;
const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id);

describe('a new account', () => {
  test('has its creator and the given users, each once', async () => {
    const user_ids = [colleague.userId, colleague.userId, owner.userId];
    const { id } = await anAccount(owner, { user_ids });
    expect((await owner.get(`/account/${id}`)).json().user_ids).toEqual([owner.userId, colleague.userId]);
  });

  test('is in UTC by default', async () => {
    expect(await anAccount(owner)).toMatchObject({ timezone: 'UTC' });
    expect(await anAccount(owner, { timezone: 'Europe/London' })).toMatchObject({
      timezone: 'Europe/London',
    });
  });

  test.each(['Mars/Olympus', '+01:00', '', 'Europe/London\u0000'])(
    'refuses the time zone %j',
    async (timezone) => {
      const answer = await owner.post('/account/create', { account_name: unique('A'), timezone });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toMatchObject([{ path: 'body.timezone' }]);
    },
  );

  test.each(['user_ids', 'account_whitelist'])(
    'refuses %s for an unknown id, and is not created',
    async (field) => {
      const account_name = unique('Not opened');
      const answer = await owner.post('/account/create', { account_name, [field]: [owner.userId, 999_999] });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toContainEqual({
        path: `body.${field}`,
        message: expect.stringContaining('999999'),
      });
      expect((await owner.post('/account/create', { account_name })).statusCode).toBe(201);
    },
  );

  test('has a unique name, regardless of case, also beyond ASCII', async () => {
    await anAccount(owner, { account_name: 'Ångström Café' });
    const answer = await owner.post('/account/create', { account_name: ' åNGSTRÖM cAFÉ ' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json().errors).toMatchObject([{ path: 'body.account_name' }]);
  });

  test('is created once by four concurrent requests with the same name', async () => {
    const account_name = unique('Once');
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => owner.post('/account/create', { account_name })),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
  });
});

describe('an edit', () => {
  test('changes only the given fields', async () => {
    const before = await anAccount(owner, { user_ids: [colleague.userId], timezone: 'Europe/London' });
    const answer = await owner.patch(`/account/update/${before.id}`, { account_name: unique('Renamed') });
    expect(answer.json()).toEqual({ ...before, account_name: answer.json().account_name, version: 2 });
    expect(answer.json().account_name).toContain('Renamed');
  });

  test('replaces the users, and a removed user loses all access', async () => {
    const { id } = await anAccount(owner, { user_ids: [colleague.userId] });
    expect((await colleague.get(`/account/${id}`)).statusCode).toBe(200);
    const answer = await owner.patch(`/account/update/${id}`, { user_ids: [owner.userId] });
    expect(answer.json().user_ids).toEqual([owner.userId]);
    expect((await colleague.get(`/account/${id}`)).statusCode).toBe(404);
    await owner.patch(`/account/update/${id}`, { user_ids: [owner.userId, colleague.userId] });
    expect((await colleague.get(`/account/${id}`)).statusCode).toBe(200);
  });

  test('with one unknown user changes nothing', async () => {
    const before = await anAccount(owner);
    const wrong = {
      account_name: unique('X'),
      timezone: 'Asia/Tokyo',
      user_ids: [colleague.userId, 999_999],
    };
    const answer = await owner.patch(`/account/update/${before.id}`, wrong);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path: 'body.user_ids' }]);
    expect((await owner.get(`/account/${before.id}`)).json()).toEqual(before);
  });

  test('requires at least one user', async () => {
    const { id } = await anAccount(owner);
    expect((await owner.patch(`/account/update/${id}`, { user_ids: [] })).statusCode).toBe(422);
  });

  test('refuses the name of another account, but not its own name in another case', async () => {
    const [one, other] = [await anAccount(owner), await anAccount(owner)];
    const taken = await owner.patch(`/account/update/${one.id}`, {
      account_name: other.account_name.toUpperCase(),
    });
    expect(taken.statusCode).toBe(409);
    expect(taken.json().errors).toMatchObject([{ path: 'body.account_name' }]);
    const own = await owner.patch(`/account/update/${one.id}`, {
      account_name: one.account_name.toUpperCase(),
    });
    expect(own.statusCode).toBe(200);
  });

  test('refuses fields that the server sets, by name', async () => {
    const before = await anAccount(owner);
    const sent = {
      id: 4711,
      created_at: '1999-01-01T00:00:00Z',
      deleted_at: '1999-01-01T00:00:00Z',
      version: 9,
      account_whitelist: [before.id],
    };
    const answer = await owner.patch(`/account/update/${before.id}`, { ...sent, account_name: 'Other' });
    expect(answer.json().errors).toMatchObject(Object.keys(sent).map((name) => ({ path: `body.${name}` })));
    expect((await owner.get(`/account/${before.id}`)).json()).toEqual(before);
  });
});

describe('an audit user', () => {
  test('reads the accounts it belongs to, and no others', async ({ registry }) => {
    const auditor = await registry.as('AUDIT_USER');
    const own = await anAccount(admin, { user_ids: [owner.userId, auditor.userId] });
    const other = await anAccount(owner);
    for (const path of [
      '',
      '/summary',
      '/devices',
      '/users',
      '/certificates',
      '/whitelist',
      '/whitelist_inverse',
    ]) {
      expect((await auditor.get(`/account/${own.id}${path}`)).statusCode, path).toBe(200);
      expect((await auditor.get(`/account/${other.id}${path}`)).statusCode, path).toBe(404);
    }
    expect(idsOf((await auditor.get('/account/list')).json())).toEqual([own.id]);
  });

  test('changes nothing, not even in its own accounts', async ({ registry }) => {
    const auditor = await registry.as('AUDIT_USER');
    const { id } = await anAccount(admin, { user_ids: [owner.userId, auditor.userId] });
    expect((await auditor.patch(`/account/update/${id}`, { account_name: 'X' })).statusCode).toBe(403);
    expect((await auditor.patch(`/account/update_whitelist/${id}`, {})).statusCode).toBe(403);
    expect((await auditor.delete(`/account/delete/${id}`)).statusCode).toBe(403);
  });
});

test('an administrator can act for any account, and the journal names the administrator', async ({
  registry,
}) => {
  const { id } = await anAccount(owner);
  expect((await admin.patch(`/account/update/${id}`, { timezone: 'Asia/Tokyo' })).statusCode).toBe(200);
  const { rows } = await registry.primary.query(
    `SELECT actor_id::int AS actor FROM journal WHERE entity_name = 'account' AND entity_id = $1 ORDER BY id`,
    [id],
  );
  expect(rows).toEqual([{ actor: owner.userId }, { actor: admin.userId }]);
});

describe('a closed account', () => {
  test('is not found by its users or by administrators', async () => {
    const { id } = await anAccount(owner);
    expect((await owner.delete(`/account/delete/${id}`)).statusCode).toBe(200);
    for (const reader of [owner, admin]) {
      for (const path of ['', '/summary', '/devices', '/users', '/certificates/devices', '/whitelist']) {
        expect((await reader.get(`/account/${id}${path}`)).statusCode, path).toBe(404);
      }
      expect(idsOf((await reader.get('/account/list?limit=1000')).json())).not.toContain(id);
    }
    expect((await owner.get(`/account/${id}/certificates`)).statusCode).toBe(404);
    expect((await owner.patch(`/account/update/${id}`, { timezone: 'UTC' })).statusCode).toBe(404);
    expect((await admin.patch(`/account/update_whitelist/${id}`, {})).statusCode).toBe(404);
  });

  test('cannot receive a device', async () => {
    const { id } = await anAccount(owner);
    await owner.delete(`/account/delete/${id}`);
    await expect(aDevice(admin, { account_id: id })).rejects.toThrow('body.account_id');
  });

  test.for(usable)('cannot hold a bundle that is %s', async (status, { registry }) => {
    const market = await tradingPair(registry);
    await market.bundleIn(status);
    await market.admin.delete(`/device/delete/${market.device.id}`);
    const answer = await market.trader.delete(`/account/delete/${market.source.id}`);
    expect(answer.statusCode).toBe(409);
    expect((await market.trader.get(`/account/${market.source.id}`)).statusCode).toBe(200);
  });

  test.for(spent)('can hold bundles that are %s', async (status, { registry }) => {
    const market = await tradingPair(registry);
    await market.bundleIn(status);
    await market.admin.delete(`/device/delete/${market.device.id}`);
    expect((await market.trader.delete(`/account/delete/${market.source.id}`)).statusCode).toBe(200);
  });

  test('has no devices: they must be deleted first', async () => {
    const { id } = await anAccount(owner);
    const device = await aDevice(owner, { account_id: id });
    expect((await owner.delete(`/account/delete/${id}`)).statusCode).toBe(409);
    await owner.delete(`/device/delete/${device.id}`);
    expect((await owner.delete(`/account/delete/${id}`)).statusCode).toBe(200);
  });

  test('cannot be closed while a concurrent request registers a device', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await anAccount(owner);
      const [device, closed] = await Promise.allSettled([
        aDevice(admin, { account_id: id }),
        owner.delete(`/account/delete/${id}`),
      ]);
      const isClosed = closed.status === 'fulfilled' && closed.value.statusCode === 200;
      expect(isClosed).toBe(device.status === 'rejected');
    }
  });

  test('cannot be closed while a concurrent request issues certificates', async ({ registry }) => {
    for (let round = 0; round < 5; round++) {
      const market = await tradingPair(registry);
      const { id } = await market.bundle();
      const [transfer, closed] = await Promise.all([
        market.transfer([id]),
        market.receiver.delete(`/account/delete/${market.target.id}`),
      ]);
      expect([transfer.statusCode === 202, closed.statusCode === 200].filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('the summary of an account', () => {
  test('is all zeros for a new account', async () => {
    const { id, account_name } = await anAccount(owner);
    expect((await owner.get(`/account/${id}/summary`)).json()).toEqual({
      id,
      account_name,
      num_devices: 0,
      num_devices_by_type: {},
      device_capacity_by_type: {},
      num_granular_certificate_bundles: 0,
      num_cancelled_granular_certificate_bundles: 0,
      total_certificate_energy: 0,
      energy_by_fuel_type: {},
      energy_by_status: {},
    });
    for (const path of ['devices', 'certificates/devices', 'whitelist', 'whitelist_inverse']) {
      expect((await owner.get(`/account/${id}/${path}`)).json(), path).toEqual([]);
    }
  });

  test('counts devices that are not deleted by type, and adds their power exactly', async () => {
    const { id } = await anAccount(owner);
    const solar = { energy_source: 'solar_pv', technology_type: 'solar_pv' };
    await aDevice(owner, { account_id: id, power_mw: 0.1, ...solar });
    await aDevice(owner, { account_id: id, power_mw: 0.2, ...solar });
    await aDevice(owner, { account_id: id, power_mw: 3 });
    const retired = await aDevice(owner, { account_id: id, power_mw: 50 });
    await owner.delete(`/device/delete/${retired.id}`);
    expect((await owner.get(`/account/${id}/summary`)).json()).toMatchObject({
      num_devices: 3,
      num_devices_by_type: { solar_pv: 2, wind_turbine: 1 },
      device_capacity_by_type: { solar_pv: 0.3, wind_turbine: 3 },
    });
  });

  test('counts each live bundle once, by status, and no split parents', async ({ registry }) => {
    const market = await tradingPair(registry);
    for (const status of bundleStatuses) await market.bundleIn(status);
    const summary = (await market.trader.get(`/account/${market.source.id}/summary`)).json();
    const whole = [...usable, ...spent].map((status) => [status, 100]);
    expect(summary).toEqual({
      id: market.source.id,
      account_name: market.source.account_name,
      num_devices: 1,
      num_devices_by_type: { wind_turbine: 1 },
      device_capacity_by_type: { wind_turbine: 100 },
      num_granular_certificate_bundles: bundleStatuses.length,
      num_cancelled_granular_certificate_bundles: 1,
      // One certificate of the split bundle was transferred to the other account.
      total_certificate_energy: 999,
      energy_by_fuel_type: { wind: 999 },
      energy_by_status: { ...Object.fromEntries(whole), Active: 199 },
    });
  });

  test('follows the certificates, while the device stays', async ({ registry }) => {
    const market = await tradingPair(registry);
    const { id } = await market.bundle({ quantity: 70 });
    await market.transfer([id], { certificate_quantity: 30 });
    const target = await market.receiver.get(`/account/${market.target.id}/summary`);
    expect(target.json()).toMatchObject({
      num_devices: 0,
      num_granular_certificate_bundles: 1,
      total_certificate_energy: 30,
      energy_by_fuel_type: { wind: 30 },
    });
    const devices = await market.receiver.get(`/account/${market.target.id}/certificates/devices`);
    expect(devices.json()).toMatchObject([{ id: market.device.id, account_id: null }]);
    for (const client of [market.trader, market.admin]) {
      const own = await client.get(
        `/account/${client === market.trader ? market.source.id : market.target.id}/certificates/devices`,
      );
      expect(own.json()).toMatchObject([{ id: market.device.id, account_id: market.source.id }]);
    }
    expect((await market.receiver.get(`/account/${market.target.id}/devices`)).json()).toEqual([]);
    const source = await market.trader.get(`/account/${market.source.id}/summary`);
    expect(source.json().total_certificate_energy).toBe(40);
  });
});

test('pages of a list stay consistent while accounts are closed and opened', async ({ registry }) => {
  const lister = await registry.as('PRODUCTION_USER');
  const made: number[] = [];
  for (let n = 0; n < 5; n++) made.push((await anAccount(lister)).id);
  const first = await lister.get('/account/list?limit=2');
  await lister.delete(`/account/delete/${made[0]}`);
  await lister.delete(`/account/delete/${made[3]}`);
  const added = await anAccount(lister);
  const rest = await lister.get(`/account/list?cursor=${first.headers['registry-next-cursor']}`);
  expect(idsOf(first.json())).toEqual(made.slice(0, 2));
  expect(idsOf(rest.json())).toEqual([made[2], made[4], added.id]);
  expect(rest.headers).not.toHaveProperty('registry-next-cursor');
});
