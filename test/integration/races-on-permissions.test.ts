import { describe, expect } from 'vitest';
import { aKey } from '../harness/api-key.ts';
import {
  anAccount,
  type Bundle,
  expectConserved,
  type TradingPair,
  tradingPair,
} from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { testWithOwnMarket as test } from '../harness/fixtures.ts';
import { type Row, whileItWaits } from '../harness/polling.ts';
import { aRecurring, runDue, runsIn } from '../harness/recurring.ts';
import { NOW, PASSWORD, type TestRegistry } from '../harness/registry.ts';
import { CLIENTS, type Reply, times } from './race.ts';

/** A request and the concurrent revocation of the right to it: the outcome is that of one before the other. */

let registry: TestRegistry;
let market: TradingPair;

test.beforeEach(({ registry: opened, market: pair }) => {
  registry = opened;
  market = pair;
});

const read = async (id: number): Promise<Bundle> => (await market.admin.get(`/certificate/${id}`)).json();

const transferBody = ({ id }: Bundle) => ({
  source_id: market.source.id,
  target_id: market.target.id,
  granular_certificate_bundle_ids: [id],
});

const remove = () =>
  market.admin.patch(`/account/update/${market.source.id}`, { user_ids: [market.admin.userId] });

/** A revocation during the wait of a request must be complete before the request continues. */
const takenWhileItWaits = (row: Row, start: () => Promise<Reply>, take: () => Promise<Reply>) =>
  whileItWaits(registry.primary, row, start, async () => {
    const { statusCode, body } = await take();
    expect(statusCode, body).toBeLessThan(300);
  });

const failures = async (bundleId: number) => {
  const { rows } = await registry.primary.query(
    `SELECT details ->> 'code' AS code FROM action WHERE bundle_ids = ARRAY[$1]::bigint[]`,
    [bundleId],
  );
  return rows.map(({ code }) => code);
};

describe('a waiting transfer, when meanwhile its user', () => {
  test('is removed from the account, finds no such account, and the refusal is recorded', async () => {
    const bundle = await market.bundle();
    const answer = await takenWhileItWaits(
      { table: 'bundle', id: bundle.id },
      () => market.transfer([bundle.id]),
      remove,
    );
    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toBe(`There is no account ${market.source.id}.`);
    expect(answer.json()).toHaveProperty('action_id');
    expect(await failures(bundle.id)).toEqual(['not-found']);
    expect(await read(bundle.id)).toMatchObject(bundle);
  });

  const changes: readonly [string, number, () => Promise<Reply>][] = [
    [
      'loses the role',
      403,
      () => market.admin.post(`/user/change_role/${market.trader.userId}`, { role: 'AUDIT_USER' }),
    ],
    ['is removed', 401, () => market.admin.delete(`/user/delete/${market.trader.userId}`)],
    ['logs out', 401, () => market.trader.post('/auth/logout')],
    [
      'gets another password',
      401,
      () =>
        market.admin.post(`/user/reset_password/${market.trader.userId}`, {
          password: 'another battery horse',
        }),
    ],
  ];
  test.each(changes)(
    '%s, is refused with %i as at authentication, and nothing is recorded',
    async (_, status, change) => {
      const bundle = await market.bundle();
      const key = { 'idempotency-key': crypto.randomUUID() };
      const transfer = () => market.trader.post('/certificate/transfer', transferBody(bundle), key);
      const answer = await takenWhileItWaits({ table: 'bundle', id: bundle.id }, transfer, change);
      expect(answer.statusCode, answer.body).toBe(status);
      expect(await failures(bundle.id)).toEqual([]);
      expect(await read(bundle.id)).toMatchObject(bundle);
      const kept = await registry.primary.query('SELECT FROM idempotency_key WHERE key = $1', [
        key['idempotency-key'],
      ]);
      expect(kept.rows).toEqual([]);
    },
  );

  test('gets a new session, is executed: only its own session counts', async () => {
    const bundle = await market.bundle();
    const elsewhere = await registry.again(market.trader);
    const answer = await takenWhileItWaits(
      { table: 'bundle', id: bundle.id },
      () => market.transfer([bundle.id]),
      () => elsewhere.post('/auth/logout'),
    );
    expect(answer.statusCode, answer.body).toBe(202);
  });

  test('is removed from another account, is executed', async () => {
    const bundle = await market.bundle();
    const other = await anAccount(market.admin, { user_ids: [market.trader.userId] });
    const answer = await takenWhileItWaits(
      { table: 'bundle', id: bundle.id },
      () => market.transfer([bundle.id]),
      () => market.admin.patch(`/account/update/${other.id}`, { user_ids: [market.admin.userId] }),
    );
    expect(answer.statusCode, answer.body).toBe(202);
    expect((await read(bundle.id)).account_id).toBe(market.target.id);
  });

  test('revokes the API key of the request, is refused with 401', async () => {
    const bundle = await market.bundle();
    const key = await aKey(market.trader, { permissions: ['act'] });
    const answer = await takenWhileItWaits(
      { table: 'bundle', id: bundle.id },
      () => byKey(key.api_key, bundle),
      () => market.trader.delete(`/auth/api_keys/${key.id}`),
    );
    expect(answer.statusCode, answer.body).toBe(401);
    expect(await read(bundle.id)).toMatchObject(bundle);
  });

  test("is removed from the account, does not reveal the bundle's own reason for a refusal", async () => {
    const bundle = await market.bundleIn('Claimed');
    const answer = await takenWhileItWaits(
      { table: 'bundle', id: bundle.id },
      () => market.transfer([bundle.id]),
      remove,
    );
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toContain('Claimed');
  });

  test('is removed from the account, is refused as a dry run, too', async () => {
    const bundle = await market.bundle();
    const dryRun = () => market.trader.post('/certificate/transfer?dry_run=true', transferBody(bundle));
    const answer = await takenWhileItWaits({ table: 'bundle', id: bundle.id }, dryRun, remove);
    expect(answer.statusCode).toBe(404);
    expect(await failures(bundle.id)).toEqual([]);
  });
});

