import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { type Bundle, hoursAgo, issueBody, type TradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { daily } from '../harness/recurring.ts';
import { PASSWORD } from '../harness/registry.ts';

const read = async (market: TradingPair, id: number): Promise<Bundle> =>
  (await market.admin.get(`/certificate/${id}`)).json();

const pathsOf = (answer: { json(): { errors?: { path: string }[] } }) =>
  answer.json().errors?.map(({ path }) => path);

describe('an unknown query parameter', () => {
  test.for(operations.map(({ id, method, path }) => ({ id, method, path })))(
    'is refused by name by $id',
    async ({ method, path }, { market }) => {
      const url = path.replace(':id', '999999');
      for (const name of ['dryRun', 'dry-run', 'Dry_Run', 'x']) {
        const answer = await market.admin.request({
          method,
          url: `${url}?${name}=true`,
          ...(method === 'GET' || method === 'DELETE' ? {} : { payload: {} }),
        });
        expect(answer.statusCode, answer.body).toBe(422);
        expect(pathsOf(answer)).toContain(`query.${name}`);
      }
    },
  );

  test('cancels no certificates', async ({ market }) => {
    const bundle = await market.bundle();
    for (const name of ['dryRun', 'dry-run', 'DRY_RUN']) {
      const answer = await market.trader.post(`/certificate/cancel?${name}=true`, {
        source_id: market.source.id,
        granular_certificate_bundle_ids: [bundle.id],
      });
      expect(answer.statusCode, answer.body).toBe(422);
    }
    expect(await read(market, bundle.id)).toMatchObject(bundle);
  });
});

const ACTIONS = [
  'transfer',
  'cancel',
  'claim',
  'reserve',
  'unreserve',
  'withdraw',
  'lock',
  'unlock',
] as const;
const UNKNOWN: readonly [string, unknown][] = [
  ['dry_run', true],
  ['dryRun', true],
  ['quantity', 1],
  ['certificateQuantity', 1],
  ['certificate-quantity', 1],
  ['Certificate_Quantity', 1],
  ['percentage', 0.5],
];

describe('an unknown body field', () => {
  test.for(ACTIONS)('is refused by name, and no bundle is %s', async (action, { market }) => {
    const before = { claim: 'Cancelled', unreserve: 'Reserved', unlock: 'Locked' } as const;
    const status = Object.entries(before).find(([name]) => name === action)?.[1] ?? 'Active';
    const bundle = await market.bundleIn(status);
    const body = {
      source_id: market.source.id,
      granular_certificate_bundle_ids: [bundle.id],
      ...(action === 'transfer' ? { target_id: market.target.id } : {}),
      ...(/withdraw|lock/.test(action) ? { reason: 'A test' } : {}),
    };
    for (const [name, value] of UNKNOWN) {
      const answer = await market.admin.post(`/certificate/${action}`, { ...body, [name]: value });
      expect(answer.statusCode, `${name}: ${answer.body}`).toBe(422);
      expect(pathsOf(answer)).toEqual([`body.${name}`]);
    }
    expect((await read(market, bundle.id)).certificate_bundle_status).toBe(status);
    expect((await market.admin.post(`/certificate/${action}`, body)).statusCode).toBe(202);
  });

  test.for(['transfer', 'cancel'])(
    'is refused by name, and no recurring %s is created',
    async (action, { market }) => {
      const body = daily(market);
      for (const [name, value] of [...UNKNOWN, ['granular_certificate_bundle_ids', [1]] as const]) {
        const answer = await market.trader.post(`/certificate/recurring_${action}`, {
          ...body,
          [name]: value,
        });
        expect(answer.statusCode, `${name}: ${answer.body}`).toBe(422);
        expect(pathsOf(answer)).toEqual([`body.${name}`]);
      }
      expect((await market.trader.get('/certificate/recurring')).json()).toEqual([]);
    },
  );

  test('of older clients is accepted: the fields that they send with every action, and null', async ({
    market,
  }) => {
    const bundle = await market.bundle();
    const answer = await market.trader.post('/certificate/reserve', {
      source_id: market.source.id,
      user_id: market.trader.userId,
      granular_certificate_bundle_ids: [bundle.id],
      action_type: 'reserve',
      localise_time: true,
      action_request_datetime: '2026-03-15T12:00:00',
      action_completed_datetime: null,
      certificate_quantity: null,
      certificate_bundle_percentage: null,
      certificate_bundle_status: null,
      beneficiary: 'B',
      target_id: market.target.id,
      id: null,
    });
    expect(answer.statusCode, answer.body).toBe(202);
  });
});

describe('an issuance with fields of the registry', () => {
  const bodyFor = (market: TradingPair, hours: number) =>
    issueBody({
      device_id: market.device.id,
      metadata_id: market.metadataId,
      quantity: 5,
      ...hoursAgo(hours),
    });

  test.for([
    ['dry_run', true],
    ['dryRun', true],
    ['bundleQuantity', 1],
    ['Emissions-Factor-Source', 'X'],
    ['no_such_field', 1],
  ] as const)('is refused with %s, which is unknown', async ([name, value], { market }) => {
    const answer = await market.admin.post('/certificate/create', {
      ...bodyFor(market, 200),
      [name]: value,
    });
    expect(answer.statusCode, answer.body).toBe(422);
    expect(pathsOf(answer)).toEqual([`body.${name}`]);
  });

  test('is accepted with the fields that the registry sets and the nonce of older clients', async ({
    market,
  }) => {
    const body = {
      ...bodyFor(market, 201),
      id: 1,
      hash: 'ff',
      certificate_bundle_status: 'Claimed',
      is_deleted: false,
    };
    const answer = await market.admin.post('/certificate/create?nonce=abc', body);
    expect(answer.statusCode, answer.body).toBe(201);
    expect(answer.json().certificate_bundle_status).toBe('Active');
  });
});

describe('a deletion with an id in path and query string', () => {
  const aUser = async (market: TradingPair): Promise<number> => {
    const email = `${crypto.randomUUID()}@example.com`;
    const user = { name: 'A', email, role: 'AUDIT_USER', password: PASSWORD };
    return (await market.admin.post('/user/create', user)).json().id;
  };

  test('is refused if they differ', async ({ market }) => {
    const [one, other] = [await aUser(market), await aUser(market)];
    const answer = await market.admin.delete(`/user/delete/${one}?user_id=${other}`);
    expect(answer.statusCode, answer.body).toBe(422);
    expect(pathsOf(answer)).toEqual(['query.user_id']);
    for (const id of [one, other]) expect((await market.admin.get(`/user/${id}`)).statusCode).toBe(200);
    expect((await market.admin.delete('/measurement/delete/1?measurement_id=2')).statusCode).toBe(422);
  });

  test('succeeds if they are equal, as older clients send it', async ({ market }) => {
    const id = await aUser(market);
    expect((await market.admin.delete(`/user/delete/${id}?user_id=${id}`)).statusCode).toBe(200);
  });
});
