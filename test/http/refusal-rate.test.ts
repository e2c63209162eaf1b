import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import type { TradingPair } from '../harness/builders.ts';
import { Client } from '../harness/client.ts';
import { testWithOwnMarket as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const PER_MINUTE = 3;
const test = baseTest.extend('settings', { scope: 'file' }, { REFUSALS_PER_MINUTE: String(PER_MINUTE) });

const NOBODYS = 900_000_000_000;
const allowed = (status: number) => Array(PER_MINUTE).fill(status);

function transferOf({ source, target }: TradingPair, bundleId: number) {
  return { source_id: source.id, target_id: target.id, granular_certificate_bundle_ids: [bundleId] };
}

const refused = (client: Client, market: TradingPair, headers?: Record<string, string>) =>
  client.post('/certificate/transfer', transferOf(market, NOBODYS), headers);

async function statuses(times: number, call: () => Promise<LightMyRequestResponse>): Promise<number[]> {
  const seen: number[] = [];
  for (let number = 0; number < times; number++) seen.push((await call()).statusCode);
  return seen;
}

/** The number of rows that belong to a user: actions, journal entries and stored answers. */
async function recordsOf({ primary }: TestRegistry, { userId }: Client) {
  const { rows } = await primary.query(
    `SELECT (SELECT count(*)::int FROM action WHERE user_id = $1) AS actions,
            (SELECT count(*)::int FROM journal WHERE actor_id = $1) AS entries,
            (SELECT count(*)::int FROM idempotency_key WHERE user_id = $1) AS answers`,
    [userId],
  );
  return rows[0];
}

const key = () => ({ 'idempotency-key': crypto.randomUUID() });

test('beyond the limit, a refused action is a 429 that leaves nothing; what is allowed is done', async ({
  registry,
  market,
}) => {
  expect(await statuses(PER_MINUTE, () => refused(market.trader, market))).toEqual(allowed(404));
  const before = await recordsOf(registry, market.trader);
  for (const headers of [{}, key()]) {
    const answer = await refused(market.trader, market, headers);
    expect(answer.statusCode, answer.body).toBe(429);
    expect(answer.json()).toMatchObject({ type: 'urn:gc-registry:problem:too-many-refusals' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.json()).not.toHaveProperty('action_id');
  }
  expect(await recordsOf(registry, market.trader)).toEqual(before);
  const bundle = await market.bundle();
  const done = await market.trader.post('/certificate/transfer', transferOf(market, bundle.id));
  expect(done.statusCode, done.body).toBe(202);
});

test('all API keys of a user share it, and other users have their own', async ({ registry, market }) => {
  const made = await market.trader.post('/auth/api_keys', { name: 'K', permissions: ['act'] });
  const withKey = new Client(registry.app, made.json().api_key, market.trader.userId);
  await statuses(PER_MINUTE, () => refused(market.trader, market));
  expect((await refused(withKey, market)).statusCode).toBe(429);
  expect((await refused(market.admin, market)).statusCode).toBe(404);
});

test('a refusal that is only stored for its Idempotency-Key counts, and repeating its answer does not', async ({
  registry,
}) => {
  const name = `Organisation ${crypto.randomUUID()}`;
  const admin = await registry.as('ADMIN');
  const create = (headers: Record<string, string>) => admin.post('/organisation/create', { name }, headers);
  expect((await create({})).statusCode).toBe(201);
  const first = key();
  expect(await statuses(1, () => create(first))).toEqual([409]);
  expect(await statuses(PER_MINUTE, () => create(first))).toEqual(allowed(409));
  expect(await statuses(PER_MINUTE, () => create(key()))).toEqual([...allowed(409).slice(1), 429]);
  const { answers } = await recordsOf(registry, admin);
  expect(answers).toBe(PER_MINUTE);
  // Without a key nothing is stored.
  expect((await create({})).statusCode).toBe(409);
  expect((await create(first)).statusCode).toBe(409);
});

test('dry runs leave nothing, and do not count', async ({ market }) => {
  const dryRun = () => market.trader.post('/certificate/transfer?dry_run=true', transferOf(market, NOBODYS));
  expect(await statuses(PER_MINUTE + 1, dryRun)).toEqual([...allowed(404), 404]);
});