const byKey = (apiKey: string, bundle: Bundle) =>
  registry.app.inject({
    method: 'POST',
    url: '/certificate/transfer',
    headers: { 'x-api-key': apiKey },
    payload: transferBody(bundle),
  });

test('a waiting edit whose user loses the role is refused', async () => {
  const answer = await takenWhileItWaits(
    { table: 'account', id: market.source.id },
    () => market.trader.patch(`/account/update/${market.source.id}`, { account_name: 'Mine' }),
    () => market.admin.post(`/user/change_role/${market.trader.userId}`, { role: 'AUDIT_USER' }),
  );
  expect(answer.statusCode).toBe(403);
});

test('a waiting run of a recurring action whose user is removed from the account is refused', async () => {
  const bundle = await market.bundle();
  const { id } = await aRecurring(market, 'transfer');
  const running = async () => {
    await runDue(registry, NOW);
    return market.admin.get(`/certificate/${bundle.id}`);
  };
  await takenWhileItWaits({ table: 'bundle', id: bundle.id }, running, remove);
  expect((await runsIn(market, id)).map(({ details }) => details.code)).toEqual(['not-found']);
  expect(await read(bundle.id)).toMatchObject(bundle);
});

/** Journal entries of changes to bundles by `actor` after the last change of `entity`, which revoked the right. */
async function expectNothingAfter(actor: Client, entity: string): Promise<void> {
  const { rows } = await registry.primary.query(
    `SELECT j.id FROM journal j
     WHERE j.actor_id = $1 AND j.entity_name = 'bundle'
       AND j.id > (SELECT max(id) FROM journal WHERE entity_name = $2 AND event_type IN ('UPDATE', 'DELETE'))`,
    [actor.userId, entity],
  );
  expect(rows).toEqual([]);
}

const ROUNDS = 4;

