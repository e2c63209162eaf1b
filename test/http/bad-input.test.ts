import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { METADATA, type TradingPair } from '../harness/builders.ts';
import { A_DEVICE } from '../harness/entities.ts';
import { test } from '../harness/fixtures.ts';
import { PASSWORD, type TestRegistry } from '../harness/registry.ts';

let entries: number;

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

function expectProblem(answer: LightMyRequestResponse, status?: number): void {
  if (status === undefined) {
    expect(answer.statusCode, answer.body).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode, answer.body).toBeLessThan(500);
  } else expect(answer.statusCode, answer.body).toBe(status);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ status: answer.statusCode, detail: expect.stringMatching(/./) });
}

const organisation = (market: TradingPair, payload: string | Buffer, headers: Record<string, string> = {}) =>
  market.admin.request({
    method: 'POST',
    url: '/organisation/create',
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  });

const aKey = () => ({ 'idempotency-key': crypto.randomUUID() });
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('a body that parsers may read differently', () => {
  test.for([
    ['with a duplicate name', '{"name": "A", "name": "B"}'],
    ['with a duplicate name, once escaped', String.raw`{"name": "A", "n\u0061me": "B"}`],
    ['with a duplicate name in a nested object', '{"name": "A", "more": [{"x": {"y": 1, "z": 2, "y": 3}}]}'],
    ['with a duplicate name whose first value is an object', '{"name": {"a": 1}, "name": "B"}'],
  ] as const)('%s is refused', async ([_, body], { registry, market }) => {
    expectProblem(await organisation(market, body), 400);
    expect(await journalled(registry)).toBe(entries);
  });

  // `more`, `x` and the empty name are then refused as fields, not as JSON.
  test.for([
    ['the same name in two objects', '{"name": "N1", "more": [{"x": 1}, {"x": 2}], "x": 3}'],
    ['a value that looks like names', String.raw`{"name": "N2 \" : \"name\": {\"name\" :"}`],
    ['blanks before the colon', '{"name" \n:\t"N3", "address" : "A"}'],
    ['a backslash at the end of a value', String.raw`{"name": "N4\\", "address": "\\"}`],
    ['an empty name', '{"name": "N5", "": 1}'],
  ] as const)('is accepted without %s', async ([_, body], { market }) => {
    const answer = await organisation(market, body);
    const refused = Object.keys(JSON.parse(body)).filter((name) => !['name', 'address'].includes(name));
    expect(answer.statusCode, answer.body).toBe(refused.length > 0 ? 422 : 201);
    const paths = answer.json().errors?.map(({ path }: { path: string }) => path);
    expect(paths ?? []).toEqual(refused.map((name) => `body.${name}`));
  });

  test('that is not valid UTF-8 is refused, not repaired', async ({ registry, market }) => {
    const body = Buffer.concat([
      Buffer.from('{"name":"'),
      Buffer.from([0xc3, 0x28, 0xff]),
      Buffer.from('"}'),
    ]);
    expectProblem(await organisation(market, body), 400);
    expect(await journalled(registry)).toBe(entries);
  });
});

