import { describe, expect } from 'vitest';
import { type BundleStatus, bundleStatuses, type Role, roleNames } from '../../src/rules/enums.ts';
import { lifecycle, statusTransitions } from '../../src/rules/lifecycle.ts';
import { type Action, type Bundle, expectConserved, type TradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';

/** One user of each role in the account, and one outside it. */
const insiders = new Map<Role, Client>();
const outsiders = new Map<Role, Client>();

test.beforeAll(async ({ registry, market }) => {
  for (const role of roleNames) {
    insiders.set(role, await registry.as(role));
    outsiders.set(role, await registry.as(role));
  }
  const user_ids = [...insiders.values(), market.trader].map(({ userId }) => userId);
  const { statusCode } = await market.admin.patch(`/account/update/${market.source.id}`, { user_ids });
  expect(statusCode).toBe(200);
});

const ACTIONS = [
  'transfer',
  'cancel',
  'claim',
  'reserve',
  'unreserve',
  'lock',
  'unlock',
  'withdraw',
] as const;
type ActionName = (typeof ACTIONS)[number];

const TRADERS: readonly Role[] = ['TRADING_USER', 'PRODUCTION_USER', 'ADMIN'];

const mayAct = (action: ActionName, role: Role) =>
  lifecycle[action].performer === 'admin' ? role === 'ADMIN' : TRADERS.includes(role);

/** A status that a bundle of this status may have had when it was locked or split. */
const asides = (status: BundleStatus): (BundleStatus | undefined)[] =>
  status === 'Locked' || status === 'Bundle Split'
    ? statusTransitions().flatMap(([from, to]) => (to === status ? [from] : []))
    : [undefined];

const bundleStates = bundleStatuses.flatMap((status) =>
  asides(status).map((aside) => ({
    status,
    aside,
    name: aside === undefined ? status : `${status}, and was ${aside}`,
  })),
);

/** The expected outcome: first by role, then by ownership of the account, then by status. */
function rightStatus(action: ActionName, status: BundleStatus, role: Role, isInside: boolean): number {
  if (!mayAct(action, role)) return 403;
  if (!isInside && role !== 'ADMIN') return 404;
  return lifecycle[action].from.some((each) => each === status) ? 202 : 409;
}

const perform = (market: TradingPair, client: Client | undefined, action: ActionName, id: number) =>
  client?.post(`/certificate/${action}`, {
    source_id: market.source.id,
    granular_certificate_bundle_ids: [id],
    ...(action === 'transfer' ? { target_id: market.target.id } : {}),
    ...(lifecycle[action].reasonRequired ? { reason: 'A test' } : {}),
  });

const read = async (market: TradingPair, id: number): Promise<Bundle> =>
  (await market.admin.get(`/certificate/${id}`)).json();

const callers = roleNames.flatMap((role) => [
  { role, isInside: true },
  { role, isInside: false },
]);

describe.each(ACTIONS)('%s', (action) => {
  test.for(bundleStates)('on a bundle that is $name', async ({ status, aside }, { market }) => {
    const unchanged = await market.bundleIn(status, aside);
    const before = await read(market, unchanged.id);
    for (const { role, isInside } of callers) {
      const right = rightStatus(action, status, role, isInside);
      const { id } = right === 202 ? await market.bundleIn(status, aside) : unchanged;
      const answer = await perform(market, (isInside ? insiders : outsiders).get(role), action, id);
      expect(answer?.statusCode, `${role}, ${isInside ? 'inside' : 'outside'}: ${answer?.body}`).toBe(right);
      if (right !== 202) continue;
      const { to } = lifecycle[action];
      expect((await read(market, id)).certificate_bundle_status).toBe(to === 'before lock' ? aside : to);
    }
    expect(await read(market, unchanged.id)).toEqual(before);
  });
});

test('every status that a lock or a split can store as the prior status is tested', () => {
  const put = bundleStates.flatMap(({ aside, name }) => (aside === undefined ? [] : [name]));
  expect(put.toSorted()).toEqual([
    'Bundle Split, and was Active',
    'Bundle Split, and was Cancelled',
    'Bundle Split, and was Reserved',
    'Locked, and was Active',
    'Locked, and was Reserved',
  ]);
});

test('every action of the table is tested here, except expiry and the two that have no operation yet', () => {
  expect([...ACTIONS, 'expire', 'export', 'cancel_for_storage'].toSorted()).toEqual(
    Object.keys(lifecycle).toSorted(),
  );
});

test('a refusal by the lifecycle is recorded with its user', async ({ registry, market }) => {
  const { id } = await market.bundleIn('Claimed');
  const answer = await perform(market, market.trader, 'transfer', id);
  const { rows } = await registry.primary.query<Action>(
    'SELECT action_type, action_result, source_id::int, user_id::int, bundle_ids::int[] FROM action WHERE id = $1',
    [answer?.json().action_id],
  );
  expect(rows).toEqual([
    {
      action_type: 'transfer',
      action_result: 'Failure',
      source_id: market.source.id,
      user_id: market.trader.userId,
      bundle_ids: [id],
    },
  ]);
});

test('energy is conserved on both servers', ({ registry }) => expectConserved(registry));