/** Many transfers of single bundles, with the revocation of the right to them among them. */
async function transfersAnd(
  take: () => Promise<Reply>,
  send: (bundle: Bundle) => Promise<Reply>,
): Promise<Reply[]> {
  const bundles: Bundle[] = [];
  for (let n = 0; n < CLIENTS; n++) bundles.push(await market.bundle());
  const requests = bundles.map((bundle) => () => send(bundle));
  requests.splice(CLIENTS / 2, 0, take);
  const replies = await Promise.all(requests.map((request) => request()));
  const [taken] = replies.splice(CLIENTS / 2, 1);
  expect(taken?.statusCode, taken?.body).toBe(200);
  for (const [n, { statusCode }] of replies.entries()) {
    const moved = bundles[n] && (await read(bundles[n].id)).account_id === market.target.id;
    expect(moved).toBe(statusCode === 202);
  }
  return replies;
}

describe('concurrent', () => {
  test('transfers and a removal from the account: no transfer commits after the removal', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      market = await tradingPair(registry);
      const replies = await transfersAnd(remove, (bundle) => market.transfer([bundle.id]));
      for (const { statusCode, body } of replies) expect([202, 404], body).toContain(statusCode);
      await expectNothingAfter(market.trader, 'account_user');
    }
  });

  test('transfers and the revocation of their API key: none commits after it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      market = await tradingPair(registry);
      const key = await aKey(market.trader, { permissions: ['act'], account_ids: [market.source.id] });
      const revoke = () => market.trader.delete(`/auth/api_keys/${key.id}`);
      const replies = await transfersAnd(revoke, (bundle) => byKey(key.api_key, bundle));
      for (const { statusCode, body } of replies) expect([202, 401], body).toContain(statusCode);
      await expectNothingAfter(market.trader, 'api_key');
    }
  });

  test('transfers and a change of the role: none commits after it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      market = await tradingPair(registry);
      const demote = () =>
        market.admin.post(`/user/change_role/${market.trader.userId}`, { role: 'AUDIT_USER' });
      const replies = await transfersAnd(demote, (bundle) => market.transfer([bundle.id]));
      for (const { statusCode, body } of replies) expect([202, 403], body).toContain(statusCode);
      await expectNothingAfter(market.trader, 'registry_user');
    }
  });

  test('transfers and a change of the password: no 5xx, and every bundle was transferred or not', async () => {
    const elsewhere = await registry.again(market.trader);
    const passwords = { current_password: PASSWORD, new_password: 'another battery horse' };
    const replies = await transfersAnd(
      () => elsewhere.post('/auth/change_password', passwords),
      (bundle) => market.transfer([bundle.id]),
    );
    for (const { statusCode, body } of replies) expect([202, 401], body).toContain(statusCode);
  });

  test('removals of each other from an account: one user stays, and the others find no account', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const users = await Promise.all(times(4, () => registry.as('TRADING_USER')));
      const account = await anAccount(market.admin, { user_ids: users.map(({ userId }) => userId) });
      const replies = await Promise.all(
        users.map((user) => user.patch(`/account/update/${account.id}`, { user_ids: [user.userId] })),
      );
      expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([200, 404, 404, 404]);
      const winner = users[replies.findIndex(({ statusCode }) => statusCode === 200)];
      expect((await market.admin.get(`/account/${account.id}`)).json().user_ids).toEqual([winner?.userId]);
    }
  });

  test('removals of each other from two accounts: both are executed, in some order', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [one, two] = [await registry.as('TRADING_USER'), await registry.as('TRADING_USER')];
      const user_ids = [one.userId, two.userId];
      const [first, second] = [
        await anAccount(market.admin, { user_ids }),
        await anAccount(market.admin, { user_ids }),
      ];
      const replies = await Promise.all([
        one.patch(`/account/update/${first.id}`, { user_ids: [one.userId] }),
        two.patch(`/account/update/${second.id}`, { user_ids: [two.userId] }),
      ]);
      expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    }
  });

  test('requests of a user to leave: each of them is answered', async () => {
    const replies = await Promise.all([
      ...times(4, () => market.trader.post('/auth/logout')),
      market.trader.patch(`/account/update/${market.source.id}`, { user_ids: [market.admin.userId] }),
    ]);
    for (const { statusCode, body } of replies) expect([200, 401], body).toContain(statusCode);
    expect(replies.some(({ statusCode }) => statusCode === 200)).toBe(true);
  });
});

test('energy is conserved after all races, on both servers', () => expectConserved(registry));
