import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { describe, expect } from 'vitest';
import { type Role, roleNames } from '../../src/rules/enums.ts';
import { aBundle, aDevice, anAccount, hoursAgo, metadata } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { A_DEVICE } from '../harness/entities.ts';
import { test } from '../harness/fixtures.ts';
import { PASSWORD } from '../harness/registry.ts';
import {
  ABOUT_NO_RECORD,
  CASES,
  type Case,
  type RecordKind,
  ROWS,
  type Row,
} from './object-authorization.ts';
import { type Operation, readDocument } from './openapi/document.ts';

/**
 * Every operation of the API document, by every role, on its own records, those of others, deleted and unknown ones.
 */

const NOBODYS_ID = 999_999;

/** The administrator who creates the records. */
let maker: Client;
let metadataId: number;
/** The account that accepts transfers from every account. */
let targetId: number;
let operations: readonly Operation[];
const clients = new Map<Role, Client>();
let hours = 0;

test.beforeAll(async ({ registry }) => {
  maker = await registry.as('ADMIN');
  metadataId = await metadata(maker);
  targetId = (await anAccount(maker)).id;
  operations = (await readDocument(registry.app)).operations;
  for (const role of roleNames) clients.set(role, await registry.as(role));
});

function clientOf(role: Role): Client {
  const client = clients.get(role);
  if (client === undefined) throw new Error(`no client has the role ${role}`);
  return client;
}

async function deleted(path: string, id: number): Promise<number> {
  const { statusCode, body } = await maker.delete(`/${path}/delete/${id}`);
  expect(statusCode, body).toBe(200);
  return id;
}

async function made(url: string, body: object): Promise<number> {
  const answer = await maker.post(url, body);
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json().id;
}

const accountFor = async (which: Case, client: Client): Promise<number> => {
  const { id } = await anAccount(
    maker,
    which === 'own' || which === 'deleted' ? { user_ids: [client.userId] } : {},
  );
  await maker.patch(`/account/update_whitelist/${targetId}`, { add_to_whitelist: [id] });
  return id;
};

const deviceFor = async (which: Case, client: Client): Promise<number> => {
  const account_id = await accountFor(which, client);
  return (await aDevice(maker, { account_id, is_storage: which === 'storage' })).id;
};

const interval = () => {
  const { start, end } = hoursAgo(hours++);
  return { interval_start_datetime: start, interval_end_datetime: end };
};

const bundleOf = async (device_id: number): Promise<number> =>
  (await aBundle(maker, { device_id, metadata_id: metadataId, quantity: 100, ...hoursAgo(hours++) })).id;

/** Creates a new record of a kind. */
const MAKE: Readonly<Record<RecordKind, (which: Case, client: Client) => Promise<number>>> = {
  async account(which, client) {
    const id = await accountFor(which, client);
    return which === 'deleted' ? deleted('account', id) : id;
  },
  async device(which, client) {
    const id = await deviceFor(which, client);
    return which === 'deleted' ? deleted('device', id) : id;
  },
  async measurement(which, client) {
    const device_id = await deviceFor(which, client);
    const id = await made('/measurement/create', { device_id, interval_usage: 5, ...interval() });
    return which === 'deleted' ? deleted('measurement', id) : id;
  },
  async user(which, client) {
    if (which === 'own') return client.userId;
    const email = `${crypto.randomUUID()}@example.com`;
    const id = await made('/user/create', { name: 'A user', email, role: 'AUDIT_USER', password: PASSWORD });
    return which === 'deleted' ? deleted('user', id) : id;
  },
  async organisation(which) {
    const id = await made('/organisation/create', { name: `Organisation ${crypto.randomUUID()}` });
    return which === 'deleted' ? deleted('organisation', id) : id;
  },
  async 'API key'(which, client) {
    const owner = which === 'other' ? maker : client;
    const { id } = (await owner.post('/auth/api_keys', { name: 'A key', permissions: ['read'] })).json();
    if (which === 'deleted') expect((await owner.delete(`/auth/api_keys/${id}`)).statusCode).toBe(200);
    return id;
  },
  bundle: async (which, client) => bundleOf(await deviceFor(which, client)),
  async 'recurring action'(which, client) {
    const source_id = await accountFor(which, client);
    const answer = await maker.post('/certificate/recurring_cancel', { source_id, ...MONTHLY });
    expect(answer.statusCode, answer.body).toBe(202);
    const id = answer.json().details.recurring_action_id;
    if (which === 'deleted')
      expect((await maker.delete(`/certificate/recurring/${id}`)).statusCode).toBe(200);
    return id;
  },
};

const untouched = new Map<string, Promise<number>>();

/**
 * A record for a request that must answer `status`: a new one if it succeeds, since it may end the record. Requests
 * that are refused share their records, because they change nothing.
 */
function objectFor(record: RecordKind, which: Case, role: Role, status: number): Promise<number> {
  if (status < 400) return MAKE[record](which, clientOf(role));
  const key = `${record}, ${which}, ${role}`;
  const shared = untouched.get(key) ?? MAKE[record](which, clientOf(role));
  untouched.set(key, shared);
  return shared;
}

/** A bundle in the account, in the status that the action accepts. */
async function bundleIn(account_id: number, operationId: string): Promise<number> {
  const id = await bundleOf((await aDevice(maker, { account_id })).id);
  const before = {
    claimCertificates: 'cancel',
    unreserveCertificates: 'reserve',
    unlockCertificates: 'lock',
  };
  const [, first] = Object.entries(before).find(([name]) => name === operationId) ?? [];
  const body = { source_id: account_id, granular_certificate_bundle_ids: [id], reason: 'A test' };
  if (first) expect((await maker.post(`/certificate/${first}`, body)).statusCode).toBe(202);
  return id;
}

