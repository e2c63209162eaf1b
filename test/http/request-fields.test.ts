import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { test } from '../harness/fixtures.ts';
import { PASSWORD } from '../harness/registry.ts';

const pathsOf = (answer: { json(): { errors?: { path: string }[] } }) =>
  answer.json().errors?.map(({ path }) => path);

const urlOf = (path: string) => path.replace(':id', '999999');
const withBody = operations.flatMap(({ id, method, path, body }) =>
  body ? [{ id, method, path, body }] : [],
);

describe('an unknown body field', () => {
  test.for(
    operations.map(({ id, method, path }) => ({ id, method, path })).filter(({ method }) => method !== 'GET'),
  )('is refused by name by $id', async ({ method, path }, { market }) => {
    const payload = { no_such_field: 1 };
    const answer = await market.admin.request({ method, url: urlOf(path), payload });
    expect(answer.statusCode, answer.body).toBe(422);
    expect(pathsOf(answer)).toContain('body.no_such_field');
  });

  test.for([
    ['/certificate/query', 'energy_sorce', 'energy_source'],
    ['/certificate/query', 'certificatePeriodStart', 'certificate_period_start'],
    ['/certificate/transfer', 'target', 'target_id'],
    ['/certificate/transfer', 'receiver', undefined],
    ['/device/create', 'devicename', 'device_name'],
    ['/user/create', 'emial', undefined],
    ['/user/create', 'e_mail', 'email'],
  ] as const)(
    'of %s, %s, is refused with the most similar known field',
    async ([path, name, meant], { market }) => {
      const answer = await market.admin.post(path, { [name]: 'x' });
      expect(answer.json().errors).toContainEqual({
        path: `body.${name}`,
        message: meant ? `is not a known field: did you mean ${meant}?` : 'is not a known field',
      });
    },
  );
});

describe('a field that is null', () => {
  /** Each field that can be omitted, with and without its key. */
  const cases = withBody.flatMap(({ id, method, path, body }) =>
    Object.entries(body.shape)
      .filter(([, field]) => field.safeParse(undefined).success)
      .map(([field]) => ({ id, method, path, field })),
  );

  test.for(cases)('counts as omitted: $field of $id', async ({ method, path, field }, { market }) => {
    const send = async (payload: object) => {
      const { statusCode, body } = await market.admin.request({ method, url: urlOf(path), payload });
      return { statusCode, ...JSON.parse(body), instance: '' };
    };
    expect(await send({ [field]: null })).toEqual(await send({}));
  });

  test('leaves the value and the version of an edited entity unchanged', async ({ market }) => {
    const before = (await market.admin.get(`/device/${market.device.id}`)).json();
    const nothing = Object.fromEntries(Object.keys(before).map((name) => [name, null]));
    const answer = await market.admin.patch(`/device/update/${market.device.id}`, nothing);
    expect(answer.json()).toEqual(before);
  });

  test('is accepted for every optional field of a new user', async ({ market }) => {
    const email = `${crypto.randomUUID()}@example.com`;
    const user = { name: 'A', email, role: 'AUDIT_USER', password: PASSWORD };
    const nothing = { organisation: null, hashed_password: null, is_deleted: null };
    expect((await market.admin.post('/user/create', { ...user, ...nothing })).statusCode).toBe(201);
  });

  test('counts as missing where the field is required', async ({ market }) => {
    const answer = await market.admin.post('/organisation/create', { name: null });
    expect(pathsOf(answer)).toEqual(['body.name']);
  });
});

describe('the fields of older clients', () => {
  test('are accepted by the operations that list them', async ({ market }) => {
    const device = (await market.admin.get(`/device/${market.device.id}`)).json();
    const older = { is_deleted: false, meter_data_id: 'x', fuel_source: 'wind', capacity: device.power_mw };
    const edited = await market.admin.patch(`/device/update/${device.id}`, older);
    expect(edited.json()).toEqual(device);
    const named = { account_name: `Older ${crypto.randomUUID()}`, is_deleted: false };
    expect((await market.admin.post('/account/create', named)).statusCode).toBe(201);
    const read = { source_id: market.source.id, user_id: market.trader.userId, localise_time: true };
    expect((await market.trader.post('/certificate/query', read)).statusCode).toBe(202);
  });

  test('are overridden by their current names', async ({ market }) => {
    const { id, power_mw } = (await market.admin.get(`/device/${market.device.id}`)).json();
    const both = await market.admin.patch(`/device/update/${id}`, { capacity: power_mw + 1, power_mw });
    expect(both.json().power_mw).toBe(power_mw);
  });

  test('are refused elsewhere', async ({ market }) => {
    const answer = await market.admin.post('/user/create', { meter_data_id: 'x' });
    expect(pathsOf(answer)).toContain('body.meter_data_id');
  });
});
