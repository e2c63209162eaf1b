import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { openApiDocument } from '../../../src/http/openapi.ts';
import { operations as declared } from '../../../src/http/operations.ts';
import type { BundleStatus } from '../../../src/rules/enums.ts';
import { expectConserved, type TradingPair, tradingPair } from '../../harness/builders.ts';
import type { Client } from '../../harness/client.ts';
import { test as baseTest } from '../../harness/fixtures.ts';
import { aRecurring } from '../../harness/recurring.ts';
import type { TestRegistry } from '../../harness/registry.ts';
import { Answers } from './answers.ts';
import { apiDocument, type Operation, readDocument } from './document.ts';
import { requestsFor } from './requests.ts';
import type { Ids } from './values.ts';

/**
 * Requests generated from the API document: none may be answered with a 5xx, and every response must have a declared
 * status and body. `FUZZ_SEED=… FUZZ_RUNS=1000` sends more.
 */

const SEED = Number(process.env.FUZZ_SEED ?? 20_260_315);
const RUNS = Number(process.env.FUZZ_RUNS ?? 60);

const test = baseTest.extend('settings', { scope: 'file' }, { BODY_LIMIT_BYTES: '2097152' });

const document = apiDocument(JSON.parse(JSON.stringify(openApiDocument(declared))));
const answers = new Answers(document);

// One of the operations changes it.
test.afterEach(({ registry }) => {
  registry.app.log.level = 'silent';
});

test('the requests are generated from the document that clients read', async ({ registry }) => {
  expect(await readDocument(registry.app)).toEqual(document);
});

/** The status that a bundle needs for an action, if it is not Active. */
const ACTS_ON: Readonly<Record<string, BundleStatus>> = {
  claimCertificates: 'Cancelled',
  unreserveCertificates: 'Reserved',
  unlockCertificates: 'Locked',
};

interface Fixtures {
  readonly market: TradingPair;
  readonly ids: Ids;
  readonly pathIds: readonly number[];
}

async function aDeletedUser(registry: TestRegistry, admin: Client): Promise<number> {
  const { userId } = await registry.as('TRADING_USER');
  await admin.delete(`/user/delete/${userId}`);
  return userId;
}

/** Records of every kind, for the requests to refer to. */
async function fixturesFor(registry: TestRegistry, { operationId, path }: Operation): Promise<Fixtures> {
  const market = await tradingPair(registry);
  const { admin, source, target, device, metadataId, trader, receiver } = market;
  const status = ACTS_ON[operationId] ?? 'Active';
  const bundles: number[] = [];
  for (let n = 0; n < 6; n++) bundles.push((await market.bundleIn(status)).id);
  const reading = await admin.post('/measurement/create', {
    device_id: device.id,
    interval_start_datetime: '2026-03-01T00:00:00Z',
    interval_end_datetime: '2026-03-01T01:00:00Z',
    interval_usage: 5,
  });
  const organisation = await admin.post('/organisation/create', {
    name: `Organisation ${crypto.randomUUID()}`,
  });
  const accounts = [source.id, target.id];
  const users =
    operationId === 'eraseUser'
      ? [await aDeletedUser(registry, admin), await aDeletedUser(registry, admin)]
      : [trader.userId, receiver.userId];
  const ofTag: Record<string, readonly number[]> = {
    account: accounts,
    user: users,
    device: [device.id],
    measurement: [reading.json().id],
    organisation: [organisation.json().id],
    certificate: path.startsWith('/certificate/recurring/')
      ? [(await aRecurring(market, 'cancel')).id]
      : bundles,
  };
  return {
    market,
    pathIds: ofTag[path.split('/')[1] ?? ''] ?? [1],
    ids: {
      account_id: accounts,
      source_id: [source.id],
      target_id: [target.id],
      device_id: [device.id],
      metadata_id: [metadataId],
      user_id: [admin.userId],
      user_ids: users,
      account_whitelist: accounts,
      add_to_whitelist: accounts,
      remove_from_whitelist: accounts,
      granular_certificate_bundle_ids: bundles,
      entity_id: bundles,
    },
  };
}

/** `transferCertificates done`, `transferCertificates refused` and so on. */
const met = new Set<string>();

const cases = document.operations.map((operation) => ({ name: operation.operationId, operation }));

describe(`requests generated from the document (seed ${SEED})`, () => {
  test.for(cases)('to $name are answered as declared', async ({ operation }, { registry }) => {
    const { market, ids, pathIds } = await fixturesFor(registry, operation);
    const requests = requestsFor(operation, document, ids, pathIds);
    const property = fc.asyncProperty(requests, async (request) => {
      const answer = await market.admin.request(request);
      met.add(`${operation.operationId} ${answer.statusCode < 300 ? 'done' : 'refused'}`);
      expect(answers.fault(operation, answer)).toBeUndefined();
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });
});

test('every operation succeeded at least once, except those that require a password', () => {
  const open = document.operations.filter(({ tags }) => !tags.includes('Authentication'));
  const names = open.map(({ operationId }) => operationId);
  expect(names.filter((name) => !met.has(`${name} done`))).toEqual([]);
});

/** Values in place of a token. */
const NO_TOKENS = [
  'Bearer',
  'Bearer ',
  'Bearer null',
  'Bearer undefined',
  'Bearer a.b.c',
  'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
  `Bearer ${'x'.repeat(10_000)}`,
  "Bearer ' OR 1=1 --",
  'Bearer a b',
  'Basic YWRtaW46YWRtaW4=',
  'Digest username="admin"',
  '\u00e9',
];

describe('an invalid token', () => {
  const closed = cases.filter(({ operation }) => operation.security.length > 0);

  test.for(closed)('is refused: $name', async ({ operation }, { registry }) => {
    for (const authorization of NO_TOKENS) {
      const url = operation.path.replace(/\{\w+\}/, '1');
      const answer = await registry.app.inject({
        method: operation.method,
        url,
        headers: { authorization },
      });
      expect(answer.statusCode, `${authorization}: ${answer.body}`).toBe(401);
      expect(answers.fault(operation, answer), authorization).toBeUndefined();
    }
  });
});

test('energy is conserved after all requests', ({ registry }) => expectConserved(registry));
