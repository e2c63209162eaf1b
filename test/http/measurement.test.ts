import { describe, expect } from 'vitest';
import { type Account, aDevice, anAccount, type Device } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let owner: Client;
let account: Account;

test.beforeAll(async ({ registry: opened }) => {
  registry = opened;
  owner = await registry.as('PRODUCTION_USER');
  account = await anAccount(owner);
});

const device = (fields: Record<string, unknown> = {}) =>
  aDevice(owner, { account_id: account.id, ...fields });

const reading = ({ id }: Device, fields: Record<string, unknown> = {}) => ({
  device_id: id,
  interval_start_datetime: '2026-03-10T10:00:00Z',
  interval_end_datetime: '2026-03-10T11:00:00Z',
  interval_usage: 1_000,
  ...fields,
});
const submit = (of: Device, fields: Record<string, unknown> = {}, by = owner) =>
  by.post('/measurement/create', reading(of, fields));

async function submitted(of: Device, fields: Record<string, unknown> = {}) {
  const answer = await submit(of, fields);
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json();
}
const edit = (id: number, body: object, by = owner) => by.patch(`/measurement/update/${id}`, body);
const read = async (id: number, by = owner) => (await by.get(`/measurement/${id}`)).json();

describe('a reading', () => {
  test('is net by default; a device can have a gross one for the same interval', async () => {
    const of = await device();
    expect(await submitted(of)).toMatchObject({ ...reading(of), gross_net_indicator: 'NET' });
    expect(await submitted(of, { gross_net_indicator: 'GROSS' })).toMatchObject({
      gross_net_indicator: 'GROSS',
    });
    const again = await submit(of, { gross_net_indicator: 'GROSS' });
    expect(again.statusCode).toBe(409);
    expect(again.json().errors).toMatchObject([{ path: 'body.interval_start_datetime' }]);
  });

  test.each([0, -500, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER])(
    'of %d Wh is returned unchanged',
    async (interval_usage) => {
      const { id } = await submitted(await device(), { interval_usage });
      expect((await read(id)).interval_usage).toBe(interval_usage);
    },
  );

  test.each(['0.5', '1e16', '9007199254740993', '"1000"', 'null', '1e400'])(
    'of %s Wh is refused by name',
    async (usage) => {
      const body = JSON.stringify(reading(await device(), { interval_usage: '?' })).replace('"?"', usage);
      const answer = await owner.request({
        method: 'POST',
        url: '/measurement/create',
        headers: { 'content-type': 'application/json' },
        payload: body,
      });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toMatchObject([{ path: 'body.interval_usage' }]);
    },
  );

  test('with datetimes without an offset is in UTC, and returned with Z', async () => {
    const made = await submitted(await device(), {
      interval_start_datetime: '2026-03-10T10:00:00',
      interval_end_datetime: '2026-03-10T12:30:00+02:00',
    });
    expect(made).toMatchObject({
      interval_start_datetime: '2026-03-10T10:00:00Z',
      interval_end_datetime: '2026-03-10T10:30:00Z',
    });
  });

  test('of the year 1 keeps its year', async () => {
    const { id } = await submitted(await device(), {
      interval_start_datetime: '0001-01-01T00:00:00Z',
      interval_end_datetime: '0001-01-01T01:00:00Z',
    });
    expect((await read(id)).interval_start_datetime).toBe('0001-01-01T00:00:00Z');
  });

  test('may end now, but not a millisecond later', async () => {
    const of = await device();
    const start = '2026-03-15T11:30:00Z';
    const late = await submit(of, {
      interval_start_datetime: start,
      interval_end_datetime: '2026-03-15T12:00:00.001Z',
    });
    expect(late.statusCode).toBe(422);
    expect(late.json().errors).toMatchObject([{ path: 'body.interval_end_datetime' }]);
    await submitted(of, { interval_start_datetime: start, interval_end_datetime: '2026-03-15T12:00:00Z' });
  });

  test('issues no certificates', async () => {
    await submitted(await device());
    expect((await owner.get(`/account/${account.id}/certificates`)).json()).toMatchObject({
      granular_certificate_bundles: [],
      total_certificate_volume: 0,
    });
  });

  test.each([
    [
      'of another user',
      async () =>
        aDevice(await registry.as('ADMIN'), { account_id: (await anAccount(await registry.as('ADMIN'))).id }),
    ],
    ['that does not exist', async () => ({ id: 999_999, account_id: 0 })],
    [
      'that is deleted',
      async () => {
        const retired = await device();
        await owner.delete(`/device/delete/${retired.id}`);
        return retired;
      },
    ],
  ])('of a device %s is refused by name', async (_, of) => {
    const answer = await submit(await of());
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([
      { path: 'body.device_id', message: expect.stringMatching(/^device \d+ does not exist$/) },
    ]);
  });

  test('is stored once by four concurrent requests', async () => {
    const of = await device();
    const answers = await Promise.all([1, 2, 3, 4].map(() => submit(of)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
  });
});

describe('an edit of a reading', () => {
  test('changes only the given fields', async () => {
    const before = await submitted(await device(), { gross_net_indicator: 'GROSS' });
    expect((await edit(before.id, { interval_usage: 7 })).json()).toEqual({
      ...before,
      interval_usage: 7,
      version: 2,
    });
  });

  test('refuses fields that the server sets, by name', async () => {
    const before = await submitted(await device());
    const sent = {
      id: 4711,
      created_at: '1999-01-01T00:00:00Z',
      deleted_at: '1999-01-01T00:00:00Z',
      version: 9,
    };
    const refused = (await edit(before.id, { ...sent, interval_usage: 7 })).json().errors;
    expect(refused).toMatchObject(Object.keys(sent).map((name) => ({ path: `body.${name}` })));
    expect((await owner.get(`/measurement/${before.id}`)).json()).toEqual(before);
  });

  test.each([
    ['start after its end', { interval_start_datetime: '2026-03-10T11:00:00Z' }],
    ['end more than an hour after its start', { interval_end_datetime: '2026-03-10T11:00:00.001Z' }],
    ['end before its start', { interval_end_datetime: '2026-03-10T09:00:00Z' }],
  ])('cannot change its %s', async (_, body) => {
    const before = await submitted(await device());
    const answer = await edit(before.id, { ...body, interval_usage: 7 });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path: 'body.interval_end_datetime' }]);
    expect(await read(before.id)).toEqual(before);
  });

  test('cannot make it overlap another reading', async () => {
    const of = await device();
    await submitted(of);
    const next = {
      interval_start_datetime: '2026-03-10T11:00:00Z',
      interval_end_datetime: '2026-03-10T12:00:00Z',
    };
    const { id } = await submitted(of, next);
    expect(
      (
        await edit(id, {
          interval_start_datetime: '2026-03-10T10:59:59Z',
          interval_end_datetime: '2026-03-10T11:30:00Z',
        })
      ).statusCode,
    ).toBe(409);
    expect(await read(id)).toMatchObject(next);
  });

  test("cannot move it to another user's device", async () => {
    const admin = await registry.as('ADMIN');
    const theirs = await aDevice(admin, { account_id: (await anAccount(admin)).id });
    const before = await submitted(await device());
    const answer = await edit(before.id, { device_id: theirs.id });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path: 'body.device_id' }]);
    expect(await read(before.id)).toEqual(before);
  });
});

