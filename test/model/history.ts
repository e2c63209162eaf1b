import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/rules/enums.ts';
import { aDevice, anAccount, expectConserved, metadata } from '../harness/builders.ts';
import { openRegistry } from '../harness/registry.ts';
import { ModelRun } from './model-run.ts';
import { LAW } from './reference-model.ts';
import { openAndClose, serialStep } from './serial-steps.ts';

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

/** A walk that fails names its own seed; this one makes it the first walk's. */
export const FIRST_SEED = setting('MODEL_SEED', 20_260_315);
const STEPS = setting('MODEL_STEPS', 10_000);
/** Chance may owe a walk something rare: then it goes on for a while. */
const MOST_STEPS = 2 * STEPS;
/** With 1, a seed gives the same history to the last id; with more, who is first is the registry's affair. */
const AT_ONCE = setting('MODEL_AT_ONCE', 4);
const ALL_COMPARED_EVERY = 500;

/** What a walk of a few thousand steps cannot but meet. */
const REFUSALS = [
  'not-allowed',
  'not-the-caller',
  'invalid-fields',
  'not-found',
  'no-bundles',
  'duplicate-bundles',
  'bundles-not-found',
  'wrong-status',
  'bundle-expired',
  'quantity-and-percentage',
  'quantity-invalid',
  'percentage-invalid',
  'not-enough',
  'nothing-to-take',
  'whole-bundles-only',
  'reason-required',
  'same-account',
  'target-not-found',
  'not-whitelisted',
  'beneficiary-differs',
  'interval-invalid',
  'over-capacity',
  'already-issued',
  'account-has-devices',
  'account-holds-certificates',
];

const USERS: readonly Role[] = [
  'ADMIN',
  'PRODUCTION_USER',
  'TRADING_USER',
  'TRADING_USER',
  'TRADING_USER',
  'AUDIT_USER',
  'STORAGE_VALIDATOR',
];

/** A registry with some users, accounts and devices, and a walk that has not begun. */
async function begin(seed: number): Promise<ModelRun> {
  const registry = await openRegistry({ CERTIFICATE_EXPIRY_YEARS: '1', ACCESS_TOKEN_EXPIRE_MINUTES: '1440' });
  const address = await registry.app.listen({ port: 0, host: '127.0.0.1' });
  const admin = await registry.as('ADMIN');
  const walk = new ModelRun(registry, await metadata(admin), { seed, atOnce: AT_ONCE, address });
  for (const role of USERS) {
    const client = role === 'ADMIN' ? admin : await registry.as(role);
    walk.clients.set(client.userId, client);
    walk.ledger.roles.set(client.userId, role);
  }
  const users = [...walk.clients.keys()];
  for (let n = 0; n < 6; n++) {
    const accepts = [...walk.ledger.accounts.keys()];
    const members = [
      ...new Set([admin.userId, users[n + 1] ?? admin.userId, users[(n % 3) + 2] ?? admin.userId]),
    ];
    const { id, account_name: name } = await anAccount(admin, {
      user_ids: members,
      account_whitelist: accepts,
    });
    walk.ledger.accounts.set(id, { id, name, users: members, everUsers: members, accepts, closed: false });
  }
  for (const [n, account] of [...walk.ledger.accounts.keys()].slice(0, 4).entries()) {
    const minutes = n % 2 === 0 ? 60 : 30;
    const device = { account_id: account, power_mw: n + 1, granularity_minutes: minutes };
    const { id } = await aDevice(admin, device);
    walk.ledger.devices.set(id, { id, account, powerMw: n + 1, minutes, lastId: 0 });
  }
  return walk;
}

