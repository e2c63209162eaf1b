import { expect } from 'vitest';
import {
  type Account,
  aDevice,
  anAccount,
  type Bundle,
  expectConserved,
  hoursAgo,
  type TradingPair,
} from '../harness/builders.ts';
import { A_DEVICE } from '../harness/entities.ts';
import { test } from '../harness/fixtures.ts';
import { PASSWORD } from '../harness/registry.ts';
import { CLIENTS, race, times } from './race.ts';

const read = async (market: TradingPair, id: number): Promise<Bundle> =>
  (await market.admin.get(`/certificate/${id}`)).json();

test('of many new accounts with one name, regardless of case, one is created', async ({ market }) => {
  const name = `Account ${crypto.randomUUID()}`;
  await race(
    times(
      CLIENTS,
      (n) => () => market.admin.post('/account/create', { account_name: n % 2 ? name : name.toUpperCase() }),
    ),
  );
});

test('of many new users with one e-mail, regardless of case, one is created', async ({ market }) => {
  const email = `${crypto.randomUUID()}@example.com`;
  const user = { name: 'A user', role: 'AUDIT_USER', password: PASSWORD };
  await race(
    times(
      4,
      (n) => () => market.admin.post('/user/create', { ...user, email: n % 2 ? email : email.toUpperCase() }),
    ),
  );
});

test('an account is either closed or receives certificates', async ({ registry, market }) => {
  for (let round = 0; round < 6; round++) {
    const account = await anAccount(market.admin, { account_whitelist: [market.source.id] });
    const { id } = await market.bundle();
    await race([
      () => market.transfer([id], { target_id: account.id }),
      () => market.admin.delete(`/account/delete/${account.id}`),
    ]);
  }
  const { rows } = await registry.primary.query(`
    SELECT b.id FROM bundle b JOIN account a ON a.id = b.account_id WHERE a.deleted_at IS NOT NULL`);
  expect(rows).toEqual([]);
});

test('a source that was removed from a whitelist transfers no more, however close the race', async ({
  market,
}) => {
  for (let round = 0; round < 6; round++) {
    const account = await anAccount(market.admin, { account_whitelist: [market.source.id] });
    const { id } = await market.bundle();
    const [removed, transferred] = await Promise.all([
      market.admin.patch(`/account/update_whitelist/${account.id}`, {
        remove_from_whitelist: [market.source.id],
      }),
      market.transfer([id], { target_id: account.id }),
    ]);
    expect(removed.statusCode).toBe(200);
    expect([202, 403]).toContain(transferred.statusCode);
    expect((await market.transfer([(await market.bundle()).id], { target_id: account.id })).statusCode).toBe(
      403,
    );
  }
});

test('of many concurrent additions of one whitelist entry one is stored, and all succeed', async ({
  registry,
  market,
}) => {
  const account = await anAccount(market.admin);
  const add = { add_to_whitelist: [market.source.id] };
  const replies = await Promise.all(
    times(CLIENTS, () => market.admin.patch(`/account/update_whitelist/${account.id}`, add)),
  );
  expect(replies.map(({ statusCode }) => statusCode)).toEqual(times(CLIENTS, () => 200));
  const { rows } = await registry.primary.query(
    'SELECT source_account_id::int AS source, deleted_at FROM account_whitelist WHERE account_id = $1',
    [account.id],
  );
  expect(rows).toEqual([{ source: market.source.id, deleted_at: null }]);
});

test('concurrent additions and removals of one whitelist entry leave it or not, and the journal agrees', async ({
  registry,
  market,
}) => {
  const account = await anAccount(market.admin);
  const change = (n: number) =>
    n % 2 ? { add_to_whitelist: [market.source.id] } : { remove_from_whitelist: [market.source.id] };
  const replies = await Promise.all(
    times(CLIENTS, (n) => market.admin.patch(`/account/update_whitelist/${account.id}`, change(n))),
  );
  expect(replies.map(({ statusCode }) => statusCode)).toEqual(times(CLIENTS, () => 200));
  const { rows } = await registry.primary.query(
    `SELECT count(*) FILTER (WHERE w.deleted_at IS NULL)::int AS living, count(*)::int AS entries,
            (SELECT count(*)::int FROM journal j WHERE j.entity_name = 'account_whitelist' AND j.event_type = 'CREATE'
               AND j.entity_id IN (SELECT id FROM account_whitelist WHERE account_id = $1)) AS created
     FROM account_whitelist w WHERE account_id = $1`,
    [account.id],
  );
  expect(rows[0].living).toBeLessThanOrEqual(1);
  expect(rows[0].created).toBe(rows[0].entries);
  const listed = (await market.admin.get(`/account/${account.id}`)).json().account_whitelist;
  expect(listed).toHaveLength(rows[0].living);
});

test('accounts that concurrently whitelist each other in a circle do not deadlock', async ({ market }) => {
  const [one, two] = [await anAccount(market.admin), await anAccount(market.admin)];
  const whitelist = (account: Account, source: Account) => () =>
    market.admin.patch(`/account/update_whitelist/${account.id}`, { add_to_whitelist: [source.id] });
  for (let round = 0; round < 4; round++) {
    const requests = times(CLIENTS, (n) => (n % 2 ? whitelist(one, two) : whitelist(two, one)));
    await race(requests, CLIENTS);
  }
});

test('of many concurrent closings of one account one succeeds', async ({ market }) => {
  const account = await anAccount(market.admin);
  await race(times(CLIENTS, () => () => market.admin.delete(`/account/delete/${account.id}`)));
});

test('an account is either closed or gets a device', async ({ market }) => {
  for (let round = 0; round < 6; round++) {
    const account = await anAccount(market.admin);
    const device = { ...A_DEVICE, account_id: account.id };
    const [closed, made] = await Promise.all([
      market.admin.delete(`/account/delete/${account.id}`),
      market.admin.post('/device/create', device),
    ]);
    expect([
      [200, 422],
      [409, 201],
    ]).toContainEqual([closed.statusCode, made.statusCode]);
  }
});

test('of many concurrent readings of one device and interval one is stored', async ({ market }) => {
  const device = await aDevice(market.admin, { account_id: market.source.id });
  const { start, end } = hoursAgo(0);
  const reading = {
    device_id: device.id,
    interval_start_datetime: start,
    interval_end_datetime: end,
    interval_usage: 5,
  };
  await race(times(CLIENTS, () => () => market.admin.post('/measurement/create', reading)));
});

test('of different requests with one Idempotency-Key one is executed, and the others are refused', async ({
  market,
}) => {
  const key = { 'idempotency-key': crypto.randomUUID() };
  const bundles = await Promise.all(times(CLIENTS, () => market.bundle()));
  const replies = await Promise.all(
    bundles.map(({ id }) =>
      market.trader.post(
        '/certificate/cancel',
        { source_id: market.source.id, granular_certificate_bundle_ids: [id] },
        key,
      ),
    ),
  );
  const statuses = replies.map(({ statusCode }) => statusCode);
  expect(statuses.filter((status) => status === 202)).toEqual([202]);
  expect(statuses.filter((status) => ![202, 409, 422].includes(status))).toEqual([]);
  const cancelled = await Promise.all(bundles.map(({ id }) => read(market, id)));
  const done = cancelled.filter((bundle) => bundle.certificate_bundle_status === 'Cancelled');
  expect(done).toHaveLength(1);
});

test('energy is conserved after all races, on both servers', ({ registry }) => expectConserved(registry));