/** The parts of a request besides the record that it is about. */
async function bodyOf(operationId: string, id: number, which: Case): Promise<Record<string, unknown>> {
  const isOpen = which === 'own' || which === 'other';
  switch (operationId) {
    case 'changeUserRole':
      return { role: 'ADMIN' };
    case 'changeUserEmail':
      return { email: `${crypto.randomUUID()}@example.com`, current_password: PASSWORD };
    case 'resetUserPassword':
      return { password: PASSWORD };
    case 'createDevice':
      return { ...A_DEVICE, local_device_identifier: crypto.randomUUID() };
    case 'createMeasurement':
      return { interval_usage: 5, ...interval() };
    case 'createCertificates': {
      const { start, end } = hoursAgo(hours++);
      const [production_starting_interval, production_ending_interval] = [start, end];
      return {
        metadata_id: metadataId,
        bundle_quantity: 1,
        production_starting_interval,
        production_ending_interval,
      };
    }
    case 'queryCertificates':
    case 'queryFullCertificates':
      return {};
    case 'createRecurringTransfer':
    case 'createRecurringCancel':
      return { ...MONTHLY, target_id: targetId };
    default: {
      const isAction = ROWS[operationId]?.in === 'body.source_id';
      if (!isAction) return {};
      const bundle = isOpen ? await bundleIn(id, operationId) : NOBODYS_ID;
      return { granular_certificate_bundle_ids: [bundle], target_id: targetId, reason: 'A test' };
    }
  }
}

const MONTHLY = {
  certificate_quantity: 100,
  recurring_action_period_units: 'months',
  recurring_action_period_quantity: 1,
  number_of_recurring_actions: 12,
};

async function requestOf(operation: Operation, row: Row, id: number, which: Case): Promise<InjectOptions> {
  const { method, path, operationId } = operation;
  const url = path.replace('{id}', String(id));
  if (row.in === 'query.account_id') return { method, url: `${url}?account_id=${id}` };
  if (method === 'GET' || method === 'DELETE') return { method, url };
  const body = await bodyOf(operationId, id, which);
  const named = row.in ? { [row.in.replace('body.', '')]: id } : {};
  return { method, url, payload: { ...body, ...named } };
}

test('every operation of the API document has a row in one of the tables', () => {
  const inTables = [...Object.keys(ROWS), ...ABOUT_NO_RECORD];
  expect(inTables.toSorted()).toEqual(operations.map(({ operationId }) => operationId).toSorted());
});

test('the operations listed as not about one record have none in their path', () => {
  const named = operations.filter(({ operationId }) => ABOUT_NO_RECORD.includes(operationId));
  expect(named.filter(({ path }) => path.includes('{')).map(({ path }) => path)).toEqual([]);
});

/** A refusal without what differs for each request: its own id and that of the record. */
function refusalIn(answer: LightMyRequestResponse, id: number): string {
  const { instance: _, action_id: __, ...refusal } = answer.json();
  return JSON.stringify(refusal).replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'id');
}

/** Records that no storage device can be related to. */
const WITHOUT_STORAGE: readonly RecordKind[] = [
  'account',
  'user',
  'organisation',
  'API key',
  'recurring action',
];

describe.each(Object.entries(ROWS))('%s', (operationId, row) => {
  test.each(roleNames)('%s receives the statuses of the table', async (role) => {
    const operation = operations.find((each) => each.operationId === operationId);
    if (operation === undefined) throw new Error(`there is no operation ${operationId}`);
    const client = clientOf(role);
    const [actual, right]: [string[], string[]] = [[], []];
    const refusals: Record<number, Set<string>> = { 404: new Set(), 422: new Set() };
    for (const [at, which] of CASES.entries()) {
      const expected = row.right[role][at];
      const exists = !(which === 'storage' && WITHOUT_STORAGE.includes(row.record));
      // No operation deletes a bundle.
      const isBundleGone = which === 'deleted' && row.record === 'bundle';
      if (typeof expected !== 'number' || !exists || isBundleGone) continue;
      const id = which === 'missing' ? NOBODYS_ID : await objectFor(row.record, which, role, expected);
      const answer = await client.request(await requestOf(operation, row, id, which));
      actual.push(`${which}: ${answer.statusCode}`);
      right.push(`${which}: ${expected}`);
      refusals[expected]?.add(refusalIn(answer, id));
    }
    expect(actual).toEqual(right);
    // A hidden record is refused as a missing one is.
    for (const bodies of Object.values(refusals)) expect([...bodies].slice(1)).toEqual([]);
  });
});

describe('an action on a bundle of an account other than the source', () => {
  const actions = Object.entries(ROWS).filter(
    ([name, row]) => row.in === 'body.source_id' && !/^query|^createRecurring/.test(name),
  );

  test.each(actions.map(([name]) => name))('is not found for %s', async (operationId) => {
    const operation = operations.find((each) => each.operationId === operationId);
    if (operation === undefined) throw new Error(`there is no operation ${operationId}`);
    const other = await bundleIn((await anAccount(maker)).id, operationId);
    for (const role of ['TRADING_USER', 'PRODUCTION_USER', 'ADMIN'] as const) {
      const client = clientOf(role);
      const source_id = await accountFor('own', client);
      const payload = {
        source_id,
        granular_certificate_bundle_ids: [other],
        target_id: targetId,
        reason: 'A test',
      };
      const answer = await client.request({ method: 'POST', url: operation.path, payload });
      const isAllowed = ROWS[operationId]?.right[role][0] === 202;
      expect(answer.statusCode, `${role}: ${answer.body}`).toBe(isAllowed ? 404 : 403);
    }
    expect((await maker.get(`/certificate/${other}`)).json().bundle_quantity).toBe(100);
  });
});
