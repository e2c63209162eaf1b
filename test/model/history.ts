import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/rules/enums.ts';
import { aDevice, anAccount, expectConserved, metadata } from '../harness/builders.ts';
import { openRegistry } from '../harness/registry.ts';
import { ModelRun } from './model-run.ts';
import { LIFECYCLE } from './reference-model.ts';
import { openAndClose, serialStep } from './serial-steps.ts';

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

/** The seed of the first history; a history that fails prints its seed. */
export const FIRST_SEED = setting('MODEL_SEED', 20_260_315);
const STEPS = setting('MODEL_STEPS', 10_000);
/** A history that has not met every rule after `STEPS` continues up to here. */
const MOST_STEPS = 2 * STEPS;
/** With 1, a seed repeats a history exactly; with more, the order of concurrent requests is up to the registry. */
const AT_ONCE = setting('MODEL_AT_ONCE', 4);
const ALL_COMPARED_EVERY = 500;

/** The refusals that a history of a few thousand steps must meet. */
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

/** A registry with users, accounts and devices, and a history without any steps. */
async function begin(seed: number): Promise<ModelRun> {
  const registry = await openRegistry({ CERTIFICATE_EXPIRY_YEARS: '1', ACCESS_TOKEN_EXPIRE_MINUTES: '1440' });
  const address = await registry.app.listen({ port: 0, host: '127.0.0.1' });
  const admin = await registry.as('ADMIN');
  const run = new ModelRun(registry, await metadata(admin), { seed, atOnce: AT_ONCE, address });
  for (const role of USERS) {
    const client = role === 'ADMIN' ? admin : await registry.as(role);
    run.clients.set(client.userId, client);
    run.ledger.roles.set(client.userId, role);
  }
  const users = [...run.clients.keys()];
  for (let n = 0; n < 6; n++) {
    const accepts = [...run.ledger.accounts.keys()];
    const members = [
      ...new Set([admin.userId, users[n + 1] ?? admin.userId, users[(n % 3) + 2] ?? admin.userId]),
    ];
    const { id, account_name: name } = await anAccount(admin, {
      user_ids: members,
      account_whitelist: accepts,
    });
    run.ledger.accounts.set(id, { id, name, users: members, everUsers: members, accepts, closed: false });
  }
  for (const [n, account] of [...run.ledger.accounts.keys()].slice(0, 4).entries()) {
    const minutes = n % 2 === 0 ? 60 : 30;
    const device = { account_id: account, power_mw: n + 1, granularity_minutes: minutes };
    const { id } = await aDevice(admin, device);
    run.ledger.devices.set(id, { id, account, powerMw: n + 1, minutes, lastId: 0 });
  }
  return run;
}

/** The answers that the history must meet and has not met yet. */
function notMet(run: ModelRun): string[] {
  const met = new Set([...run.answers.keys()].map((what) => what.replace(/^.* [345]\d\d /, '')));
  const done = Object.keys(LIFECYCLE).map((action) => `${action} 202`);
  const other = ['issue 201', 'whitelist 200', 'members 200', 'close 200', 'move device 200'];
  const recurring = ['transfer', 'cancel'].flatMap((action) => [
    `recurring_${action} 202`,
    `run of recurring_${action} done`,
    `run of recurring_${action} refused`,
  ]);
  return [...done, ...other, ...recurring, ...REFUSALS].filter((each) => !met.has(each));
}

/** Compares what each step touched, and everything every few hundred steps; then checks the conservation of energy. */
async function runSteps(run: ModelRun): Promise<void> {
  await openAndClose(run);
  for (let compared = 0; run.steps < STEPS || (run.steps < MOST_STEPS && notMet(run).length > 0); ) {
    await (run.rng.chance(12) ? serialStep(run) : run.wave());
    if (run.steps - compared < ALL_COMPARED_EVERY) continue;
    compared = run.steps;
    await run.expectAll();
    await expectConserved(run.registry);
  }
  await run.expectAll();
  await expectConserved(run.registry);
}

/** Tests that compare a long random history over HTTP with a second implementation of the rules. */
export function longRun(seed: number): void {
  let run: ModelRun;

  beforeAll(async () => {
    run = await begin(seed);
  });
  afterAll(() => run.registry.close());

  test(
    `${STEPS} random steps, up to ${AT_ONCE} at a time (MODEL_SEED=${seed}), get the answers and effects of the reference model`,
    {
      timeout: 60_000 + MOST_STEPS * 100,
    },
    () => runSteps(run),
  );

  describe('after the history', () => {
    expectCoverage(() => run);
    expectConsistency(() => run);
  });
}

function expectCoverage(run: () => ModelRun): void {
  test('every action was executed, and every rule has refused a request', () => {
    expect(notMet(run())).toEqual([]);
  });

  test('withdrawn intervals were issued again, as new versions', async () => {
    const { rows } = await run().registry.primary.query(
      'SELECT issue_version AS version, replaces_id IS NOT NULL AS replaces FROM issuance WHERE issue_version > 1',
    );
    expect(rows).not.toEqual([]);
    expect(rows.filter(({ replaces }) => !replaces)).toEqual([]);
  });

  test('the registry expired bundles by itself', async () => {
    const { rows } = await run().registry.primary.query(
      `SELECT count(*)::int AS n FROM bundle WHERE status = 'Expired'`,
    );
    expect(rows[0].n).toBe(run().expired);
    expect(run().expired).toBeGreaterThan(0);
  });
}

function expectConsistency(run: () => ModelRun): void {
  test('the check of the registry finds no violation', async () => {
    const [admin = 0] = [...run().ledger.roles].find(([, role]) => role === 'ADMIN') ?? [];
    expect((await run().clientOf(admin).get('/certificate/check')).json()).toMatchObject({
      conserved: true,
    });
  });

  test('both servers hold the same rows', async () => {
    const digest = `SELECT count(*), md5(string_agg(to_jsonb(b)::text, '' ORDER BY id)) FROM bundle b`;
    const [primary, standby] = await Promise.all([
      run().registry.primary.query(digest),
      run().registry.standby.query(digest),
    ]);
    expect(standby.rows).toEqual(primary.rows);
  });

  test('no two bundles share a hash', async () => {
    const { rows } = await run().registry.primary.query(
      'SELECT hash FROM bundle GROUP BY hash HAVING count(*) > 1',
    );
    expect(rows).toEqual([]);
  });

  test('certificate ids of each device ascend from 1 without a gap', async () => {
    const { rows } = await run().registry.primary.query(
      `SELECT range_agg(int8range(range_start, range_end, '[]')) = int8multirange(int8range(1, max(range_end), '[]')) AS whole
       FROM issuance GROUP BY device_id`,
    );
    expect(rows).toEqual(Array.from({ length: run().ledger.devices.size }, () => ({ whole: true })));
  });
}
