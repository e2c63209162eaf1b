import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import type { ApiDocument, Operation, Schema } from './document.ts';
import { anIdOf, HOSTILE, type Ids, Values } from './values.ts';

/** Requests for an operation, generated from its description: valid ones, and ones with a small fault. */

/** Fields that only the registry sets, whatever a body contains. */
export const SERVERS_OWN: Readonly<Record<string, unknown>> = {
  id: 1,
  version: 1_000,
  created_at: '1999-01-01T00:00:00Z',
  deleted_at: '1999-01-01T00:00:00Z',
  role: 'ADMIN',
  is_admin: true,
  is_deleted: true,
  scope: 'all',
  actor_id: 1,
  hash: 'ff'.repeat(32),
  issuance_id: '1-2020-01-01T00:00:00Z',
  certificate_bundle_status: 'Claimed',
  certificate_bundle_id_range_start: 1,
  certificate_bundle_id_range_end: 1_000_000,
  expiry_datestamp: '2999-01-01T00:00:00Z',
  registry_configuration: 7,
  action_result: 'Success',
  resulting_bundle_ids: [1],
  dry_run: true,
};

/** JSON that only a text can represent: other parsers may read it differently from the registry. */
const TEXT_FAULTS: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, -1),
  (text) => `${text}${text}`,
  (text) => `\ufeff${text}`,
  (text) => `${text}\u0000`,
  (text) => `[${text}]`,
  (text) => text.replace(/^\{/, '{"__proto__": {"role": "ADMIN"},'),
  (text) => text.replace(/^\{/, '{"constructor": {"prototype": {"scope": "all"}},'),
  (text) => text.replace(/^\{/, '{"x": 1e400,'),
  (text) => text.replace(/^\{/, '{"x": NaN,'),
  (text) => text.replace(/^\{/, '{"x": 1, "x": 2,'),
  (text) => text.replace(/^\{/, `{"x": ${'['.repeat(70)}${']'.repeat(70)},`),
  (text) => text.replace(/^\{/, `{"x": "${'y'.repeat(200_000)}",`),
  (text) => text.replace(/^\{/, `{"x": "${'y'.repeat(3_000_000)}",`),
  (text) => text.replaceAll(',', ',/**/'),
  (text) => text.replaceAll('"', "'"),
];

const HEADERS: fc.Arbitrary<Record<string, string>> = fc.constantFrom<Record<string, string>>(
  { accept: '*/*' },
  { accept: 'text/csv' },
  { accept: 'application/x-ndjson' },
  { accept: 'image/png' },
  { accept: ';;;q=9' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data' },
  { 'content-encoding': 'gzip' },
  { 'idempotency-key': 'one key for all of them' },
  { 'idempotency-key': 'key-1' },
  { 'idempotency-key': '' },
  { 'registry-consistency': '0/0' },
  { 'registry-consistency': 'x' },
  { 'x-request-id': "'; --" },
  { 'x-http-method-override': 'DELETE' },
  { 'if-match': '*' },
  { 'if-match': '"never"' },
  { 'if-none-match': '*' },
  { range: 'bytes=0-1' },
  { cookie: 'role=ADMIN' },
  { 'x-forwarded-for': '127.0.0.1, x' },
  { host: 'evil.example' },
);

const often = <T>(arbitrary: fc.Arbitrary<T>, otherwise: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: otherwise });

/**
 * Requests without a token. `ids`: of existing records, by the name of a field; `{id}` in the path is one of `pathIds`.
 */
export function requestsFor(
  operation: Operation,
  { schemas }: Pick<ApiDocument, 'schemas'>,
  ids: Ids,
  pathIds: readonly number[],
): fc.Arbitrary<InjectOptions> {
  const values = new Values({ schemas }, ids);
  const schema = operation.requestBody?.content['application/json']?.schema;
  return fc
    .record({
      path: pathOf(operation, pathIds),
      query: queryOf(operation, values),
      payload: schema ? payloads(values, schema) : often(fc.constant(undefined), fc.constant('{}')),
      headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: HEADERS }),
    })
    .map(({ path, query, payload, headers }) => ({
      method: operation.method,
      url: query === '' ? path : `${path}?${query}`,
      headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(payload === undefined ? {} : { payload }),
    }));
}

function pathOf({ path }: Operation, pathIds: readonly number[]): fc.Arbitrary<string> {
  if (!path.includes('{')) return fc.constant(path);
  const hostile = fc.constantFrom(
    '%00',
    '%2e%2e%2f',
    '1%0a',
    "1'--",
    'null',
    '١',
    '1e3',
    '0x1',
    '-1',
    '9'.repeat(30),
  );
  return fc
    .oneof({ weight: 5, arbitrary: anIdOf(pathIds).map(String) }, { weight: 1, arbitrary: hostile })
    .map((id) => path.replace(/\{\w+\}/, id));
}

function queryOf({ parameters }: Operation, values: Values): fc.Arbitrary<string> {
  const named = parameters.filter((each) => each.in === 'query');
  const each = named.map(({ name, schema }) =>
    fc.option(often(values.of(schema, name), HOSTILE), { nil: undefined, freq: 2 }).map((value) => {
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value ?? '').toWellFormed();
      return value === undefined
        ? []
        : [`${encodeURIComponent(name)}=${encodeURIComponent(text).slice(0, 4_000)}`];
    }),
  );
  // Mutations refuse unknown fields, so most requests must have none.
  const stray = often(
    fc.constant(''),
    fc.constantFrom('x=1', '__proto__[role]=ADMIN', 'limit=1&limit=2', '%', '&&=&', 'dry_run=true'),
  );
  return fc
    .tuple(fc.tuple(...each), stray)
    .map(([known, other]) => [...known.flat(), other].filter((part) => part !== '').join('&'));
}

function payloads(values: Values, schema: Schema): fc.Arbitrary<string> {
  const right = values
    .of(schema)
    .map((body) => (typeof body === 'object' && body !== null ? { ...body } : {}));
  const text = right.map((body) => JSON.stringify(body));
  return fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 2, arbitrary: fc.tuple(right, fc.nat(), HOSTILE).map(withOneWrong) },
    { weight: 1, arbitrary: right.map((body) => JSON.stringify({ ...SERVERS_OWN, ...body })) },
    { weight: 1, arbitrary: fc.tuple(right, fc.nat()).map(withOneMissing) },
    {
      weight: 1,
      arbitrary: fc.tuple(text, fc.constantFrom(...TEXT_FAULTS)).map(([each, fault]) => fault(each)),
    },
  );
}

function withOneWrong([body, which, value]: [Record<string, unknown>, number, unknown]): string {
  const names = Object.keys(body);
  const name = names[which % Math.max(names.length, 1)] ?? 'x';
  return JSON.stringify({ ...body, [name]: value });
}

function withOneMissing([body, which]: [Record<string, unknown>, number]): string {
  const names = Object.keys(body);
  const missing = names[which % Math.max(names.length, 1)];
  return JSON.stringify(Object.fromEntries(Object.entries(body).filter(([name]) => name !== missing)));
}
