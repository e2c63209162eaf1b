import http from 'node:http';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { Database } from '../../src/database/database.ts';
import { timeLimits } from '../../src/database/time-limits.ts';
import type { TradingPair } from '../harness/builders.ts';
import { Client } from '../harness/client.ts';
import { testWithOwnMarket as baseTest } from '../harness/fixtures.ts';
import { NOW, PASSWORD, type TestRegistry } from '../harness/registry.ts';

/** By default a user may have half of the connections for writes. */
const POOL_SIZE = 4;
const PER_USER = POOL_SIZE / 2;

const test = baseTest.extend(
  'settings',
  { scope: 'file' },
  { DATABASE_POOL_SIZE: String(POOL_SIZE), MAX_MUTATIONS_PER_USER: '' },
);

const CANCEL = '/certificate/cancel';
const DRY_RUN = '/certificate/cancel?dry_run=true';

/** Keeps a bundle locked until the returned function is called, or the test ends. */
async function holdBundle(registry: TestRegistry, id: number): Promise<() => Promise<void>> {
  const holder = await registry.primary.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM bundle WHERE id = $1 FOR UPDATE', [id]);
  let held = true;
  const letGo = async () => {
    if (!held) return;
    held = false;
    await holder.query('ROLLBACK');
    holder.release();
  };
  onTestFinished(letGo);
  return letGo;
}

function expectRefused(answer: LightMyRequestResponse, status: number, code: string): void {
  expect(answer.statusCode, answer.body).toBe(status);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.json()).toMatchObject({ type: `urn:gc-registry:problem:${code}`, status });
}

const bodyOf = ({ source }: TradingPair, id: number) => ({
  source_id: source.id,
  granular_certificate_bundle_ids: [id],
});

/** The same user as a client of an application on another database. */
async function clientOf(
  database: Database,
  { config, app: { log } }: TestRegistry,
  { authorization, userId }: Client,
): Promise<Client> {
  const app = await buildApp({ config, database, clock: () => NOW, log });
  onTestFinished(() => app.close());
  return new Client(app, authorization.authorization.slice('Bearer '.length), userId);
}

/** A client of an application whose transactions wait for a lock no longer than 100 ms. */
function impatient(registry: TestRegistry, client: Client): Promise<Client> {
  const { database } = registry;
  const limits = { ...timeLimits.mutation, lock_timeout: 100 };
  const limited: Database = {
    ...database,
    transact: (actor, work) => database.transact(actor, work, limits),
  };
  return clientOf(limited, registry, client);
}

const createOrganisation = (client: Client) =>
  client.post('/organisation/create', { name: `Organisation ${crypto.randomUUID()}` });

test('twelve dry runs of one user are one at a time, and take no writes from others', async ({
  registry,
  market,
}) => {
  const { id } = await market.bundle();
  const letGo = await holdBundle(registry, id);
  const dryRuns = Array.from({ length: 12 }, () => market.trader.post(DRY_RUN, bodyOf(market, id)));
  expect((await createOrganisation(market.admin)).statusCode).toBe(201);
  await letGo();
  const answers = await Promise.all(dryRuns);
  const refused = answers.filter(({ statusCode }) => statusCode === 429);
  expect(refused).toHaveLength(11);
  expect(refused.every(({ headers }) => headers['retry-after'] === '1')).toBe(true);
  expect((await market.trader.post(DRY_RUN, bodyOf(market, id))).statusCode).toBe(202);
});

test('a dry run gives up a lock that it does not get soon, and can be repeated', async ({
  registry,
  market,
}) => {
  const { id } = await market.bundle();
  const letGo = await holdBundle(registry, id);
  expectRefused(await market.trader.post(DRY_RUN, bodyOf(market, id)), 503, 'timed-out');
  await letGo();
  expect((await market.trader.post(DRY_RUN, bodyOf(market, id))).statusCode).toBe(202);
});

