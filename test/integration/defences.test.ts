import pg from 'pg';
import { afterAll, describe, expect } from 'vitest';
import { type BundleStatus, bundleStatuses } from '../../src/rules/enums.ts';
import { statusTransitions } from '../../src/rules/lifecycle.ts';
import {
  aBundle,
  aDevice,
  type Bundle,
  expectConserved,
  hoursAgo,
  type TradingPair,
} from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';
import {
  CHECK,
  EXCLUSION,
  type Header,
  insertIssuance,
  insertSlice,
  REFUSED,
  refusalOf,
  retire,
  type Slice,
  UNIQUE,
} from './database-rejections.ts';

/** Statements on certificates that Postgres refuses to the application's role and to the owner of the tables. */

let registry: TestRegistry;
let market: TradingPair;
let app: pg.Pool;

test.beforeAll(({ registry: opened, market: pair }) => {
  registry = opened;
  market = pair;
  app = new pg.Pool({ connectionString: registry.config.DATABASE_WRITE_URL, max: 2 });
});
afterAll(() => app.end());

/** The roles that write: the application's, and the owner of the tables, whom only triggers restrict. */
const writers = [
  ['registry_app', () => app],
  ['the owner', () => registry.primary],
] as const;

const shared = new Map<BundleStatus, Promise<Bundle>>();

/** A bundle of 100 Wh in a status, for statements that are refused: they leave it as it is, so tests share it. */
function bundleToKeep(status: BundleStatus = 'Active'): Promise<Bundle> {
  const known = shared.get(status) ?? market.bundleIn(status);
  shared.set(status, known);
  return known;
}

const device = async () => (await aDevice(market.admin, { account_id: market.source.id })).id;

const insertWithdrawn = (id: number, start: string, end: string) =>
  insertIssuance(market, id, {
    start,
    end,
    first: 11,
    last: 20,
    more: { issuance_id: `'withdrawn ${start}'`, withdrawn_at: 'now()' },
  });

