import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { aDevice, anAccount, hoursAgo, issueBody, type TradingPair, unique } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { PASSWORD, type TestRegistry } from '../harness/registry.ts';

/** The records that a body refers to: one's own, another user's, deleted and unknown ones. */

const CASES = ['own', 'other', 'deleted', 'missing'] as const;
type Case = (typeof CASES)[number];
type Statuses = readonly [own: number, other: number, deleted: number, missing: number];

const NOBODYS_ID = 999_999;

let registry: TestRegistry;
let market: TradingPair;
/** A user of the market's source, and an administrator who belongs to an account of its own. */
let producer: Client;
let admin: Client;
let hours = 100;

const test = baseTest.extend('traderRole', { scope: 'file' }, () => 'PRODUCTION_USER' as const);

test.beforeAll(({ registry: opened, market: pair }) => {
  registry = opened;
  market = pair;
  producer = market.trader;
  admin = market.admin;
});

async function deleted(path: string, id: number): Promise<number> {
  const { statusCode, body } = await admin.delete(`/${path}/delete/${id}`);
  expect(statusCode, body).toBe(200);
  return id;
}

/** A user who shares an account with the producer, or does not. */
async function aUser(which: Case): Promise<number> {
  const email = `${crypto.randomUUID()}@example.com`;
  const user = { name: 'A user', email, role: 'AUDIT_USER', password: PASSWORD };
  const { id } = (await admin.post('/user/create', user)).json();
  if (which === 'other') await anAccount(admin, { user_ids: [id] });
  if (which === 'own') await anAccount(admin, { user_ids: [producer.userId, id] });
  return which === 'deleted' ? deleted('user', id) : id;
}

async function anAccountOf(which: Case): Promise<number> {
  const users = which === 'other' ? [] : [producer.userId];
  const accepts = which === 'own' ? [market.source.id] : [];
  const { id } = await anAccount(admin, { user_ids: users, account_whitelist: accepts });
  return which === 'deleted' ? deleted('account', id) : id;
}

async function aDeviceOf(which: Case): Promise<number> {
  const account_id = which === 'other' ? await anAccountOf('other') : market.source.id;
  const { id } = await aDevice(admin, { account_id });
  return which === 'deleted' ? deleted('device', id) : id;
}

const bundleId = async () => (await market.bundle()).id;
const aReading = () => {
  const { start, end } = hoursAgo(hours++);
  return { interval_start_datetime: start, interval_end_datetime: end, interval_usage: 5 };
};

interface Row {
  readonly make: (which: Case) => Promise<number>;
  readonly ask: (client: Client, id: number) => Promise<LightMyRequestResponse>;
  readonly producer: Statuses;
  readonly admin: Statuses;
}

const letIn: Pick<Row, 'make'> = { make: aUser };

/** The market's source, with its user, or an account to which the administrator belongs, too. */
const members = async () => (await anAccount(admin, { user_ids: [producer.userId] })).id;

