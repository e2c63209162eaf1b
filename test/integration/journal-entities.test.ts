import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished } from 'vitest';
import { personalColumns } from '../../src/database/personal-schema.ts';
import { personalColumns as columnsWithoutJournal } from '../../src/journal/personal-values.ts';
import { aDevice, anAccount, hoursAgo } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { brief, type Entry, entriesOf, rowOf } from '../harness/journal.ts';
import { aRecurring } from '../harness/recurring.ts';
import { PASSWORD } from '../harness/registry.ts';

test.beforeAll(async ({ registry, market }) => {
  await registry.primary.query(
    'INSERT INTO issuance_policy (capacity_margin, certificate_expiry_years) VALUES (1.2, 2)',
  );
  await market.cancel([(await market.bundle()).id], { certificate_quantity: 30 });
  const recurring = await aRecurring(market, 'cancel');
  await market.trader.delete(`/certificate/recurring/${recurring.id}`);
  await aRecurring(market, 'transfer');
  const key = { name: 'A key', permissions: ['read', 'act'], account_ids: [market.source.id] };
  await market.trader.post('/auth/api_keys', key);
  const { id } = (await market.trader.post('/auth/api_keys', { ...key, account_ids: null })).json();
  await market.trader.delete(`/auth/api_keys/${id}`);
});

test('the triggers of the journal leave out the personal columns, and no others', async ({ registry }) => {
  const client = await registry.primary.connect();
  onTestFinished(() => client.release());
  expect(Object.fromEntries(await columnsWithoutJournal(client))).toEqual(personalColumns);
});

describe('the journal of an account', () => {
  test('has entries for the account, its users and its whitelist', async ({ registry, market }) => {
    const reply = await market.admin.post('/account/create', {
      account_name: crypto.randomUUID(),
      user_ids: [market.trader.userId],
      account_whitelist: [market.source.id],
    });
    const entries = await entriesOf(registry, reply);
    expect(brief(entries)).toEqual([
      'CREATE account',
      'CREATE account_user',
      'CREATE account_user',
      'CREATE account_whitelist',
    ]);
    expect(entries.map((each) => each.actor_id)).toEqual(Array(4).fill(market.admin.userId));
  });

  test('has only the changed attributes of an edit', async ({ registry, market }) => {
    const account = await anAccount(market.admin);
    const reply = await market.admin.patch(`/account/update/${account.id}`, { timezone: 'Europe/Paris' });
    expect(await entriesOf(registry, reply)).toMatchObject([
      {
        event_type: 'UPDATE',
        entity_name: 'account',
        entity_id: account.id,
        attributes_before: { timezone: 'UTC', version: 1 },
        attributes_after: { timezone: 'Europe/Paris', version: 2 },
      },
    ]);
    const [entry] = await entriesOf(registry, reply);
    expect(Object.keys(entry?.attributes_after ?? {}).toSorted()).toEqual(['timezone', 'version']);
  });

  test('has a DELETE for a removal from the whitelist, and a CREATE for a return to it', async ({
    registry,
    market,
  }) => {
    const account = await anAccount(market.admin, { account_whitelist: [market.source.id] });
    const edit = (body: object) => market.admin.patch(`/account/update_whitelist/${account.id}`, body);
    const removal = await edit({ remove_from_whitelist: [market.source.id] });
    expect(brief(await entriesOf(registry, removal))).toEqual(['DELETE account_whitelist', 'UPDATE account']);
    expect(brief(await entriesOf(registry, await edit({ add_to_whitelist: [market.source.id] })))).toEqual([
      'CREATE account_whitelist',
      'UPDATE account',
    ]);
    expect(await entriesOf(registry, await edit({ add_to_whitelist: [market.source.id] }))).toEqual([]);
  });

  test('has a DELETE when it is closed', async ({ registry, market }) => {
    const account = await anAccount(market.admin);
    const entries = await entriesOf(registry, await market.admin.delete(`/account/delete/${account.id}`));
    expect(entries).toMatchObject([
      {
        event_type: 'DELETE',
        entity_name: 'account',
        entity_id: account.id,
        attributes_before: { deleted_at: null },
        attributes_after: { deleted_at: expect.any(String) },
      },
    ]);
  });
});