describe.each(writers)('%s', (_, pool) => {
  test('can split a bundle into two children that tile it', async () => {
    const parent = await market.bundle({ quantity: 100 });
    const split = [
      retire(parent),
      insertSlice(parent, { from: 0, to: 29 }),
      insertSlice(parent, { from: 30, to: 99 }),
    ];
    expect(await refusalOf(pool(), ...split)).toBe('nothing was refused');
  });

  test.each<[string, Slice[]]>([
    [
      'leave out a certificate between them',
      [
        { from: 0, to: 29 },
        { from: 31, to: 99 },
      ],
    ],
    [
      'leave out a certificate at the end',
      [
        { from: 0, to: 29 },
        { from: 30, to: 98 },
      ],
    ],
    [
      'overlap',
      [
        { from: 0, to: 30 },
        { from: 30, to: 99 },
      ],
    ],
    [
      'exceed the parent',
      [
        { from: 0, to: 29 },
        { from: 30, to: 100 },
      ],
    ],
    ['equal the parent', [{ from: 0, to: 99 }]],
    [
      'are three',
      [
        { from: 0, to: 29 },
        { from: 30, to: 59 },
        { from: 60, to: 99 },
      ],
    ],
    ['do not exist', []],
    [
      'belong to another account',
      [
        { from: 0, to: 29, account: 2 },
        { from: 30, to: 99 },
      ],
    ],
    [
      'have another status',
      [
        { from: 0, to: 29, status: 'Reserved' },
        { from: 30, to: 99 },
      ],
    ],
    [
      'are split themselves',
      [
        { from: 0, to: 29, status: 'Bundle Split' },
        { from: 30, to: 99 },
      ],
    ],
  ])('cannot split a bundle into children that %s', async (_name, slices) => {
    const parent = await bundleToKeep();
    const children = slices.map((slice) =>
      insertSlice(parent, { ...slice, ...(slice.account ? { account: market.target.id } : {}) }),
    );
    expect(await refusalOf(pool(), retire(parent), ...children)).toMatch(/^(23000|23505)$/);
  });

  test('cannot insert a slice beside a live one that has its certificates', async () => {
    const bundle = await bundleToKeep();
    for (const parent of [bundle.id, null]) {
      expect(await refusalOf(pool(), insertSlice(bundle, { from: 10, to: 20 }, parent))).toBe(REFUSED);
    }
    expect(await refusalOf(pool(), insertSlice(bundle, { from: 0, to: 99 }, null))).toBe(UNIQUE);
  });

  test('cannot insert a third child of a split, even after the other two were split', async () => {
    const parent = await market.bundle({ quantity: 100 });
    const [child] = (await market.transfer([parent.id], { certificate_quantity: 50 })).json()
      .resulting_bundle_ids;
    expect(await refusalOf(pool(), insertSlice(parent, { from: 0, to: 9 }))).toMatch(/^(23000|23505)$/);
    await market.receiver.post('/certificate/cancel', {
      source_id: market.target.id,
      granular_certificate_bundle_ids: [child],
      certificate_quantity: 10,
    });
    expect(await refusalOf(pool(), insertSlice(parent, { from: 5, to: 8 }))).toBe(REFUSED);
  });

  test('cannot insert an empty slice, or one that ends before its start', async () => {
    const bundle = await bundleToKeep();
    expect(await refusalOf(pool(), insertSlice(bundle, { from: 20, to: 19 }))).toBe(CHECK);
    expect(await refusalOf(pool(), insertSlice(bundle, { from: 20, to: 10 }))).toBe(CHECK);
  });

  test.each([
    ...bundleStatuses.flatMap((from) =>
      bundleStatuses
        .filter((to) => to !== from && !statusTransitions().some(([a, b]) => a === from && b === to))
        .map((to) => [from, to] as const),
    ),
  ])('cannot change %s to %s', async (from, to) => {
    const { id } = await bundleToKeep(from);
    const prior =
      to === 'Locked' || to === 'Bundle Split' ? ', prior_status = status' : ', prior_status = NULL';
    const refused = await refusalOf(pool(), `UPDATE bundle SET status = '${to}'${prior} WHERE id = ${id}`);
    // A live parent would also overlap its own first child.
    expect(refused).toBe(from === 'Bundle Split' ? UNIQUE : REFUSED);
  });

  test('can unlock a bundle only to its prior status', async () => {
    const { id } = await bundleToKeep('Locked');
    const unlock = `UPDATE bundle SET status = 'Reserved', prior_status = NULL WHERE id = ${id}`;
    expect(await refusalOf(pool(), unlock)).toBe(REFUSED);
  });

  test.each(['Reserved', 'Cancelled', 'Claimed', 'Withdrawn', 'Expired'] as const)(
    'cannot move a bundle that is %s to another account',
    async (status) => {
      const { id } = await bundleToKeep(status);
      const move = `UPDATE bundle SET account_id = ${market.target.id} WHERE id = ${id}`;
      expect(await refusalOf(pool(), move)).toBe(REFUSED);
    },
  );

  test('can set a beneficiary only at cancellation, and cannot change it', async () => {
    for (const status of ['Active', 'Cancelled'] as const) {
      const { id } = await bundleToKeep(status);
      const name = `UPDATE bundle SET beneficiary = 'A thief' WHERE id = ${id}`;
      expect(await refusalOf(pool(), name)).toBe(REFUSED);
    }
  });

  test.each([
    'bundle',
    'issuance',
    'account',
    'action',
    'recurring_action',
    'journal',
    'registry_user',
    'device',
    'issuance_metadata',
  ])('cannot delete a row of %s', async (table) => {
    await bundleToKeep();
    expect(await refusalOf(pool(), `DELETE FROM ${table}`)).toMatch(/^(23001|42501)$/);
    expect(await refusalOf(pool(), `TRUNCATE ${table} CASCADE`)).toMatch(/^(23001|42501)$/);
  });

  test('cannot issue for an instant of a live issuance', async () => {
    const id = await device();
    expect(await refusalOf(pool(), insertIssuance(market, id))).toBe('nothing was refused');
    for (const [start, end] of [
      ['2026-01-01T00:00Z', '2026-01-01T01:00Z'],
      ['2026-01-01T00:30Z', '2026-01-01T01:30Z'],
      ['2025-12-31T23:30Z', '2026-01-01T00:15Z'],
    ] as const) {
      const again = insertIssuance(market, id, {
        start,
        end,
        first: 11,
        last: 20,
        more: { issuance_id: `'${start}'` },
      });
      expect(await refusalOf(pool(), again)).toBe(EXCLUSION);
      expect(await refusalOf(pool(), insertWithdrawn(id, start, end))).toBe(REFUSED);
    }
  });

  test.each<[string, Header, RegExp]>([
    ['ids past the next unused one', { first: 2, last: 11 }, /^23000$/],
    ['no certificates', { first: 1, last: 0 }, /^23514$/],
    ['more than an hour', { end: '2026-01-01T01:01Z' }, /^23514$/],
    ['an empty interval', { end: '2026-01-01T00:00Z' }, /^(23514|23P01)$/],
    ['an expiry before its end', { more: { expiry: `'2025-12-31'` } }, /^23514$/],
    ['a face value of 2', { more: { face_value: '2' } }, /^23514$/],
    ['a version without the one before it', { more: { issue_version: '2' } }, /^23000$/],
    ['a predecessor for a first version', { more: { replaces_id: '1' } }, /^23000$/],
    ['more than its device can produce', { last: 110_000_001 }, /^23000$/],
    [
      'an hour before its device operates',
      { start: '2014-12-31T23:00Z', end: '2015-01-01T00:00Z' },
      /^23000$/,
    ],
    ['a part of the hour of a device with hours', { end: '2026-01-01T00:30Z' }, /^23000$/],
    ['an expiry that is not two years after its end', { more: { expiry: `'2028-01-01T02:00Z'` } }, /^23000$/],
  ])('cannot issue with %s', async (_name, header, refused) => {
    expect(await refusalOf(pool(), insertIssuance(market, await device(), header))).toMatch(refused);
  });

  test('can issue exactly what a device can produce in an hour, with the margin', async () => {
    const most = insertIssuance(market, await device(), { last: 110_000_000 });
    expect(await refusalOf(pool(), most)).toBe('nothing was refused');
  });

  test('cannot issue into another account than that of the device', async () => {
    const stolen = insertIssuance({ ...market, source: market.target }, await device());
    expect(await refusalOf(pool(), stolen)).toBe(REFUSED);
  });

  test('cannot issue ids again', async () => {
    const id = await device();
    await refusalOf(pool(), insertIssuance(market, id));
    const next = { start: '2026-01-01T01:00Z', end: '2026-01-01T02:00Z' };
    expect(await refusalOf(pool(), insertIssuance(market, id, { ...next, first: 5, last: 14 }))).toBe(
      REFUSED,
    );
    expect(await refusalOf(pool(), insertIssuance(market, id, { ...next, first: 1, last: 10 }))).toMatch(
      /^(23000|23505)$/,
    );
  });

  test('cannot issue a header without its bundle, or with less than was issued', async () => {
    const id = await device();
    expect(await refusalOf(pool(), insertIssuance(market, id, {}, false))).toBe(REFUSED);
    const less = insertIssuance(market, id).replace(
      'range_start, range_end, sha256',
      'range_start, range_end - 1, sha256',
    );
    expect(await refusalOf(pool(), less)).toBe(REFUSED);
  });

  test('can write certificates only at read committed, where neighbours are visible', async () => {
    const id = await device();
    for (const level of ['REPEATABLE READ', 'SERIALIZABLE']) {
      const refused = await refusalOf(
        pool(),
        `SET TRANSACTION ISOLATION LEVEL ${level}`,
        insertIssuance(market, id),
      );
      expect(refused).toBe(REFUSED);
    }
  });
});

