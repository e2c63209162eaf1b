import { describe, expect } from 'vitest';
import {
  type Account,
  aBundle,
  aDevice,
  anAccount,
  type Device,
  hoursAgo,
  metadata,
  tradingPair,
} from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const test = baseTest
  .extend('owner', { scope: 'file' }, ({ registry }) => registry.as('PRODUCTION_USER'))
  .extend('account', { scope: 'file' }, ({ owner }) => anAccount(owner));

const unique = (what: string) => `${what} ${crypto.randomUUID()}`;
const device = (owner: Client, account: Account, fields: Record<string, unknown> = {}) =>
  aDevice(owner, { account_id: account.id, ...fields });
const edit = (owner: Client, { id }: Device, body: object, by = owner) =>
  by.patch(`/device/update/${id}`, body);
const read = async (owner: Client, { id }: Device, by = owner) => (await by.get(`/device/${id}`)).json();
const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id);

describe('power', () => {
  test('is accepted as `capacity`, too, and returned as `power_mw`', async ({ owner, account }) => {
    const { id } = await device(owner, account, { power_mw: undefined, capacity: 12.5 });
    const made = await read(owner, { id, account_id: account.id });
    expect(made.power_mw).toBe(12.5);
    expect(made).not.toHaveProperty('capacity');
    expect((await edit(owner, { id, account_id: account.id }, { capacity: 0 })).json().power_mw).toBe(0);
  });

  test.for([0.1, 0.000_001, 123_456.789, 1e-9])(
    'of %d MW is returned unchanged',
    async (power_mw, { owner, account }) => {
      expect(await read(owner, await device(owner, account, { power_mw }))).toMatchObject({ power_mw });
    },
  );

  test.for([['power_mw'], ['peak_demand'], ['energy_mwh']] as const)(
    'is refused if negative or infinite: %s',
    async ([field], { owner, account }) => {
      const before = await device(owner, account);
      for (const value of ['-0.001', '1e400', '1000001']) {
        const answer = await owner.request({
          method: 'PATCH',
          url: `/device/update/${before.id}`,
          headers: { 'content-type': 'application/json' },
          payload: `{"${field}": ${value}}`,
        });
        expect(answer.statusCode, value).toBe(422);
        expect(answer.json().errors).toMatchObject([{ path: `body.${field}` }]);
      }
      expect(await read(owner, before)).toEqual(before);
    },
  );
});