describe('a user with as many mutations under way as it may have', () => {
  /** Mutations that wait for a bundle. */
  async function waiting(registry: TestRegistry, market: TradingPair) {
    const { id } = await market.bundle();
    const letGo = await holdBundle(registry, id);
    const sent = Array.from({ length: PER_USER }, () => market.trader.post(CANCEL, bodyOf(market, id)));
    await vi.waitFor(() => expect(busyWrites(registry)).toBe(PER_USER), { timeout: 20_000, interval: 5 });
    return async () => {
      await letGo();
      const statuses = (await Promise.all(sent)).map(({ statusCode }) => statusCode);
      expect(statuses.toSorted()).toEqual([202, 409]);
    };
  }

  const busyWrites = ({ database }: TestRegistry) => {
    const pool = database.pools().find(({ use }) => use === 'write');
    return pool && pool.connections - pool.idle;
  };

  test('is refused another one with 429, which changes nothing; others are served', async ({
    registry,
    market,
  }) => {
    const other = await market.bundle();
    const finish = await waiting(registry, market);
    expectRefused(await market.trader.post(CANCEL, bodyOf(market, other.id)), 429, 'too-many-mutations');
    expect((await market.trader.get('/user/me')).statusCode).toBe(200);
    expect((await createOrganisation(market.admin)).statusCode).toBe(201);
    await finish();
    for (let number = 0; number <= PER_USER; number++) {
      const answer = await market.trader.post(CANCEL, bodyOf(market, other.id));
      expect(answer.statusCode, answer.body).toBe(number === 0 ? 202 : 409);
    }
  });

  test('is refused it before its body is read', async ({ registry, market }) => {
    const finish = await waiting(registry, market);
    const unread = { 'content-type': 'application/json' };
    for (const url of [CANCEL, DRY_RUN]) {
      const answer = await market.trader.request({ method: 'POST', url, payload: '{', headers: unread });
      expectRefused(answer, 429, 'too-many-mutations');
    }
    await finish();
  });

  test('is refused it with an API key as well', async ({ registry, market }) => {
    const made = await market.trader.post('/auth/api_keys', { name: 'K', permissions: ['act'] });
    const withKey = new Client(registry.app, made.json().api_key, market.trader.userId);
    const finish = await waiting(registry, market);
    expectRefused(await withKey.post(CANCEL, bodyOf(market, 1)), 429, 'too-many-mutations');
    await finish();
  });
});

test('logins at once from one network all succeed: unknown callers wait for their turn', async ({
  registry,
  market,
}) => {
  const { rows } = await registry.primary.query('SELECT email FROM registry_user WHERE id = $1', [
    market.trader.userId,
  ]);
  const logIn = () =>
    registry.app.inject({
      method: 'POST',
      url: '/auth/login',
      payload: { username: rows[0].email, password: PASSWORD },
    });
  const answers = await Promise.all(Array.from({ length: 3 * POOL_SIZE }, logIn));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
});

test('a request that its client abandoned counts until its work has ended, and no longer', async ({
  registry,
  market,
}) => {
  await registry.app.listen({ host: '127.0.0.1', port: 0 });
  const { id } = await market.bundle();
  const letGo = await holdBundle(registry, id);
  for (let number = 0; number < PER_USER; number++) {
    const request = http.request(`${registry.app.listeningOrigin}${CANCEL}`, {
      method: 'POST',
      agent: false,
      headers: { ...market.trader.authorization, 'content-type': 'application/json' },
    });
    request.on('error', () => undefined).end(JSON.stringify(bodyOf(market, id)));
    await vi.waitFor(async () => expect(await waitingForLocks(registry)).toBe(number + 1), 20_000);
    request.destroy();
  }
  const again = () => market.trader.post(CANCEL, bodyOf(market, id));
  expectRefused(await again(), 429, 'too-many-mutations');
  await letGo();
  await vi.waitFor(async () => expect((await again()).statusCode).toBe(409), {
    timeout: 20_000,
    interval: 50,
  });
});

test('a request that only waits for the standbys does not count any more', async ({ registry, admin }) => {
  let replayed = () => {};
  const held = new Promise<boolean>((resolve) => {
    replayed = () => resolve(true);
  });
  const client = await clientOf({ ...registry.database, waitForReplicas: () => held }, registry, admin);
  const organisations = async () =>
    (await registry.primary.query('SELECT count(*)::int AS n FROM organisation')).rows[0].n;
  const before = await organisations();
  const sent: Promise<LightMyRequestResponse>[] = [];
  for (let number = 1; number <= PER_USER + 1; number++) {
    sent.push(createOrganisation(client));
    await vi.waitFor(async () => expect(await organisations()).toBe(before + number), 20_000);
  }
  replayed();
  expect((await Promise.all(sent)).map(({ statusCode }) => statusCode)).toEqual(sent.map(() => 201));
});

async function waitingForLocks({ primary }: TestRegistry): Promise<number> {
  const { rows } = await primary.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return rows[0].n;
}

test('a mutation that exceeds its time is a 503, leaves nothing, and its key can be used again', async ({
  registry,
  market,
}) => {
  const { id } = await market.bundle();
  const client = await impatient(registry, market.trader);
  const actions = async () =>
    (await registry.primary.query('SELECT count(*)::int AS n FROM action')).rows[0].n;
  const before = await actions();
  const letGo = await holdBundle(registry, id);
  const key = { 'idempotency-key': crypto.randomUUID() };
  const cancel = () => client.post(CANCEL, bodyOf(market, id), key);
  expectRefused(await cancel(), 503, 'timed-out');
  expect(await actions()).toBe(before);
  await letGo();
  const repeated = await cancel();
  expect(repeated.statusCode, repeated.body).toBe(202);
  expect(repeated.headers['idempotency-replayed']).toBeUndefined();
  expect((await cancel()).headers['idempotency-replayed']).toBe('true');
});