test('after the deletion of a reading, its interval can be used again', async () => {
  const of = await device();
  const { id } = await submitted(of);
  await owner.delete(`/measurement/delete/${id}`);
  expect((await owner.get(`/measurement/${id}`)).statusCode).toBe(404);
  await submitted(of, { interval_usage: 9 });
});

test('readings of a deleted device remain, and can be edited', async () => {
  const of = await device();
  const { id } = await submitted(of);
  await owner.delete(`/device/delete/${of.id}`);
  expect(await read(id)).toMatchObject({ id });
  expect((await edit(id, { interval_usage: 3 })).json().interval_usage).toBe(3);
});

describe('a list of readings', () => {
  test('of one device contains only its readings', async () => {
    const [one, other] = [await device(), await device()];
    const { id } = await submitted(one);
    await submitted(other);
    const list = await owner.get(`/measurement/list?device_id=${one.id}`);
    expect(list.json().map((row: { id: number }) => row.id)).toEqual([id]);
  });

  test("of an unknown device or of another user's device is empty", async () => {
    const admin = await registry.as('ADMIN');
    const theirs = await aDevice(admin, { account_id: (await anAccount(admin)).id });
    await submit(theirs, {}, admin);
    for (const id of [theirs.id, 999_999]) {
      const list = await owner.get(`/measurement/list?device_id=${id}`);
      expect([list.statusCode, list.json()]).toEqual([200, []]);
    }
  });
});

describe('access to readings', () => {
  test('is read-only for an auditor and a trading user of the account', async () => {
    for (const role of ['AUDIT_USER', 'TRADING_USER'] as const) {
      const reader = await registry.as(role);
      const shared = await anAccount(await registry.as('ADMIN'), {
        user_ids: [owner.userId, reader.userId],
      });
      const of = await device({ account_id: shared.id });
      const { id } = await submitted(of);
      expect(await read(id, reader)).toMatchObject({ id });
      expect((await submit(of, {}, reader)).statusCode).toBe(403);
      expect((await edit(id, { interval_usage: 1 }, reader)).statusCode).toBe(403);
      expect((await reader.delete(`/measurement/delete/${id}`)).statusCode).toBe(403);
    }
  });

  test('is read-only, and limited to storage devices, for a storage validator', async () => {
    const validator = await registry.as('STORAGE_VALIDATOR');
    const battery = await device({ is_storage: true });
    const [stored, made] = [await submitted(battery), await submitted(await device())];
    expect(await read(stored.id, validator)).toMatchObject({ id: stored.id });
    expect((await validator.get(`/measurement/${made.id}`)).statusCode).toBe(404);
    const list = await validator.get('/measurement/list');
    expect(list.json().map((row: { id: number }) => row.id)).toEqual([stored.id]);
  });

  test('is denied to a production user of another account', async () => {
    const stranger = await registry.as('PRODUCTION_USER');
    const before = await submitted(await device());
    expect((await edit(before.id, { interval_usage: 1 }, stranger)).statusCode).toBe(404);
    expect((await stranger.delete(`/measurement/delete/${before.id}`)).statusCode).toBe(404);
    expect(await read(before.id)).toEqual(before);
  });
});