describe('an operational date', () => {
  test.for([
    ['2020-01-01', '2020-01-01T00:00:00Z'],
    ['2020-06-01T12:00:00', '2020-06-01T12:00:00Z'],
    ['2020-06-01T12:00:00+02:00', '2020-06-01T10:00:00Z'],
    ['2020-06-01 12:00:00.250Z', '2020-06-01T12:00:00.250Z'],
    ['1878-01-01', '1878-01-01T00:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
    ['0099-12-31T23:59:59Z', '0099-12-31T23:59:59Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ] as const)(
    '%s is the instant %s, and does not change',
    async ([operational_date, instant], { owner, account }) => {
      const made = await device(owner, account, { operational_date });
      expect(made).toMatchObject({ operational_date: instant });
      expect(await read(owner, made)).toMatchObject({ operational_date: instant });
      expect((await edit(owner, made, { device_name: 'Edited' })).json().operational_date).toBe(instant);
    },
  );
});

describe('a local identifier', () => {
  test('can be used again after its device is deleted, if nothing was issued', async ({ owner, account }) => {
    const local_device_identifier = unique('MPAN');
    const { id } = await device(owner, account, { local_device_identifier });
    await owner.delete(`/device/delete/${id}`);
    expect((await device(owner, account, { local_device_identifier })).id).not.toBe(id);
  });

  describe('under which certificates were issued', () => {
    const issued = async (registry: TestRegistry, owner: Client, account: Account) => {
      const made = await device(owner, account, { local_device_identifier: unique('Mpan') });
      const admin = await registry.as('ADMIN');
      const metadata_id = await metadata(admin);
      await aBundle(admin, { device_id: made.id, metadata_id, quantity: 1000, ...hoursAgo(3) });
      return read(owner, made);
    };
    const attempt = (owner: Client, account: Account, fields: object) =>
      owner.post('/device/create', { ...A_DEVICE, account_id: account.id, ...fields });
    const A_DEVICE = {
      device_name: 'The same again',
      energy_source: 'wind',
      technology_type: 'wind_turbine',
      operational_date: '2015-01-01',
      power_mw: 100,
      peak_demand: 1,
      location: '57.2, -1.9',
      is_storage: false,
    };
    const problem = (code: string, path = 'body.local_device_identifier') => ({
      status: 409,
      type: `urn:gc-registry:problem:${code}`,
      errors: [{ path }],
    });

    test('stays reserved after its device is deleted, in any case', async ({ registry, owner, account }) => {
      const { id, grid, local_device_identifier } = await issued(registry, owner, account);
      await owner.delete(`/device/delete/${id}`);
      for (const twin of [
        { grid, local_device_identifier },
        { grid: grid.toUpperCase(), local_device_identifier: local_device_identifier.toLowerCase() },
      ]) {
        expect((await attempt(owner, account, twin)).json()).toMatchObject(problem('identifier-spent'));
        const other = await device(owner, account, { local_device_identifier: unique('MPAN') });
        expect((await edit(owner, other, twin)).json()).toMatchObject(problem('identifier-spent'));
      }
      expect((await attempt(owner, account, { grid: 'Elsewhere', local_device_identifier })).statusCode).toBe(
        201,
      );
    });

    test('cannot be changed, and neither can the grid', async ({ registry, owner, account }) => {
      const made = await issued(registry, owner, account);
      const renamed = await edit(owner, made, { local_device_identifier: unique('MPAN') });
      expect(renamed.json()).toMatchObject(problem('device-has-issued'));
      expect((await edit(owner, made, { local_device_identifier: '' })).json()).toMatchObject(
        problem('device-has-issued'),
      );
      const moved = await edit(owner, made, { grid: 'Elsewhere' });
      expect(moved.json()).toMatchObject(problem('device-has-issued', 'body.grid'));
      expect(await read(owner, made)).toEqual(made);
      const { grid, local_device_identifier } = made;
      const edited = await edit(owner, made, { device_name: 'Renamed', grid, local_device_identifier });
      expect(edited.json()).toMatchObject({ device_name: 'Renamed', grid, local_device_identifier });
    });
  });

  test('is unique regardless of case', async ({ owner, account }) => {
    const one = await device(owner, account, { local_device_identifier: unique('Mpan') });
    const { grid, local_device_identifier } = await read(owner, one);
    const twin = { grid: grid.toLowerCase(), local_device_identifier: local_device_identifier.toUpperCase() };
    await expect(device(owner, account, twin)).rejects.toThrow('identifier-taken');
    expect((await edit(owner, one, twin)).json()).toMatchObject(twin);
  });

  test('can be missing on any number of devices of a grid', async ({ owner, account }) => {
    const [one, other] = [
      await device(owner, account, { local_device_identifier: null }),
      await device(owner, account, { local_device_identifier: undefined }),
    ];
    expect([
      (await read(owner, one)).local_device_identifier,
      (await read(owner, other)).local_device_identifier,
    ]).toEqual([null, null]);
  });

  test('of another device is refused in an edit, also through a change of the grid', async ({
    owner,
    account,
  }) => {
    const [one, other] = [
      await device(owner, account, { local_device_identifier: unique('MPAN') }),
      await device(owner, account, { local_device_identifier: unique('MPAN') }),
    ];
    const wanted = await read(owner, other);
    const taken = await edit(owner, one, { local_device_identifier: wanted.local_device_identifier });
    expect(taken.statusCode).toBe(409);
    expect(taken.json().errors).toMatchObject([{ path: 'body.local_device_identifier' }]);
    const elsewhere = await device(owner, account, {
      local_device_identifier: wanted.local_device_identifier,
      grid: 'Elsewhere',
    });
    expect((await edit(owner, elsewhere, { grid: wanted.grid })).statusCode).toBe(409);
    expect((await read(owner, elsewhere)).grid).toBe('Elsewhere');
  });

  test('is assigned once by four concurrent requests', async ({ owner, account }) => {
    const local_device_identifier = unique('MPAN');
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map(() => device(owner, account, { local_device_identifier })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('an edit', () => {
  test('changes only the given fields', async ({ owner, account }) => {
    const before = await device(owner, account, { energy_mwh: 5 });
    const answer = await edit(owner, before, { location: '55, 3' });
    expect(answer.json()).toEqual({ ...before, location: '55, 3', version: 2 });
  });

  test('removes an optional value with the empty text, and no other value', async ({ owner, account }) => {
    const before = await device(owner, account, { energy_mwh: 5 });
    expect((await edit(owner, before, { energy_mwh: '' })).json().energy_mwh).toBeNull();
    for (const field of ['device_name', 'grid', 'power_mw', 'operational_date', 'is_storage', 'account_id']) {
      const answer = await edit(owner, before, { [field]: '' });
      expect(answer.statusCode, field).toBe(422);
      expect(answer.json().errors).toMatchObject([{ path: `body.${field}` }]);
    }
  });

  test('refuses fields that the server sets, by name', async ({ owner, account }) => {
    const before = await device(owner, account);
    const sent = {
      id: 4711,
      created_at: '1999-01-01T00:00:00Z',
      deleted_at: '1999-01-01T00:00:00Z',
      version: 9,
    };
    const refused = (await edit(owner, before, { ...sent, location: '1, 1' })).json().errors;
    expect(refused).toMatchObject(Object.keys(sent).map((name) => ({ path: `body.${name}` })));
    expect(await read(owner, before)).toEqual(before);
  });

  test('moves a device to another account of the caller, whose users then see it', async ({
    registry,
    owner,
    account,
  }) => {
    const colleague = await registry.as('AUDIT_USER');
    const other = await anAccount(await registry.as('ADMIN'), {
      user_ids: [owner.userId, colleague.userId],
    });
    const moved = await device(owner, account);
    expect((await colleague.get(`/device/${moved.id}`)).statusCode).toBe(404);
    expect((await edit(owner, moved, { account_id: other.id })).json().account_id).toBe(other.id);
    expect((await read(owner, moved, colleague)).account_id).toBe(other.id);
    expect(idsOf((await owner.get(`/account/${account.id}/devices`)).json())).not.toContain(moved.id);
  });

  test("cannot move a device to another user's account, which looks as if it did not exist", async ({
    registry,
    owner,
    account,
  }) => {
    const theirs = await anAccount(await registry.as('PRODUCTION_USER'));
    const before = await device(owner, account);
    const [taken, missing] = [
      await edit(owner, before, { device_name: 'Moved', account_id: theirs.id }),
      await edit(owner, before, { device_name: 'Moved', account_id: 999_999 }),
    ];
    for (const answer of [taken, missing]) {
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toMatchObject([{ path: 'body.account_id' }]);
    }
    expect(taken.json().errors[0].message.replace(String(theirs.id), '')).toBe(
      missing.json().errors[0].message.replace('999999', ''),
    );
    expect(await read(owner, before)).toEqual(before);
  });

  test('leaves issued certificates unchanged', async ({ registry, owner }) => {
    const market = await tradingPair(registry, 'PRODUCTION_USER');
    const bundle = await market.bundle();
    await edit(owner, market.device, { energy_source: 'hydro', technology_type: 'hydro' }, market.trader);
    const { energy_source, hash } = (await market.trader.get(`/certificate/${bundle.id}`)).json();
    expect({ energy_source, hash }).toEqual({ energy_source: 'wind', hash: bundle.hash });
  });
});

describe("a device in another user's account", () => {
  test('cannot be registered, and the account looks as if it did not exist', async ({
    registry,
    owner,
    account,
  }) => {
    const theirs = await anAccount(await registry.as('PRODUCTION_USER'));
    for (const account_id of [theirs.id, 999_999]) {
      await expect(device(owner, account, { account_id })).rejects.toThrow('body.account_id');
    }
  });

  test('cannot be edited or deleted by a trading user', async ({ registry, owner, account }) => {
    const trader = await registry.as('TRADING_USER');
    const shared = await anAccount(await registry.as('ADMIN'), {
      user_ids: [owner.userId, trader.userId],
    });
    const { id } = await device(owner, account, { account_id: shared.id });
    expect((await trader.get(`/device/${id}`)).statusCode).toBe(200);
    expect((await trader.patch(`/device/update/${id}`, { device_name: 'X' })).statusCode).toBe(403);
    expect((await trader.delete(`/device/delete/${id}`)).statusCode).toBe(403);
  });
});

describe('a deleted device', () => {
  test('is not listed, but still shown to holders of its certificates', async ({ registry }) => {
    const market = await tradingPair(registry, 'PRODUCTION_USER');
    const { id } = await market.bundle();
    await market.transfer([id]);
    expect((await market.trader.delete(`/device/delete/${market.device.id}`)).statusCode).toBe(200);
    expect((await market.trader.get(`/device/${market.device.id}`)).statusCode).toBe(404);
    expect((await market.trader.get('/device/list')).json()).toEqual([]);
    expect((await market.trader.get(`/account/${market.source.id}/devices`)).json()).toEqual([]);
    const held = await market.receiver.get(`/account/${market.target.id}/certificates/devices`);
    expect(idsOf(held.json())).toEqual([market.device.id]);
    expect((await market.receiver.get(`/certificate/${id}`)).json().device_name).toBe('A wind farm');
  });

  test('cannot receive issuances', async ({ registry }) => {
    const market = await tradingPair(registry, 'PRODUCTION_USER');
    await market.trader.delete(`/device/delete/${market.device.id}`);
    await expect(market.bundle()).rejects.toThrow('404');
  });
});

describe('a storage validator', () => {
  test('reads all storage devices, and no others', async ({ registry, owner, account }) => {
    const validator = await registry.as('STORAGE_VALIDATOR');
    const [battery, plant] = [
      await device(owner, account, {
        is_storage: true,
        energy_source: 'battery_storage',
        technology_type: 'battery_storage',
      }),
      await device(owner, account),
    ];
    expect(await read(owner, battery, validator)).toMatchObject({ id: battery.id, is_storage: true });
    expect((await validator.get(`/device/${plant.id}`)).statusCode).toBe(404);
    expect(idsOf((await validator.get('/device/list')).json())).toEqual([battery.id]);
    expect((await validator.get(`/account/${account.id}`)).statusCode).toBe(404);
    expect((await validator.get('/account/list')).json()).toEqual([]);
    expect((await edit(owner, battery, { device_name: 'X' }, validator)).statusCode).toBe(403);
  });
});
