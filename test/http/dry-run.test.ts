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

/** Each action is rehearsed, and then done or refused in earnest: the answers agree, and a rehearsal changes no row. */

let registry: TestRegistry;
let market: TradingPair;
let auditor: Client;
/** An account that accepts nothing from the source. */
let stranger: number;

test.beforeAll(async ({ registry: opened, market: pair }) => {
  registry = opened;
  market = pair;
  auditor = await registry.as('AUDIT_USER');
  stranger = (await anAccount(market.admin)).id;
});

interface Try {
  readonly what: string;
  readonly status: number;
  /** What the request has beside, or instead of, what every request of the action has. */
  readonly fields?: (bundleId: number) => object;
  /** Of the bundle; otherwise one that the action takes. */
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
  tried('an account that is not there', 404, { source_id: 999_999 }),
  { what: 'an account that holds no such bundle', status: 404, fields: () => ({ source_id: stranger }) },
  { what: 'a role that may not', status: 403, by: () => auditor },
  { what: 'a foreign user_id', status: 403, fields: () => ({ user_id: auditor.userId }) },
  tried('a field that makes no sense', 422, { user_id: 'me' }),
];

const OF_BUNDLES: readonly Try[] = [
  ...EVERY_ACTION,
  tried('a whole bundle', 202),
  { what: 'a bundle and one that is not there', status: 404, fields: (id) => bundles(id, 999_999) },
  { what: 'one bundle twice', status: 422, fields: (id) => bundles(id, id) },
  tried('no bundle', 422, bundles()),
  { what: 'a bundle that is used up', status: 409, of: 'Claimed' },
];

const IN_PART: readonly Try[] = [
  ...OF_BUNDLES,
  tried('a quantity of a bundle', 202, { certificate_quantity: 30 }),
  tried('a percentage of a bundle', 202, { certificate_bundle_percentage: 0.29 }),
  tried('more than there is', 422, { certificate_quantity: 101 }),
  tried('less than one certificate', 422, { certificate_bundle_percentage: 0.001 }),
];

const WHOLE: readonly Try[] = [
  ...OF_BUNDLES,
  tried('a part of what is taken whole', 422, { certificate_quantity: 30 }),
  tried('a lack of reason', 422, { reason: null }),
];

const TARGETS: readonly Try[] = [
  { what: 'a target that accepts nothing', status: 403, fields: () => ({ target_id: stranger }) },
  tried('a target that is not there', 404, { target_id: 999_999 }),
];

const SCHEDULES: readonly Try[] = [
  ...EVERY_ACTION,
  tried('a schedule', 202),
  tried('a first run in the past', 422, { initial_action_datetime: '2026-03-15T11:59:59Z' }),
];

interface Rehearsed {
  /** The status that it takes. */
  readonly from?: BundleStatus;
  readonly isAdmins?: boolean;
  readonly tries: readonly Try[];
}

const ACTIONS: Readonly<Record<string, Rehearsed>> = {
  transfer: { from: 'Active', tries: [...IN_PART, ...TARGETS] },
  cancel: { from: 'Active', tries: [...IN_PART, tried('a beneficiary', 202, { beneficiary: 'School' })] },
  claim: { from: 'Cancelled', tries: [...IN_PART, tried('a stranger', 422, { beneficiary: 'School' })] },
  reserve: { from: 'Active', tries: IN_PART },
  unreserve: { from: 'Reserved', tries: IN_PART },
  lock: { from: 'Active', tries: WHOLE, isAdmins: true },
  unlock: { from: 'Locked', tries: WHOLE, isAdmins: true },
  withdraw: { from: 'Active', tries: WHOLE, isAdmins: true },
  recurring_transfer: { tries: [...SCHEDULES, ...TARGETS] },
  recurring_cancel: { tries: SCHEDULES },
};

test('every operation that answers with an action has a dry run, and is tried here', () => {
  const paths = Object.keys(ACTIONS).map((name) => `/certificate/${name}`);
  const answering = operations.filter(({ answer }) => answer.description === 'The completed action');
  expect(answering.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
  const rehearsable = operations.filter(
    ({ queryParams }) => queryParams instanceof z.ZodObject && 'dry_run' in queryParams.shape,
  );
  expect(rehearsable.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
});

async function bodyOf(name: string, { from }: Rehearsed, { of = from, fields }: Try): Promise<object> {
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

/** What two answers to one request may differ in: the ids of what was made, and that one was a dry run. */
const PASSING = ['id', 'recurring_action_id', 'action_id', 'instance', 'action_result'];

/** An answer without that; of the bundles that carry the effect, those that were there before. */
function lasting(answer: Answer): unknown {
  const given = answer.granular_certificate_bundle_ids;
  const text = JSON.stringify(answer, (name, value) => {
    if (PASSING.includes(name)) return undefined;
    return name === 'resulting_bundle_ids'
      ? value.map((id: number) => (given.includes(id) ? id : 'new'))
      : value;
  });
  return JSON.parse(text);
}

type Answer = Record<string, unknown> &
  Record<'resulting_bundle_ids' | 'granular_certificate_bundle_ids', number[]>;

/** The bundles that the effect is on and that were not there before. */
const newIn = ({ resulting_bundle_ids: ids, granular_certificate_bundle_ids: given }: Answer) =>
  ids.filter((id) => !given.includes(id));

async function existing(ids: readonly number[]): Promise<number[]> {
  const { rows } = await registry.primary.query('SELECT id::int FROM bundle WHERE id = ANY ($1)', [ids]);
  return rows.map(({ id }) => id);
}

const CASES = Object.entries(ACTIONS).flatMap(([name, action]) =>
  action.tries.map((each) => ({ name, action, each, what: each.what, status: each.status })),
);

test.each(CASES)('$name of $what: $status, in a dry run too, which changes no row', async (given) => {
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

test('every action that takes a part of a bundle is tried with one', () => {
  const parted = CASES.filter(({ what, status }) => /of a bundle$/.test(what) && status === 202);
  const takesParts = Object.entries(lifecycle).filter(([, { wholeBundlesOnly }]) => !wholeBundlesOnly);
  const names = takesParts.map(([name]) => name).filter((name) => name in ACTIONS);
  expect([...new Set(parted.map(({ name }) => name))].toSorted()).toEqual(names.toSorted());
});

test('after all this, every watt-hour is in one live bundle, on both servers', () =>
  expectConserved(registry));
