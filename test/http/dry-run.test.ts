import { expect } from 'vitest';
import { z } from 'zod';
import { operations } from '../../src/http/operations.ts';
import type { BundleStatus } from '../../src/rules/enums.ts';
import { lifecycle } from '../../src/rules/lifecycle.ts';
import { anAccount, expectConserved, type TradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { daily } from '../harness/recurring.ts';
import type { TestRegistry } from '../harness/registry.ts';

/** Each action is dry-run and then executed or refused: the responses agree, and the dry run changes no row. */

let registry: TestRegistry;
let market: TradingPair;
let auditor: Client;
/** An account that does not accept transfers from the source. */
let otherAccount: number;

test.beforeAll(async ({ registry: opened, market: pair }) => {
  registry = opened;
  market = pair;
  auditor = await registry.as('AUDIT_USER');
  otherAccount = (await anAccount(market.admin)).id;
});

interface Try {
  readonly what: string;
  readonly status: number;
  /** Fields of the request in addition to, or instead of, those that every request of the action has. */
  readonly fields?: (bundleId: number) => object;
  /** The status of the bundle; by default one that the action accepts. */
  readonly of?: BundleStatus;
  readonly by?: () => Client;
}

const tried = (what: string, status: number, fields: object = {}): Try => ({
  what,
  status,
  fields: () => fields,
});

const bundles = (...ids: number[]) => ({ granular_certificate_bundle_ids: ids });

const EVERY_ACTION: readonly Try[] = [
  tried('an unknown account', 404, { source_id: 999_999 }),
  { what: 'an account without the bundle', status: 404, fields: () => ({ source_id: otherAccount }) },
  { what: 'a role without permission', status: 403, by: () => auditor },
  { what: 'the user_id of another user', status: 403, fields: () => ({ user_id: auditor.userId }) },
  tried('an invalid field', 422, { user_id: 'me' }),
];

const OF_BUNDLES: readonly Try[] = [
  ...EVERY_ACTION,
  tried('a whole bundle', 202),
  { what: 'a bundle and an unknown one', status: 404, fields: (id) => bundles(id, 999_999) },
  { what: 'one bundle twice', status: 422, fields: (id) => bundles(id, id) },
  tried('an empty list', 422, bundles()),
  { what: 'a used bundle', status: 409, of: 'Claimed' },
];

const IN_PART: readonly Try[] = [
  ...OF_BUNDLES,
  tried('a quantity of a bundle', 202, { certificate_quantity: 30 }),
  tried('a percentage of a bundle', 202, { certificate_bundle_percentage: 0.29 }),
  tried('more than available', 422, { certificate_quantity: 101 }),
  tried('less than one certificate', 422, { certificate_bundle_percentage: 0.001 }),
];

const WHOLE: readonly Try[] = [
  ...OF_BUNDLES,
  tried('a part for an action on whole bundles', 422, { certificate_quantity: 30 }),
  tried('a missing reason', 422, { reason: null }),
];

const TARGETS: readonly Try[] = [
  { what: 'a target without a whitelist', status: 403, fields: () => ({ target_id: otherAccount }) },
  tried('an unknown target', 404, { target_id: 999_999 }),
];

const SCHEDULES: readonly Try[] = [
  ...EVERY_ACTION,
  tried('a schedule', 202),
  tried('a first run in the past', 422, { initial_action_datetime: '2026-03-15T11:59:59Z' }),
];

interface DryRunCase {
  /** The status that the action accepts. */
  readonly from?: BundleStatus;
  readonly isAdmins?: boolean;
  readonly tries: readonly Try[];
}

const ACTIONS: Readonly<Record<string, DryRunCase>> = {
  transfer: { from: 'Active', tries: [...IN_PART, ...TARGETS] },
  cancel: { from: 'Active', tries: [...IN_PART, tried('a beneficiary', 202, { beneficiary: 'School' })] },
  claim: {
    from: 'Cancelled',
    tries: [...IN_PART, tried('another beneficiary', 422, { beneficiary: 'School' })],
  },
  reserve: { from: 'Active', tries: IN_PART },
  unreserve: { from: 'Reserved', tries: IN_PART },
  lock: { from: 'Active', tries: WHOLE, isAdmins: true },
  unlock: { from: 'Locked', tries: WHOLE, isAdmins: true },
  withdraw: { from: 'Active', tries: WHOLE, isAdmins: true },
  recurring_transfer: { tries: [...SCHEDULES, ...TARGETS] },
  recurring_cancel: { tries: SCHEDULES },
};

test('every operation that returns an action has a dry run, and is tested here', () => {
  const paths = Object.keys(ACTIONS).map((name) => `/certificate/${name}`);
  const answering = operations.filter(({ answer }) => answer.description === 'The completed action');
  expect(answering.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
  const withDryRun = operations.filter(
    ({ queryParams }) => queryParams instanceof z.ZodObject && 'dry_run' in queryParams.shape,
  );
  expect(withDryRun.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
});

async function bodyOf(name: string, { from }: DryRunCase, { of = from, fields }: Try): Promise<object> {
  const { id } = of === undefined ? { id: 0 } : await market.bundleIn(of);
  const { source, target } = market;
  const asked = of === undefined ? daily(market) : { source_id: source.id, ...bundles(id) };
  return {
    ...asked,
    ...(name.endsWith('transfer') ? { target_id: target.id } : {}),
    ...(ACTIONS[name]?.isAdmins ? { reason: 'A test' } : {}),
    ...fields?.(id),
  };
}

/** A digest of each table of the registry. */
async function everyRow(): Promise<Record<string, string>> {
  const { rows: tables } = await registry.primary.query(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const digests = tables.map(async ({ name }): Promise<[string, string]> => {
    const { rows } = await registry.primary.query(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') AS digest FROM "${name}" t`,
    );
    return [name, rows[0].digest];
  });
  return Object.fromEntries(await Promise.all(digests));
}

/** Fields in which two responses to one request may differ: the ids of new records, and the mark of a dry run. */
const VOLATILE = ['id', 'recurring_action_id', 'action_id', 'instance', 'action_result'];

/** The response without those fields; of the resulting bundles, only those that existed before. */
function lasting(answer: Answer): unknown {
  const given = answer.granular_certificate_bundle_ids;
  const text = JSON.stringify(answer, (name, value) => {
    if (VOLATILE.includes(name)) return undefined;
    return name === 'resulting_bundle_ids'
      ? value.map((id: number) => (given.includes(id) ? id : 'new'))
      : value;
  });
  return JSON.parse(text);
}

type Answer = Record<string, unknown> &
  Record<'resulting_bundle_ids' | 'granular_certificate_bundle_ids', number[]>;

/** The resulting bundles that did not exist before. */
const newIn = ({ resulting_bundle_ids: ids, granular_certificate_bundle_ids: given }: Answer) =>
  ids.filter((id) => !given.includes(id));

async function existing(ids: readonly number[]): Promise<number[]> {
  const { rows } = await registry.primary.query('SELECT id::int FROM bundle WHERE id = ANY ($1)', [ids]);
  return rows.map(({ id }) => id);
}

const CASES = Object.entries(ACTIONS).flatMap(([name, action]) =>
  action.tries.map((each) => ({ name, action, each, what: each.what, status: each.status })),
);

test.each(CASES)('$name of $what: $status, also in a dry run, which changes no row', async (given) => {
  const { name, action, each, status } = given;
  const body = await bodyOf(name, action, each);
  const by = each.by?.() ?? (action.isAdmins ? market.admin : market.trader);
  const ask = async (query: string): Promise<Answer> => {
    const answer = await by.post(`/certificate/${name}${query}`, body);
    expect(answer.statusCode, answer.body).toBe(status);
    return answer.json();
  };
  const before = await everyRow();
  const dry = await ask('?dry_run=true');
  expect(await everyRow()).toEqual(before);
  const real = await ask('');
  expect(lasting(dry)).toEqual(lasting(real));
  expect(dry).not.toHaveProperty('action_id');
  if (status !== 202) return;
  expect([dry.action_result, real.action_result]).toEqual(['Dry run', 'Success']);
  expect(await everyRow()).not.toEqual(before);
  expect(await existing(newIn(real))).toEqual(newIn(real));
  expect(await existing(newIn(dry))).toEqual([]);
});

test('a dry run that splits a bundle writes none, so that it is short for all who wait for it', async () => {
  const drawn = async () => {
    const { rows } = await registry.primary.query(
      `SELECT (SELECT last_value FROM bundle_id_seq)::int AS bundles,
              (SELECT last_value FROM journal_id_seq)::int AS entries`,
    );
    return rows[0];
  };
  const { id } = await market.bundle();
  const before = await drawn();
  const body = { source_id: market.source.id, ...bundles(id), certificate_quantity: 30 };
  expect((await market.trader.post('/certificate/cancel?dry_run=true', body)).statusCode).toBe(202);
  // The entry of the action, which is rolled back.
  expect(await drawn()).toEqual({ bundles: before.bundles, entries: before.entries + 1 });
});

test('every action that takes part of a bundle is tested with one', () => {
  const parted = CASES.filter(({ what, status }) => /of a bundle$/.test(what) && status === 202);
  const takesParts = Object.entries(lifecycle).filter(([, { wholeBundlesOnly }]) => !wholeBundlesOnly);
  const names = takesParts.map(([name]) => name).filter((name) => name in ACTIONS);
  expect([...new Set(parted.map(({ name }) => name))].toSorted()).toEqual(names.toSorted());
});

test('energy is conserved on both servers', () => expectConserved(registry));
