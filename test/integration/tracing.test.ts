import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, describe, expect, vi } from 'vitest';
import { type RunningRegistry, startRegistry } from '../../src/start.ts';
import { openEventStore, type TestEventStore } from '../harness/event-store.ts';
import { test } from '../harness/fixtures.ts';
import { captureLog } from '../harness/log.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../harness/otlp.ts';
import { PASSWORD, type TestRegistry } from '../harness/registry.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const PROBLEMS_TRACE = 'a'.repeat(32);
const STREAMS_TRACE = 'b'.repeat(32);
/** More than there are connections, so that most requests wait for one. */
const CONCURRENT = Array.from({ length: 25 }, (_, index) => `c${index.toString(16).padStart(31, '0')}`);

let eventStore: TestEventStore;
let receiver: OtlpReceiver;
let running: RunningRegistry;
let userId: number;
let requestId: string | null;
let spans: ReceivedSpan[];
const captured = captureLog('info');

const traceparent = (trace: string) => ({ traceparent: `00-${trace}-${CALLER}-01` });
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${running.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function logIn(registry: TestRegistry, id: number): Promise<{ authorization: string }> {
  const { rows } = await registry.primary.query('SELECT email FROM registry_user WHERE id = $1', [id]);
  const answer = await post('/auth/login', { username: rows[0].email, password: PASSWORD });
  const { access_token } = JSON.parse(await answer.text());
  return { authorization: `Bearer ${access_token}` };
}

/**
 * A mutation, a refusal, a query, concurrent requests and a stream, in a process as `main.ts` starts it; then the spans
 * of the collector.
 */
test.beforeAll(async ({ registry }) => {
  eventStore = await openEventStore();
  receiver = await startOtlpReceiver();
  const config = {
    ...registry.config,
    PORT: 0,
    ...eventStore.environment,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  };
  running = await startRegistry(config, captured.log);
  userId = (await registry.as('ADMIN')).userId;
  const token = await logIn(registry, userId);
  const name = 'A name that is only a value';
  const created = await post('/organisation/create', { name }, { ...token, ...traceparent(TRACE) });
  expect(created.status).toBe(201);
  requestId = created.headers.get('x-request-id');
  const refused = await post('/organisation/create', { name }, { ...token, ...traceparent(PROBLEMS_TRACE) });
  expect(refused.status).toBe(409);
  await fetch(`${running.url}/organisation/list`, { headers: token });
  await Promise.all(
    CONCURRENT.flatMap((trace, index) => [
      post('/organisation/create', { name: `Crowd ${index}` }, { ...token, ...traceparent(trace) }),
      fetch(`${running.url}/user/me`, { headers: { ...token, ...traceparent(trace) } }),
    ]),
  );
  const account = await post('/account/create', { account_name: 'Streamed' }, token);
  const { id } = JSON.parse(await account.text());
  const asStream = { ...token, ...traceparent(STREAMS_TRACE), accept: 'application/x-ndjson' };
  const streamed = await post('/certificate/query', { source_id: id }, asStream);
  expect(streamed.status).toBe(202);
  await streamed.text();
  await Promise.all(
    ['/health', '/health/ready', '/metrics', '/docs'].map((path) => fetch(running.url + path)),
  );
  const stored = async () => (await eventStore.events()).map(({ metadata }) => metadata);
  await vi.waitFor(
    async () => expect(await stored()).toContainEqual(expect.objectContaining({ request_id: requestId })),
    { timeout: 20_000, interval: 50 },
  );
  await running.stop();
  spans = receiver.spans();
});

afterAll(async () => {
  await receiver.stop();
  await eventStore.stop();
});

const named = (name: string) => spans.filter((span) => span.name === name);
const below = (parent: ReceivedSpan) => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
const of = (traceId: string) => {
  const span = named('POST /organisation/create').find((each) => each.traceId === traceId);
  if (span === undefined) throw new Error('the request has no span');
  return span;
};

describe('a mutation', () => {
  test('has a span below the span of its caller', () => {
    const span = of(TRACE);
    expect(span).toMatchObject({ parentSpanId: CALLER, failed: false, service: 'registry' });
    expect(span.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/organisation/create',
      'http.response.status_code': 201,
      'registry.request_id': requestId,
      'registry.actor': userId,
    });
  });

  test('has a child span for each of its statements, with the server', () => {
    const statements = below(of(TRACE));
    expect(statements.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SELECT', 'BEGIN', 'INSERT', 'COMMIT']),
    );
    for (const { attributes, traceId } of statements) {
      expect(traceId).toBe(TRACE);
      expect(attributes).toMatchObject({ 'db.system.name': 'postgresql', 'registry.server': 'primary' });
    }
    const insert = statements.find(({ name }) => name === 'INSERT');
    expect(insert?.attributes['db.query.text']).toMatch(/insert into "organisation"/i);
  });

  test('is named in the span of the append that relays its entry', () => {
    const appends = named(`append ${eventStore.log.stream}`);
    const own = appends.filter(({ attributes }) =>
      [attributes['registry.request_ids']].flat().includes(requestId),
    );
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({ failed: false });
  });

  test('that the database refuses has a failed statement, with a code', () => {
    const span = of(PROBLEMS_TRACE);
    expect(span).toMatchObject({ failed: false, attributes: { 'http.response.status_code': 409 } });
    expect(below(span).filter(({ failed }) => failed)).toMatchObject([
      { name: 'INSERT', attributes: { 'error.type': '23505' } },
    ]);
  });

  test('has its trace id in the lines of the log', () => {
    const line = captured.lines().find((each) => each.request_id === requestId);
    expect(line).toMatchObject({ trace_id: TRACE, route: '/organisation/create' });
  });
});

