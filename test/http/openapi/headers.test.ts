import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { afterAll, expect } from 'vitest';
import { buildApp } from '../../../src/app.ts';
import { ANSWER_HEADERS } from '../../../src/http/response-headers.ts';
import { type Journal, startJournal } from '../../../src/journal/index.ts';
import { anAccount, untilReplicated } from '../../harness/builders.ts';
import { Client } from '../../harness/client.ts';
import { test as baseTest } from '../../harness/fixtures.ts';
import { waitForSequencer } from '../../harness/polling.ts';
import { NOW } from '../../harness/registry.ts';
import { Answers, ownHeaders } from './answers.ts';
import { type ApiDocument, readDocument } from './document.ts';

/** Responses of every kind, whose headers are compared with the declared ones of their operation and status. */

const PER_MINUTE = 30;

const test = baseTest.extend('settings', { scope: 'file' }, { RATE_LIMIT_PER_MINUTE: String(PER_MINUTE) });

/** A registry that never waits for its standby, so that the standby is always late. */
let impatient: FastifyInstance;
let journal: Journal;
let document: ApiDocument;
let answers: Answers;
let client: Client;

test.beforeAll(async ({ registry }) => {
  const { config, log } = { config: registry.config, log: registry.app.log };
  const database = { ...registry.database, waitForReplicas: async () => false };
  impatient = await buildApp({ config, database, clock: () => NOW, log });
  document = await readDocument(registry.app);
  answers = new Answers(document);
  client = await registry.as('ADMIN');
  journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
});
afterAll(async () => {
  await journal.stop();
  await impatient.close();
});

const met = new Set<string>();

function expectDeclared(operationId: string, answer: LightMyRequestResponse): void {
  const operation = document.operations.find((each) => each.operationId === operationId);
  expect(operation && answers.fault(operation, answer)).toBeUndefined();
  for (const name of ownHeaders(answer)) met.add(name);
}

const at = (app: FastifyInstance) =>
  new Client(app, client.authorization.authorization.slice('Bearer '.length), client.userId);

test.each([201, 409])('a write answered with %i, and its repetition', async (status) => {
  const account = { account_name: `Account ${status}` };
  if (status === 409) await anAccount(client, account);
  const key = { 'idempotency-key': crypto.randomUUID() };
  for (const replayed of [undefined, 'true']) {
    const answer = await client.post('/account/create', account, key);
    expect(answer.statusCode, answer.body).toBe(status);
    expect(answer.headers['idempotency-replayed']).toBe(replayed);
    expectDeclared('createAccount', answer);
  }
});

test('a write that a standby has not replayed in time', async () => {
  const answer = await at(impatient).post('/account/create', { account_name: 'Late' });
  expect(answer.headers['registry-replica']).toBe('lagging');
  expectDeclared('createAccount', answer);
});

test('a page with a next page', async () => {
  for (const name of ['One', 'Two']) await anAccount(client, { account_name: name });
  const answer = await client.get('/account/list?limit=1');
  expect(answer.headers).toHaveProperty('registry-next-cursor');
  expectDeclared('listAccounts', answer);
});

test('a page of events with a next page', async ({ registry }) => {
  for (const name of ['Three', 'Four']) await anAccount(client, { account_name: name });
  await waitForSequencer(registry.primary);
  await untilReplicated(registry);
  const answer = await client.get('/events?limit=1');
  expect(answer.headers).toHaveProperty('registry-next-after');
  expectDeclared('listEvents', answer);
});

test('an edit of another version', async () => {
  const { id } = await anAccount(client);
  const url = `/account/update/${id}`;
  const answer = await client.request({
    method: 'PATCH',
    url,
    payload: { timezone: 'Asia/Tokyo' },
    headers: { 'if-match': '"99"' },
  });
  expect(answer.statusCode).toBe(412);
  expectDeclared('updateAccount', answer);
});

test('a refused and recorded action', async () => {
  const { id } = await anAccount(client);
  const body = { source_id: id, granular_certificate_bundle_ids: [999_999] };
  const answer = await client.post('/certificate/cancel', body);
  expect(answer.statusCode).toBe(404);
  expect(answer.headers).toHaveProperty('registry-consistency');
  expectDeclared('cancelCertificates', answer);
});

test('unreadable bodies, and requests for unknown records', async () => {
  const headers = { 'content-type': 'application/json' };
  const broken = { method: 'POST', url: '/account/create', payload: '{', headers } as const;
  expectDeclared('createAccount', await client.request(broken));
  expectDeclared('readAccount', await client.get('/account/999999'));
  expectDeclared('readAccount', await client.get('/account/x'));
});

test('requests without a token, and health', async ({ registry }) => {
  const answer = await registry.app.inject({ url: '/user/me' });
  expect(answer.headers).toHaveProperty('www-authenticate');
  expectDeclared('readMe', answer);
  expectDeclared('health', await registry.app.inject({ url: '/health' }));
  expectDeclared('ready', await registry.app.inject({ url: '/health/ready' }));
});

test('requests over the rate limit', async ({ registry }) => {
  const reader = await registry.as('AUDIT_USER');
  for (let n = 0; n < PER_MINUTE; n++) await reader.get('/user/me');
  const answer = await reader.get('/user/me');
  expect(answer.statusCode).toBe(429);
  expectDeclared('readMe', answer);
});

test('every declared header occurred', () => {
  expect([...met].sort()).toEqual(Object.keys(ANSWER_HEADERS).sort());
});