test('a device has a CREATE, an UPDATE and a DELETE', async ({ registry, market }) => {
  const device = await aDevice(market.admin, { account_id: market.source.id });
  await market.admin.patch(`/device/update/${device.id}`, { power_mw: 12.5 });
  await market.admin.delete(`/device/delete/${device.id}`);
  const { rows } = await registry.primary.query(
    `SELECT event_type, attributes_after - 'version' AS after FROM journal
     WHERE entity_name = 'device' AND entity_id = $1 ORDER BY id`,
    [device.id],
  );
  expect(rows.map(({ event_type }) => event_type)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
  expect(rows[1].after).toEqual({ power_mw: 12.5 });
});

test('entries of a measurement and an organisation have their whole rows', async ({ registry, market }) => {
  const measurement = await market.admin.post('/measurement/create', {
    device_id: market.device.id,
    interval_start_datetime: hoursAgo(9).start,
    interval_end_datetime: hoursAgo(9).end,
    interval_usage: 1_000,
  });
  const organisation = await market.admin.post('/organisation/create', { name: crypto.randomUUID() });
  const [reading] = await entriesOf(registry, measurement);
  const [office] = await entriesOf(registry, organisation);
  expect(reading?.attributes_after).toEqual(
    await rowOf(registry, 'measurement_report', measurement.json().id),
  );
  expect(office?.attributes_after).toEqual(await rowOf(registry, 'organisation', organisation.json().id));
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('a new user is an entry, its password another with the digest of the stored hash, and the journal has neither', async ({
  registry,
  market,
}) => {
  const reply = await market.admin.post('/user/create', {
    name: 'A user',
    email: `${crypto.randomUUID()}@example.com`,
    role: 'AUDIT_USER',
    password: PASSWORD,
  });
  expect(reply.statusCode, reply.body).toBe(201);
  const entries = await entriesOf(registry, reply);
  expect(brief(entries)).toEqual(['CREATE registry_user', 'UPDATE registry_user']);
  const stored = await registry.primary.query('SELECT password_hash FROM credential WHERE user_id = $1', [
    reply.json().id,
  ]);
  expect(entries[1]?.attributes_after).toEqual({ login_digest: sha256(stored.rows[0].password_hash) });
  const { rows } = await registry.primary.query(
    `SELECT count(*)::int FROM journal WHERE attributes_before::text || attributes_after::text ~* 'argon2|password|hash":"\\$'
       OR attributes_after::text LIKE '%' || $1 || '%' OR entity_name = 'credential'`,
    [PASSWORD],
  );
  expect(rows[0].count).toBe(0);
});

test('a user and a key leave commitments in place of what is personal', async ({ registry, market }) => {
  const person = {
    name: 'Ada Lovelace',
    email: 'ada.lovelace@example.com',
    organisation: 'Analytical Engines',
  };
  const made = await market.admin.post('/user/create', { ...person, role: 'AUDIT_USER', password: PASSWORD });
  const key = await market.trader.post('/auth/api_keys', {
    name: 'The laptop of Ada',
    permissions: ['read'],
  });
  const [user] = await entriesOf(registry, made);
  const [apiKey] = await entriesOf(registry, key);
  const commitment = expect.stringMatching(/^v1:[0-9a-f]{64}$/);
  expect(user?.attributes_after).toEqual({
    id: made.json().id,
    role: 'AUDIT_USER',
    version: 1,
    created_at: expect.any(String),
    deleted_at: null,
    erased_at: null,
    name_commitment: commitment,
    email_commitment: commitment,
    organisation_commitment: commitment,
    login_digest: null,
  });
  expect(apiKey?.attributes_after).toHaveProperty('name_commitment', commitment);
  expect(apiKey?.attributes_after).not.toHaveProperty('name');
});

test('a new value has a new salt, and nothing else has', async ({ registry, market }) => {
  const { userId } = market.trader;
  const stored = async () => {
    const { rows } = await registry.primary.query(
      `SELECT field, encode(salt, 'hex') AS salt, value FROM personal_data
       WHERE entity_name = 'registry_user' AND entity_id = $1 ORDER BY field`,
      [userId],
    );
    return rows;
  };
  const [email, name] = await stored();
  const reply = await market.trader.patch(`/user/update/${userId}`, { name: 'Another name' });
  const [emailAfter, nameAfter] = await stored();
  expect(emailAfter).toEqual(email);
  expect(nameAfter).toEqual({
    field: 'name',
    salt: expect.not.stringMatching(name.salt),
    value: 'Another name',
  });
  const [entry] = await entriesOf(registry, reply);
  expect(entry?.attributes_before).toEqual({ version: 1, name_commitment: expect.stringMatching(/^v1:/) });
  expect(entry?.attributes_after).toEqual({ version: 2, name_commitment: expect.stringMatching(/^v1:/) });
});

test('no statement writes a commitment of its own', async ({ registry, market }) => {
  const { userId } = market.trader;
  const row = () => rowOf(registry, 'registry_user', userId);
  const before = await row();
  await registry.primary.query(
    `UPDATE registry_user SET name_commitment = 'v1:00', email_commitment = NULL WHERE id = $1`,
    [userId],
  );
  expect(await row()).toEqual(before);
});

test.for([
  'registry_user',
  'organisation',
  'account',
  'account_user',
  'account_whitelist',
  'device',
  'measurement_report',
  'api_key',
  'issuance_metadata',
  'issuance',
  'bundle',
  'action',
  'recurring_action',
  'issuance_policy',
])(
  'every row of %s can be rebuilt from the journal alone, except for personal values',
  async (table, { registry }) => {
    const journal = await registry.primary.query<Entry>(
      'SELECT entity_id::int, attributes_after FROM journal WHERE entity_name = $1 ORDER BY id',
      [table],
    );
    const rebuilt = new Map<number, Record<string, unknown>>();
    for (const { entity_id, attributes_after } of journal.rows) {
      rebuilt.set(entity_id, { ...rebuilt.get(entity_id), ...attributes_after });
    }
    const { rows } = await registry.primary.query(`SELECT id::int FROM ${table} ORDER BY id`);
    expect(rows.length).toBeGreaterThan(0);
    expect([...rebuilt.values()].toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(
      await Promise.all(rows.map(({ id }) => rowOf(registry, table, id))),
    );
  },
);