test('a query has a trace of its own, and reads on the standby', () => {
  const [span] = named('GET /organisation/list');
  if (span === undefined) throw new Error('the query has no span');
  expect(span.parentSpanId ?? '').toBe('');
  expect(below(span).map(({ attributes }) => attributes['registry.server'])).toContain('standby 1');
});

/** Requests at the same moment share the lookup of their callers: it is below one of them. */
const looksUpCallers = ({ attributes }: ReceivedSpan) =>
  /FROM session/.test(String(attributes['db.query.text']));

test('concurrent requests keep their statements apart, except for the lookup of their callers', () => {
  for (const name of ['POST /organisation/create', 'GET /user/me']) {
    const requests = CONCURRENT.map((trace) => named(name).filter(({ traceId }) => traceId === trace));
    expect(requests.map(({ length }) => length)).toEqual(CONCURRENT.map(() => 1));
    const statements = requests.flat().map((span) => {
      const own = below(span);
      expect(own.every(({ traceId }) => traceId === span.traceId)).toBe(true);
      return own.filter((each) => !looksUpCallers(each)).map((each) => each.name);
    });
    for (const each of statements) expect(each).toEqual(statements[0]);
    expect(statements[0]?.length).toBeGreaterThan(0);
  }
});

test('a stream has a span, too', () => {
  const [span] = named('POST /certificate/query').filter(({ traceId }) => traceId === STREAMS_TRACE);
  if (span === undefined) throw new Error('the stream has no span');
  const texts = below(span).map(({ attributes }) => String(attributes['db.query.text']));
  expect(texts.some((text) => /FROM bundle/.test(text))).toBe(true);
});

test('every statement is below a request, and health probes have no spans', () => {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const statements = spans.filter(({ attributes }) => 'db.query.text' in attributes);
  expect(statements.length).toBeGreaterThan(5);
  for (const { parentSpanId } of statements) expect(ids).toContain(parentSpanId);
  expect(spans.filter(({ name }) => /health|metrics|docs/.test(name))).toEqual([]);
});

test('no trace contains a value of a statement, a password or a token', () => {
  const text = receiver.text();
  for (const value of ['A name that is only a value', PASSWORD, 'argon2id', 'Bearer']) {
    expect(text).not.toContain(value);
  }
});

test('a collector that refuses traces is reported once, and delays nothing', async ({ registry }) => {
  const refusing = await startOtlpReceiver(400);
  const { log, lines } = captureLog('info');
  const config = { ...registry.config, PORT: 0, OTEL_EXPORTER_OTLP_ENDPOINT: refusing.endpoint };
  const refused = await startRegistry(config, log);
  for (let count = 0; count < 3; count++) await fetch(`${refused.url}/organisation/list`);
  await refused.stop();
  await refusing.stop();
  expect(refusing.text()).toContain('GET /organisation/list');
  expect(lines().filter(({ msg }) => msg === 'could not export traces')).toHaveLength(1);
});

test('without an endpoint the SDK is not loaded', async () => {
  const program = `
    await import('./src/start.ts');
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(import.meta.url).cache).map((path) => path.replaceAll('\\\\', '/'));
    console.log(loaded.some((path) => path.includes('/pg/')), loaded.some((path) => /opentelemetry\\/(sdk|exporter)/.test(path)));`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  expect(stdout.trim()).toBe('true false');
});