test('the database has the same status transitions as the rules', async () => {
  const { rows } = await registry.primary.query(
    'SELECT from_status, to_status FROM bundle_status_transition',
  );
  const sorted = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map((pair) => pair.join(' -> ')).toSorted();
  expect(sorted(rows.map(({ from_status, to_status }) => [from_status, to_status]))).toEqual(
    sorted(statusTransitions()),
  );
});

test('two concurrent transactions split a bundle once', async () => {
  const parent = await market.bundle({ quantity: 100 });
  const split = [
    retire(parent),
    insertSlice(parent, { from: 0, to: 49 }),
    insertSlice(parent, { from: 50, to: 99 }),
  ];
  const outcomes = await Promise.all([refusalOf(app, ...split), refusalOf(app, ...split)]);
  expect(outcomes.toSorted()).toEqual([REFUSED, 'nothing was refused']);
});

test('two concurrent transactions issue the same ids of a device once', async () => {
  const id = await device();
  const hours = [hoursAgo(700), hoursAgo(701)];
  const outcomes = await Promise.all(hours.map((hour) => refusalOf(app, insertIssuance(market, id, hour))));
  expect(outcomes.filter((outcome) => outcome === 'nothing was refused')).toHaveLength(1);
  const next = { device_id: id, metadata_id: market.metadataId, quantity: 5, ...hoursAgo(702) };
  expect((await aBundle(market.admin, next)).certificate_bundle_id_range_start).toBe(11);
});

test('energy is conserved on both servers', () => expectConserved(registry));