const ROWS: Readonly<Record<string, Row>> = {
  'user_ids of a new account': {
    ...letIn,
    ask: (client, id) => client.post('/account/create', { account_name: unique('A'), user_ids: [id] }),
    producer: [201, 422, 422, 422],
    admin: [201, 201, 422, 422],
  },
  'user_ids of an edit': {
    ...letIn,
    ask: async (client, id) => {
      const user_ids = [producer.userId, admin.userId, id];
      return client.patch(`/account/update/${await members()}`, { user_ids });
    },
    producer: [200, 422, 422, 422],
    admin: [200, 200, 422, 422],
  },
  'account_whitelist of a new account': {
    make: anAccountOf,
    ask: (client, id) =>
      client.post('/account/create', { account_name: unique('A'), account_whitelist: [id] }),
    producer: [201, 201, 422, 422],
    admin: [201, 201, 422, 422],
  },
  add_to_whitelist: {
    make: anAccountOf,
    ask: async (client, id) =>
      client.patch(`/account/update_whitelist/${await members()}`, { add_to_whitelist: [id] }),
    producer: [200, 200, 422, 422],
    admin: [200, 200, 422, 422],
  },
  'target_id of a transfer': {
    make: anAccountOf,
    ask: async (client, id) =>
      client.post('/certificate/transfer', {
        source_id: market.source.id,
        target_id: id,
        granular_certificate_bundle_ids: [await bundleId()],
      }),
    producer: [202, 403, 404, 404],
    admin: [202, 403, 404, 404],
  },
  'account_id of a device that is edited': {
    make: anAccountOf,
    ask: async (client, id) => client.patch(`/device/update/${await aDeviceOf('own')}`, { account_id: id }),
    producer: [200, 422, 422, 422],
    admin: [200, 200, 422, 422],
  },
  'device_id of a reading that is edited': {
    make: aDeviceOf,
    ask: async (client, id) => {
      const { body } = await admin.post('/measurement/create', {
        device_id: market.device.id,
        ...aReading(),
      });
      return client.patch(`/measurement/update/${JSON.parse(body).id}`, { device_id: id });
    },
    producer: [200, 422, 422, 422],
    admin: [200, 200, 422, 422],
  },
};

const roles = ['producer', 'admin'] as const;

test.each(Object.entries(ROWS).flatMap(([name, row]) => roles.map((role) => ({ name, row, role }))))(
  '$name, by $role',
  async ({ row, role }) => {
    const client = role === 'admin' ? admin : producer;
    const statuses: number[] = [];
    const refusals = new Map<Case, string>();
    for (const which of CASES) {
      const id = which === 'missing' ? NOBODYS_ID : await row.make(which);
      const answer = await row.ask(client, id);
      statuses.push(answer.statusCode);
      const { instance: _, action_id: __, ...refusal } = answer.json();
      refusals.set(which, JSON.stringify(refusal).replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'id'));
    }
    expect(statuses).toEqual(row[role]);
    expect(refusals.get('deleted')).toBe(refusals.get('missing'));
    if (row[role][1] === row[role][3]) expect(refusals.get('other')).toBe(refusals.get('missing'));
  },
);

test('the metadata_id of an issuance', async () => {
  const issue = (metadata_id: number) =>
    admin.post(
      '/certificate/create',
      issueBody({ device_id: market.device.id, metadata_id, quantity: 5, ...hoursAgo(hours++) }),
    );
  expect((await issue(market.metadataId)).statusCode).toBe(201);
  const refused = await issue(NOBODYS_ID);
  expect(refused.statusCode, refused.body).toBe(404);
});

test('adding unknown users to an account reveals nothing of them', async () => {
  const victim = await registry.as('TRADING_USER');
  const trader = await registry.as('TRADING_USER');
  const { id } = await anAccount(admin, { user_ids: [trader.userId] });
  const other = await registry.as('ADMIN');
  for (const userId of [victim.userId, other.userId]) {
    const user_ids = [trader.userId, userId];
    expect((await trader.patch(`/account/update/${id}`, { user_ids })).statusCode).toBe(422);
    expect((await producer.post('/account/create', { account_name: unique('A'), user_ids })).statusCode).toBe(
      422,
    );
    for (const client of [trader, producer])
      expect((await client.get(`/user/${userId}`)).statusCode).toBe(404);
  }
  expect((await trader.get(`/account/${id}/users`)).json()).toMatchObject([
    { id: admin.userId },
    { id: trader.userId },
  ]);
});

test('current users can be repeated, and former users can be added again', async () => {
  const [one, two] = [await registry.as('TRADING_USER'), await registry.as('AUDIT_USER')];
  const { id } = await anAccount(admin, { user_ids: [one.userId, two.userId] });
  const edit = (user_ids: number[]) => one.patch(`/account/update/${id}`, { user_ids });
  const all = [admin.userId, one.userId, two.userId];
  for (const user_ids of [all, [one.userId], all]) {
    const answer = await edit(user_ids);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json().user_ids.toSorted()).toEqual(user_ids.toSorted());
  }
});
