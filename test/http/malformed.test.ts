import { describe, expect } from 'vitest';
import type { TradingPair } from '../harness/builders.ts';
import { A_DEVICE } from '../harness/entities.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

let entries: number;
let bundleId: number;

test.beforeAll(async ({ market }) => {
  bundleId = (await market.bundle()).id;
});

/** The journal entries other than the record of a refused action. */
async function journalled(registry: TestRegistry): Promise<number> {
  const { rows } = await registry.primary.query(
    `SELECT count(*)::int AS n FROM journal WHERE entity_name <> 'action'`,
  );
  return rows[0].n;
}

// The market is created first: its entries do not count.
test.beforeEach(async ({ registry, market: _ }) => {
  entries = await journalled(registry);
});

async function expectRefused(
  registry: TestRegistry,
  answer: Awaited<ReturnType<TradingPair['transfer']>>,
  path?: string | RegExp,
): Promise<void> {
  expect(answer.statusCode, answer.body).toBeGreaterThanOrEqual(400);
  expect(answer.statusCode, answer.body).toBeLessThan(500);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  const problem = answer.json();
  expect(problem).toMatchObject({
    status: answer.statusCode,
    title: expect.any(String),
    detail: expect.any(String),
  });
  if (path) {
    const paths = problem.errors?.map((error: { path: string }) => error.path).join(' ');
    expect(paths ?? problem.detail).toMatch(path);
  }
  expect(await journalled(registry)).toBe(entries);
}

const raw = (
  market: TradingPair,
  payload: string | Buffer,
  type = 'application/json',
  url = '/device/create',
) => market.admin.request({ method: 'POST', url, headers: { 'content-type': type }, payload });

const device = (market: TradingPair) => ({ ...A_DEVICE, account_id: market.source.id });

describe('an invalid field is named with its place', () => {
  const act = (market: TradingPair, action: string, fields: object) => {
    const bundles = { granular_certificate_bundle_ids: [bundleId] };
    return market.admin.post(`/certificate/${action}`, {
      source_id: market.source.id,
      ...bundles,
      ...fields,
    });
  };

  test.for([
    ['by its schema', 'cancel', { certificate_quantity: 0.5 }, ['body.certificate_quantity']],
    ['by a rule', 'cancel', { certificate_quantity: 0 }, ['body.certificate_quantity']],
    [
      'by a rule on two fields',
      'reserve',
      { certificate_quantity: 1, certificate_bundle_percentage: 0.5 },
      ['body.certificate_quantity', 'body.certificate_bundle_percentage'],
    ],
    [
      'by a rule on whole bundles',
      'lock',
      { reason: 'R', certificate_quantity: 1 },
      ['body.certificate_quantity'],
    ],
    ['by a rule on the caller', 'claim', { user_id: 999_999 }, ['body.user_id']],
  ] as const)('%s', async ([_, action, fields, paths], { registry, market }) => {
    const answer = await act(market, action, fields);
    expect(answer.json().errors.map(({ path }: { path: string }) => path)).toEqual(paths);
    await expectRefused(registry, answer);
  });

  test.for([
    ['/account/list?cursor=x', undefined, 'query.cursor'],
    ['/certificate/query', { cursor: 'x' }, 'body.cursor'],
  ] as const)('a cursor at %s', async ([url, body, path], { market }) => {
    const source_id = market.source.id;
    const answer = await (body ? market.admin.post(url, { source_id, ...body }) : market.admin.get(url));
    expect(answer.json().errors).toMatchObject([{ path }]);
  });
});

describe('an unreadable body', () => {
  test.for([
    ['truncated JSON', '{"device_name": "x'],
    ['a text that is not JSON', 'hello'],
    ['NaN', '{"power_mw": NaN}'],
    ['Infinity', '{"power_mw": Infinity}'],
    ['a prototype', '{"__proto__": {"role": "ADMIN"}}'],
    ['a constructor', '{"constructor": {"prototype": {"role": "ADMIN"}}}'],
  ] as const)('with %s is refused', async ([_, body], { registry, market }) => {
    const answer = await raw(market, body);
    expect(answer.statusCode).toBe(400);
    await expectRefused(registry, answer);
  });

  test.for(['null', '[]', '"text"', '17', 'true'])(
    'with JSON that is not an object (%s) is refused',
    async (body, { registry, market }) => {
      await expectRefused(registry, await raw(market, body), /^body/);
    },
  );

  test('with deeply nested JSON is refused', async ({ registry, market }) => {
    await expectRefused(registry, await raw(market, `${'['.repeat(50_000)}${']'.repeat(50_000)}`));
  });

  test('of 10 MB is refused as too large', async ({ registry, market }) => {
    const answer = await raw(market, JSON.stringify({ device_name: 'x'.repeat(10_000_000) }));
    expect(answer.statusCode).toBe(413);
    await expectRefused(registry, answer);
  });

  test.for(['text/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense'])(
    'with the content type %s is refused',
    async (type, { registry, market }) => {
      const answer = await raw(market, 'x', type);
      expect(answer.statusCode).toBe(415);
      await expectRefused(registry, answer);
    },
  );
});

