import { describe, expect } from 'vitest';
import { anAccount, type Bundle, expectConserved, type TradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';

const read = async (market: TradingPair, id: number): Promise<Bundle> =>
  (await market.admin.get(`/certificate/${id}`)).json();

test('a transfer moves whole Active bundles to the target, still Active', async ({ market }) => {
  const bundles = [await market.bundle(), await market.bundle()];
  const ids = bundles.map(({ id }) => id);
  const answer = await market.transfer(ids);
  expect(answer.statusCode, answer.body).toBe(202);
  expect(answer.json()).toEqual({
    id: expect.any(Number),
    action_type: 'transfer',
    action_result: 'Success',
    source_id: market.source.id,
    target_id: market.target.id,
    user_id: market.trader.userId,
    beneficiary: null,
    granular_certificate_bundle_ids: ids,
    resulting_bundle_ids: ids,
    certificate_quantity: null,
    certificate_bundle_percentage: null,
    action_request_datetime: '2026-03-15T12:00:00Z',
    action_completed_datetime: '2026-03-15T12:00:00Z',
    details: {},
  });
  for (const bundle of bundles) {
    expect(await read(market, bundle.id)).toMatchObject({ ...bundle, account_id: market.target.id });
  }
});

test('transferred bundles can be used by the users of the target, and no longer by those of the source', async ({
  market,
}) => {
  const { id } = await market.bundle();
  await market.transfer([id]);
  expect((await market.transfer([id])).statusCode).toBe(404);
  const cancelled = await market.receiver.post('/certificate/cancel', {
    source_id: market.target.id,
    granular_certificate_bundle_ids: [id],
  });
  expect(cancelled.statusCode).toBe(202);
});

describe('the target', () => {
  const refused = async (market: TradingPair, target_id: number, id: number) => {
    const answer = await market.transfer([id], { target_id });
    expect(await read(market, id)).toMatchObject({
      account_id: market.source.id,
      certificate_bundle_status: 'Active',
    });
    return { status: answer.statusCode, code: answer.json().type?.split(':').at(-1) };
  };

  test('must have the source on its whitelist', async ({ market }) => {
    const stranger = await anAccount(market.admin);
    expect(await refused(market, stranger.id, (await market.bundle()).id)).toEqual({
      status: 403,
      code: 'not-whitelisted',
    });
  });

  test("is not accepted if only the source's whitelist contains the target", async ({ market }) => {
    const stranger = await anAccount(market.admin);
    await market.trader.patch(`/account/update_whitelist/${market.source.id}`, {
      add_to_whitelist: [stranger.id],
    });
    expect(await refused(market, stranger.id, (await market.bundle()).id)).toEqual({
      status: 403,
      code: 'not-whitelisted',
    });
  });

  test('refuses an account that it removed from its whitelist, until it is added again', async ({
    market,
  }) => {
    const { id } = await market.bundle();
    const open = await anAccount(market.admin, { account_whitelist: [market.source.id] });
    const list = (change: Record<string, number[]>) =>
      market.admin.patch(`/account/update_whitelist/${open.id}`, change);
    await list({ remove_from_whitelist: [market.source.id] });
    expect(await refused(market, open.id, id)).toEqual({ status: 403, code: 'not-whitelisted' });
    await list({ add_to_whitelist: [market.source.id] });
    expect((await market.transfer([id], { target_id: open.id })).statusCode).toBe(202);
  });

  test('must not be the source', async ({ market }) => {
    expect(await refused(market, market.source.id, (await market.bundle()).id)).toEqual({
      status: 422,
      code: 'same-account',
    });
  });

  test('must exist', async ({ market }) => {
    expect(await refused(market, 999_999, (await market.bundle()).id)).toEqual({
      status: 404,
      code: 'target-not-found',
    });
  });

  test('must not be closed', async ({ market }) => {
    const closed = await anAccount(market.admin, { account_whitelist: [market.source.id] });
    expect((await market.admin.delete(`/account/delete/${closed.id}`)).statusCode).toBe(200);
    expect(await refused(market, closed.id, (await market.bundle()).id)).toEqual({
      status: 404,
      code: 'target-not-found',
    });
  });

  test('is required', async ({ market }) => {
    const { id } = await market.bundle();
    expect((await market.transfer([id], { target_id: undefined })).statusCode).toBe(422);
  });
});

describe('the caller', () => {
  test('must be a user of the source: for others the account looks as if it did not exist', async ({
    market,
  }) => {
    const { id } = await market.bundle();
    const ask = (source_id: number) =>
      market.receiver.post('/certificate/transfer', {
        source_id,
        target_id: market.target.id,
        granular_certificate_bundle_ids: [id],
      });
    const [theirs, missing] = [await ask(market.source.id), await ask(999_999)];
    expect([theirs.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(theirs.json().type).toBe(missing.json().type);
    expect(await read(market, id)).toMatchObject({ account_id: market.source.id });
  });

  test('cannot transfer a bundle of another account by naming its own as source: it looks like a missing one', async ({
    market,
  }) => {
    const { id } = await market.bundle();
    await market.transfer([id]);
    const refusals = [];
    for (const wanted of [id, 999_999]) {
      const { instance: _, action_id: __, detail, ...rest } = (await market.transfer([wanted])).json();
      refusals.push({ ...rest, detail: detail.replace(String(wanted), 'N') });
    }
    expect(refusals[0]).toMatchObject({ status: 404 });
    expect(refusals[0]).toEqual(refusals[1]);
    expect(await read(market, id)).toMatchObject({ account_id: market.target.id });
  });

  test('is the user of the token: the user_id of another user is refused, its own is accepted', async ({
    market,
  }) => {
    const { id } = await market.bundle();
    expect((await market.transfer([id], { user_id: market.admin.userId })).statusCode).toBe(403);
    expect(await read(market, id)).toMatchObject({ account_id: market.source.id });
    const own = await market.transfer([id], { user_id: market.trader.userId });
    expect([own.statusCode, own.json().user_id]).toEqual([202, market.trader.userId]);
  });

  test('can be an administrator, for any account', async ({ market }) => {
    const { id } = await market.bundle();
    const answer = await market.admin.post('/certificate/transfer', {
      source_id: market.source.id,
      target_id: market.target.id,
      granular_certificate_bundle_ids: [id],
    });
    expect([answer.statusCode, answer.json().user_id]).toEqual([202, market.admin.userId]);
  });

  test.for(['AUDIT_USER', 'STORAGE_VALIDATOR'] as const)(
    'cannot have the role %s',
    async (role, { registry, market }) => {
      const { id } = await market.bundle();
      const client = await registry.as(role);
      const account = await anAccount(market.admin, { user_ids: [client.userId] });
      const answer = await client.post('/certificate/transfer', {
        source_id: account.id,
        target_id: market.target.id,
        granular_certificate_bundle_ids: [id],
      });
      expect(answer.statusCode).toBe(403);
    },
  );
});

describe('the list of bundles', () => {
  test.for([
    ['is not empty', () => []],
    ['names no bundle twice', (id: number) => [id, id]],
    ['names at most 10 000', () => Array.from({ length: 10_001 }, (_, n) => n + 1)],
  ] as const)('with %s is refused with 422', async ([_, list], { market }) => {
    const { id } = await market.bundle();
    expect((await market.transfer(list(id))).statusCode).toBe(422);
    expect(await read(market, id)).toMatchObject({ account_id: market.source.id });
  });

  test.for([[[0]], [[-1]], [[1.5]], [['1']], [null], [undefined], ['1']] as const)(
    'contains only ids: %j is refused with 422',
    async ([list], { market }) => {
      expect((await market.transfer([], { granular_certificate_bundle_ids: list })).statusCode).toBe(422);
    },
  );

  test('can contain 10 000 ids', async ({ market }) => {
    const answer = await market.transfer(Array.from({ length: 10_000 }, (_, n) => 1_000_000 + n));
    expect(answer.statusCode).toBe(404);
  });

  test('is all or nothing: with one missing bundle, none moves', async ({ market }) => {
    const bundles = [await market.bundle(), await market.bundle()];
    const [first, last] = bundles.map(({ id }) => id) as [number, number];
    expect((await market.transfer([first, 999_999, last])).statusCode).toBe(404);
    for (const bundle of bundles) expect(await read(market, bundle.id)).toMatchObject(bundle);
  });

  test('is all or nothing: with one bundle in another status, none moves', async ({ market }) => {
    const active = await market.bundle();
    const locked = await market.bundleIn('Locked');
    expect((await market.transfer([active.id, locked.id])).statusCode).toBe(409);
    expect(await read(market, active.id)).toMatchObject(active);
  });
});

test('energy is conserved on both servers', ({ registry }) => expectConserved(registry));