/** What the walk has not been answered yet, of what it must be. */
function notMet(walk: ModelRun): string[] {
  const met = new Set([...walk.told.keys()].map((what) => what.replace(/^.* [345]\d\d /, '')));
  const done = Object.keys(LAW).map((action) => `${action} 202`);
  const other = ['issue 201', 'whitelist 200', 'members 200', 'close 200', 'move device 200'];
  const recurring = ['transfer', 'cancel'].flatMap((action) => [
    `recurring_${action} 202`,
    `run of recurring_${action} done`,
    `run of recurring_${action} refused`,
  ]);
  return [...done, ...other, ...recurring, ...REFUSALS].filter((each) => !met.has(each));
}

/** After every step what it touched is compared, and every few hundred steps everything, with every watt-hour found. */
async function go(walk: ModelRun): Promise<void> {
  await openAndClose(walk);
  for (let compared = 0; walk.steps < STEPS || (walk.steps < MOST_STEPS && notMet(walk).length > 0); ) {
    await (walk.dice.chance(12) ? serialStep(walk) : walk.wave());
    if (walk.steps - compared < ALL_COMPARED_EVERY) continue;
    compared = walk.steps;
    await walk.expectAll();
    await expectConserved(walk.registry);
  }
  await walk.expectAll();
  await expectConserved(walk.registry);
}

/** The tests of a long random history over HTTP, which is held against a second, plain writing of the rules. */
export function longRun(seed: number): void {
  let walk: ModelRun;

  beforeAll(async () => {
    walk = await begin(seed);
  });
  afterAll(() => walk.registry.close());

  test(
    `${STEPS} random steps, up to ${AT_ONCE} at a time (MODEL_SEED=${seed}), are answered and do what the rules say`,
    {
      timeout: 60_000 + MOST_STEPS * 100,
    },
    () => go(walk),
  );

  describe('after the walk', () => {
    muchHasHappened(() => walk);
    allIsInItsPlace(() => walk);
  });
}

function muchHasHappened(walk: () => ModelRun): void {
  test('every action was done, and every rule has refused something', () => {
    expect(notMet(walk())).toEqual([]);
  });

  test('intervals had been withdrawn and issued again, as new versions', async () => {
    const { rows } = await walk().registry.primary.query(
      'SELECT issue_version AS version, replaces_id IS NOT NULL AS replaces FROM issuance WHERE issue_version > 1',
    );
    expect(rows).not.toEqual([]);
    expect(rows.filter(({ replaces }) => !replaces)).toEqual([]);
  });

  test('bundles had expired, by the registry itself', async () => {
    const { rows } = await walk().registry.primary.query(
      `SELECT count(*)::int AS n FROM bundle WHERE status = 'Expired'`,
    );
    expect(rows[0].n).toBe(walk().expired);
    expect(walk().expired).toBeGreaterThan(0);
  });
}

function allIsInItsPlace(walk: () => ModelRun): void {
  test('an administrator is told that everything is in its place', async () => {
    const [admin = 0] = [...walk().ledger.roles].find(([, role]) => role === 'ADMIN') ?? [];
    expect((await walk().clientOf(admin).get('/certificate/check')).json()).toMatchObject({
      conserved: true,
    });
  });

  test('both servers hold the same rows', async () => {
    const digest = `SELECT count(*), md5(string_agg(to_jsonb(b)::text, '' ORDER BY id)) FROM bundle b`;
    const [primary, standby] = await Promise.all([
      walk().registry.primary.query(digest),
      walk().registry.standby.query(digest),
    ]);
    expect(standby.rows).toEqual(primary.rows);
  });

  test('no two bundles share a hash', async () => {
    const { rows } = await walk().registry.primary.query(
      'SELECT hash FROM bundle GROUP BY hash HAVING count(*) > 1',
    );
    expect(rows).toEqual([]);
  });

  test('certificate ids of each device run from 1 without a hole', async () => {
    const { rows } = await walk().registry.primary.query(
      `SELECT range_agg(int8range(range_start, range_end, '[]')) = int8multirange(int8range(1, max(range_end), '[]')) AS whole
       FROM issuance GROUP BY device_id`,
    );
    expect(rows).toEqual(Array.from({ length: walk().ledger.devices.size }, () => ({ whole: true })));
  });
}