describe('an invalid value is refused by field', () => {
  test.for<[string, unknown]>([
    ['power_mw', '50'],
    ['power_mw', -1],
    ['power_mw', 1e300],
    ['power_mw', null],
    ['account_id', 1.5],
    ['account_id', 2 ** 53],
    ['account_id', -1],
    ['account_id', 0],
    ['account_id', 999_999],
    ['account_id', '1'],
    ['device_name', ''],
    ['device_name', '   '],
    ['device_name', 'x'.repeat(1_000)],
    ['device_name', 'nul \u0000 byte'],
    ['device_name', 'half a \ud800 pair'],
    ['device_name', { $ne: null }],
    ['energy_source', 'coal'],
    ['operational_date', 'yesterday'],
    ['operational_date', '2025-02-30'],
    ['operational_date', '2025-13-01T00:00:00Z'],
    ['operational_date', 1_700_000_000],
    ['is_storage', 'yes'],
    ['granularity_minutes', 7],
  ] as const)('%s: %j', async ([field, value], { registry, market }) => {
    await expectRefused(
      registry,
      await market.admin.post('/device/create', { ...device(market), [field]: value }),
      `body.${field}`,
    );
  });

  test.for<[string, unknown]>([
    ['bundle_quantity', -5],
    ['bundle_quantity', 0.5],
    ['bundle_quantity', 1e21],
    ['bundle_quantity', '100'],
    ['device_id', 999_999],
    ['metadata_id', 999_999],
    ['production_starting_interval', 'soon'],
    ['production_ending_interval', '2026-03-15T99:00:00Z'],
  ] as const)('of an issuance, %s: %j', async ([field, value], { registry, market }) => {
    const body = {
      device_id: market.device.id,
      metadata_id: market.metadataId,
      bundle_quantity: 100,
      production_starting_interval: '2026-03-01T00:00:00Z',
      production_ending_interval: '2026-03-01T01:00:00Z',
      [field]: value,
    };
    // An unknown account or device is a 404 that names it.
    await expectRefused(
      registry,
      await market.admin.post('/certificate/create', body),
      field.replace(/_id$/, ''),
    );
  });

  test.for<[string, unknown]>([
    ['certificate_quantity', -1],
    ['certificate_quantity', 0],
    ['certificate_bundle_percentage', 1.01],
    ['certificate_bundle_percentage', 0],
    ['certificate_bundle_percentage', -0.5],
    ['granular_certificate_bundle_ids', []],
    ['granular_certificate_bundle_ids', 'all'],
    ['granular_certificate_bundle_ids', ['1; DROP TABLE bundle']],
    ['target_id', 2 ** 60],
  ] as const)('of a transfer, %s: %j', async ([field, value], { registry, market }) => {
    await expectRefused(registry, await market.transfer([bundleId], { [field]: value }), field);
  });

  test('with all invalid fields at once, each with its path', async ({ registry, market }) => {
    const answer = await market.admin.post('/device/create', {
      ...device(market),
      power_mw: 'x',
      grid: 4,
      location: null,
    });
    await expectRefused(registry, answer, 'body.grid body.power_mw body.location');
  });
});

describe('an id in a path', () => {
  test.for(['0', '-1', '1.5', '9007199254740993', '99999999999999999999', 'abc', '1%00', "1'--", '1e3'])(
    'that is %s is refused',
    async (id, { registry, market }) => {
      for (const url of [`/account/${id}`, `/certificate/${id}`, `/device/${id}`, `/user/${id}`]) {
        await expectRefused(registry, await market.admin.get(url));
      }
    },
  );

  test('that no record has is not found', async ({ market }) => {
    for (const entity of ['user', 'account', 'device', 'measurement', 'organisation', 'certificate']) {
      expect((await market.admin.get(`/${entity}/999999`)).statusCode, entity).toBe(404);
    }
  });
});

test.for(['limit=0', 'limit=-1', 'limit=100000', 'limit=x', 'cursor=nonsense', 'cursor=W10'])(
  'a list with %s is refused',
  async (query, { registry, market }) => {
    await expectRefused(registry, await market.admin.get(`/account/list?${query}`), /limit|cursor/);
  },
);