describe('a deeply nested body', () => {
  test.for([
    ['arrays', `{"name": "Deep", "x": ${nested(10_000)}}`],
    ['objects', `{"name": "Deep", "x": ${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
  ] as const)('of %s is refused, also with an Idempotency-Key', async ([_, body], { registry, market }) => {
    expectProblem(await organisation(market, body), 400);
    expectProblem(await organisation(market, body, aKey()), 400);
    expect(await journalled(registry)).toBe(entries);
  });

  test('is refused from level 65 on', async ({ market }) => {
    expect((await organisation(market, `{"name": "64 levels", "x": ${nested(63)}}`)).statusCode).toBe(422);
    expectProblem(await organisation(market, `{"name": "65 levels", "x": ${nested(64)}}`), 400);
  });
});

test.for([
  ['an unpaired surrogate', String.raw`{"name": "S", "is_deleted": "\ud800"}`],
  ['a number out of range', '{"name": "S", "is_deleted": 1e400}'],
] as const)(
  'a request with %s cannot be identified reliably, and is refused with an Idempotency-Key',
  async ([_, body], { registry, market }) => {
    expectProblem(await organisation(market, body, aKey()), 400);
    expect(await journalled(registry)).toBe(entries);
  },
);

describe('a path', () => {
  test.for([
    ['with a broken escape', '/account/%E0%A4%A', 400],
    ['with an incomplete escape', '/%zz', 400],
    ['that is too long', `/account/${'9'.repeat(5_000)}`, 414],
  ] as const)('%s gives a problem document, also without a token', async ([_, url, status], { registry }) => {
    const answer = await registry.app.inject({ method: 'GET', url });
    expectProblem(answer, status);
    expect(answer.headers['x-request-id']).toBe(answer.json().instance.replace('urn:uuid:', ''));
    expect(answer.body).not.toContain('9999');
  });

  test.for([
    ['/no/such%20path;v=1', 'GET /no/such%20path;v=1 does not exist.'],
    ['/nothing?token=secret&email=a@b.c', 'GET /nothing does not exist.'],
    ['/<script>alert(1)</script>', 'GET /%3Cscript%3Ealert(1)%3C/script%3E does not exist.'],
    [`/${'x'.repeat(150)}/${'y'.repeat(150)}`, 'The path does not exist.'],
  ] as const)(
    'that does not exist is repeated without unsafe characters: %s',
    async ([url, detail], { registry }) => {
      const answer = await registry.app.inject({ method: 'GET', url });
      expectProblem(answer, 404);
      expect(answer.json().detail).toBe(detail);
    },
  );
});

const HOUR = {
  interval_start_datetime: '2026-03-10T10:00:00Z',
  interval_end_datetime: '2026-03-10T11:00:00Z',
};

/** A valid body for each operation, so that one wrong field is its only fault. */
async function takenBodies(market: TradingPair): Promise<Record<string, object>> {
  const { source, target, device, metadataId, trader } = market;
  const bundle = await market.bundle();
  const onBundle = { source_id: source.id, granular_certificate_bundle_ids: [bundle.id] };
  const asEntity = {
    createUser: { name: 'A', email: 'fuzz@example.com', role: 1, password: 'long enough now' },
    createOrganisation: { name: 'Fuzz' },
    createAccount: { account_name: 'Fuzz', user_ids: [trader.userId], account_whitelist: [source.id] },
    createDevice: { ...A_DEVICE, local_device_identifier: 'Fuzz', account_id: source.id },
    createMeasurement: { device_id: device.id, interval_usage: 5, ...HOUR },
  };
  const monthly = {
    source_id: source.id,
    certificate_quantity: 10,
    recurring_action_period_units: 'months',
    recurring_action_period_quantity: 1,
    number_of_recurring_actions: 12,
  };
  return {
    ...asEntity,
    createRecurringTransfer: { ...monthly, target_id: target.id },
    createRecurringCancel: { ...monthly, beneficiary: 'B' },
    changeLogLevel: { level: 'silent' },
    login: { username: 'nobody@example.com', password: 'x' },
    refreshSession: { refresh_token: 'x' },
    changePassword: { current_password: PASSWORD, new_password: 'long enough now' },
    requestEmailChange: { current_password: PASSWORD, email: 'fuzz@example.com' },
    changeUserEmail: { current_password: PASSWORD, email: 'fuzz@example.com' },
    createPreviousApiKey: { name: 'Fuzz', expires_days: 30 },
    createApiKey: { name: 'Fuzz', permissions: ['read'], account_ids: [source.id], expires_at: '2027-01-01' },
    resetUserPassword: { password: 'long enough now' },
    updateUser: {},
    changeUserRole: {},
    updateOrganisation: {},
    updateAccount: {},
    updateAccountWhitelist: {},
    updateDevice: {},
    updateMeasurement: {},
    createIssuanceMetadata: METADATA,
    createCertificates: {
      device_id: device.id,
      metadata_id: metadataId,
      bundle_quantity: 100,
      production_starting_interval: '2026-02-01T00:00:00Z',
      production_ending_interval: '2026-02-01T01:00:00Z',
    },
    queryCertificates: { source_id: source.id },
    queryFullCertificates: { source_id: source.id },
    transferCertificates: { ...onBundle, target_id: target.id },
    cancelCertificates: { ...onBundle, beneficiary: 'B' },
    claimCertificates: onBundle,
    reserveCertificates: onBundle,
    unreserveCertificates: onBundle,
    lockCertificates: { ...onBundle, reason: 'R' },
    unlockCertificates: { ...onBundle, reason: 'R' },
    withdrawCertificates: { ...onBundle, reason: 'R' },
  };
}

const HOSTILE: readonly unknown[] = [
  '\u0000',
  'a\u0000b',
  '\ud800',
  '',
  '   ',
  'x'.repeat(10_000),
  "'; DROP TABLE bundle; --",
  -1,
  0.5,
  2 ** 53,
  1e308,
  [],
  [[]],
  [null],
  ['\u0000'],
  [-1],
  [2 ** 53],
  {},
  { $ne: null },
  { toString: 1, valueOf: 1 },
  null,
  true,
  '0000-00-00T00:00:00Z',
  '2026-03-15T24:00:01Z',
  '+275760-09-13T00:00:00Z',
];

const withBody = operations.filter(({ body, permission }) => body !== undefined && permission !== 'storage');

describe.each(withBody.map(({ id, method, path }) => ({ id, method, path })))(
  '$id',
  ({ id, method, path }) => {
    let taken: object;
    let fields: string[];

    test.beforeAll(async ({ registry, market }) => {
      taken = (await takenBodies(market))[id] ?? {};
      const { paths, components } = (
        await registry.app.inject({ method: 'GET', url: '/openapi.json' })
      ).json();
      const { content } = paths[path.replace(':id', '{id}')][method.toLowerCase()].requestBody;
      const { schema } = content['application/json'];
      const described = schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)] : schema;
      fields = Object.keys(described.properties);
    });

    const send = (market: TradingPair, payload: string): Promise<LightMyRequestResponse> => {
      const url = path.replace(':id', String(market.source.id));
      const options: InjectOptions = {
        method,
        url,
        payload,
        headers: { 'content-type': 'application/json' },
      };
      return market.admin.request(options);
    };

    test('has a row in the table of bodies', async ({ market }) => {
      expect(Object.keys(await takenBodies(market))).toContain(id);
    });

    test('accepts only an object', async ({ registry, market }) => {
      for (const body of ['null', '[]', '[{}]', '17', '"text"', 'false'])
        expectProblem(await send(market, body));
      expect(await journalled(registry)).toBe(entries);
    });

    test('refuses an invalid field by name, and changes nothing', async ({ registry, market }) => {
      for (const field of fields) {
        let refused = 0;
        for (const value of HOSTILE) {
          const before = await journalled(registry);
          const answer = await send(market, JSON.stringify({ ...taken, [field]: value }));
          const what = `${field}: ${JSON.stringify(value)?.slice(0, 40)} -> ${answer.body.slice(0, 300)}`;
          expect(answer.statusCode, what).toBeLessThan(500);
          if (answer.statusCode < 400) continue;
          refused += 1;
          expect(answer.headers['content-type'], what).toContain('application/problem+json');
          expect(await journalled(registry), what).toBe(before);
          if (answer.statusCode !== 422) continue;
          const { errors = [], detail } = answer.json();
          const named = errors.map((error: { path: string }) => error.path).join(' ') || detail;
          expect(named, what).toMatch(new RegExp(field.split('_').join('|')));
        }
        expect(refused, `${field}: no value is refused`).toBeGreaterThan(0);
      }
    });
  },
);

test.for(['%00', '-1', '9007199254740993', '1e3', "1'--", '', '1&%s=1', '%F0%9F%92%A9'])(
  'a query string with %s is refused by name, or accepted',
  async (value, { market }) => {
    for (const { id, method, path, queryParams } of operations) {
      if (queryParams === undefined || method !== 'GET') continue;
      for (const name of ['limit', 'cursor', 'device_id', 'account_id', 'from', 'to', 'action_type']) {
        const url = `${path.replace(':id', String(market.source.id))}?${name}=${value.replace('%s', name)}`;
        const answer = await market.admin.get(url);
        expect(answer.statusCode, `${id} ${url}: ${answer.body}`).toBeLessThan(500);
        if (answer.statusCode === 422) expect(answer.json().errors[0].path, id).toContain(name);
      }
    }
  },
);

describe('a login', () => {
  const form = (registry: TestRegistry, payload: string) =>
    registry.app.inject({
      method: 'POST',
      url: '/auth/login',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    });

  test.for([
    ['without a name', 'password=x', 'body.username'],
    ['with a duplicate name', 'username=a&username=b&password=x', 'body.username'],
    ['with a NUL in its name', 'username=a%00&password=x', 'body.username'],
    ['with an empty name', '', 'body.username'],
  ] as const)('with a form field %s is refused by name', async ([_, payload, path], { registry }) => {
    const answer = await form(registry, payload);
    expectProblem(answer, 422);
    expect(answer.json().errors[0].path).toBe(path);
  });

  test('with a form of 10 MB is refused', async ({ registry }) => {
    expectProblem(await form(registry, `username=${'x'.repeat(10_000_000)}`), 413);
  });
});
