/** A body of the kind that is most work for the process, within the limits of its operation or just beyond them. */
export interface WorstBody {
  readonly name: string;
  readonly path: string;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the bodies refer to. */
export interface Named {
  readonly accountId: number;
  /** Active bundles of that account, as many as one action may name, each of several Wh. */
  readonly bundleIds: readonly number[];
}

const many = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(',');
const object = (fields: Record<string, unknown>, more = '') =>
  `${JSON.stringify(fields).slice(0, -1)}${more && `,${more}`}}`;

const INSTANT = '2025-01-12T14:00:00Z';
const LISTED = 10_000;
const FORM = 'application/x-www-form-urlencoded';

/** Within 8 KiB, by anybody. */
const ofLogin: readonly WorstBody[] = [
  { name: 'nested arrays', body: '['.repeat(8_000) },
  { name: 'unknown fields', body: `{${many(499, (n) => `"usernam${n}":1`)}}` },
  {
    name: 'unknown fields of a form',
    body: Array.from({ length: 499 }, (_, n) => `k${n}=1`).join('&'),
    type: FORM,
  },
  { name: 'too many fields of a form', body: 'a&'.repeat(4_000), type: FORM },
].map((each) => ({ ...each, path: '/auth/login' }));

/** Within 64 KiB. */
const ofRecords: readonly WorstBody[] = [
  { name: 'unknown fields', body: `{${many(1_000, (n) => `"${n}device_name":1`)}}` },
  { name: 'one field with a long name', body: `{"${'x'.repeat(60_000)}":1}` },
  { name: 'a name twice, and objects', body: `{"a":1,"a":${`[${many(99, () => '{}')}]`}}` },
  {
    name: 'combining characters',
    body: object({ grid: `a${'\u0315\u0300'.repeat(15_000)}`, local_device_identifier: 'é'.repeat(700) }),
  },
  { name: 'a number of many digits', body: `{"power_mw":${'9'.repeat(65_000)}}` },
  { name: 'escapes', body: `{"device_name":"${'\\u0041'.repeat(10_000)}"}` },
].map((each) => ({ ...each, path: '/device/create' }));

const ofAccounts: readonly WorstBody[] = [
  { name: 'wrong items', body: object({ account_name: 'A' }, `"user_ids":[${many(3_900, () => '0')}]`) },
  {
    name: 'users that do not exist',
    body: object({ account_name: 'A', user_ids: Array.from({ length: 1_000 }, (_, n) => 900_000 + n) }),
  },
].map((each) => ({ ...each, path: '/account/create' }));

/** Within 1.5 MiB. */
function ofActions({ accountId, bundleIds }: Named): readonly WorstBody[] {
  const whole = { source_id: accountId, granular_certificate_bundle_ids: bundleIds };
  const withIds = (ids: string) =>
    object({ source_id: accountId }, `"granular_certificate_bundle_ids":[${ids}]`);
  return [
    { name: 'more ids than an action may name', body: withIds(many(49_000, (n) => `${n + 1}`)) },
    { name: 'ids that are no numbers', body: withIds(many(49_000, () => '""')) },
    { name: 'more values than a body may have', body: withIds(many(700_000, () => '1')) },
    {
      name: 'ids of no bundle',
      body: withIds(many(LISTED, (n) => `${900_000_000 + n}`)),
      headers: { 'idempotency-key': crypto.randomUUID() },
    },
    { name: 'nested arrays', body: withIds(many(187, () => `${'['.repeat(61)}${']'.repeat(61)}`)) },
    {
      name: 'a long beneficiary',
      body: object({ ...whole, granular_certificate_bundle_ids: [1], beneficiary: 'x'.repeat(1_500_000) }),
    },
    { name: 'escapes', body: object(whole, `"beneficiary":"${'\\u0001'.repeat(120_000)}"`) },
    { name: 'numbers of many digits', body: withIds(many(2_500, () => '9'.repeat(400))) },
    // Dry runs: they do the work of the action, and can be repeated.
    { name: '10 000 bundles, whole', path: '/certificate/reserve?dry_run=true', body: object(whole) },
    {
      name: '10 000 splits',
      path: '/certificate/reserve?dry_run=true',
      body: object({ ...whole, certificate_bundle_percentage: 0.5 }),
    },
  ].map((each) => ({ path: '/certificate/cancel', ...each }));
}

function ofQueries({ accountId }: Named): readonly WorstBody[] {
  const issuances = many(LISTED, (n) => `"${n + 1}-${INSTANT}"`);
  const slots = many(LISTED, (n) => `[${n + 1},"${INSTANT}"]`);
  const withLists = (ids: string, pairs: string) =>
    object({ source_id: accountId, limit: 1 }, `"issuance_ids":[${ids}],"sparse_filter_list":[${pairs}]`);
  return [
    { name: '10 000 issuance ids and 10 000 intervals', body: withLists(issuances, slots) },
    {
      name: 'the same, none of them valid',
      body: withLists(
        many(LISTED, () => `"1-2025-02-30T14:00:00Z"`),
        many(LISTED, () => '["x","y"]'),
      ),
    },
    {
      name: 'the last ones not valid',
      body: withLists(issuances, `${slots.slice(0, -1)},1]`),
    },
    {
      name: 'too many arrays',
      body: withLists(
        '',
        many(100_000, () => '[]'),
      ),
    },
    {
      name: 'objects instead of intervals',
      body: withLists(
        '',
        many(990, (n) => `{"a${n}":{}}`),
      ),
    },
  ].map((each) => ({ ...each, path: '/certificate/query' }));
}

function ofRecurring({ accountId }: Named): WorstBody {
  const schedule = {
    source_id: accountId,
    certificate_quantity: 1,
    recurring_action_period_units: 'days',
    recurring_action_period_quantity: 1,
    number_of_recurring_actions: 1,
    initial_action_datetime: '2999-01-01T00:00:00Z',
  };
  return {
    name: 'a filter of 10 000 intervals, with a key',
    path: '/certificate/recurring_cancel',
    body: object(schedule, `"sparse_filter_list":[${many(LISTED, (n) => `[${n + 1},"${INSTANT}"]`)}]`),
    headers: { 'idempotency-key': crypto.randomUUID() },
  };
}

export const worstBodies = (named: Named): readonly WorstBody[] => [
  ...ofLogin,
  ...ofRecords,
  ...ofAccounts,
  ...ofActions(named),
  ...ofQueries(named),
  ofRecurring(named),
];
