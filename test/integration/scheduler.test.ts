import { afterEach, beforeEach, expect, vi } from 'vitest';
import { type Scheduler, startScheduler } from '../../src/scheduler/index.ts';
import { anExpiring, expiresIn } from '../harness/expiry.ts';
import { testWithOwnMarket as test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

let now: Date;
const schedulers: Scheduler[] = [];
const problems: string[] = [];

beforeEach(async () => {
  now = NOW;
});
afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((each) => each.stop()));
  problems.splice(0);
});

function start(registry: TestRegistry, clockMayDifferMs = Number.POSITIVE_INFINITY): Scheduler {
  const scheduler = startScheduler({
    database: registry.database,
    writeUrl: registry.config.DATABASE_WRITE_URL,
    clock: () => now,
    clockMayDifferMs,
    onError: (_, what) => problems.push(what),
  });
  schedulers.push(scheduler);
  return scheduler;
}

const until = (look: () => void | Promise<void>) => vi.waitFor(look, { timeout: 30_000, interval: 50 });

async function statusOf(registry: TestRegistry, id: number): Promise<string> {
  const { rows } = await registry.primary.query('SELECT status FROM bundle WHERE id = $1', [id]);
  return rows[0].status;
}

test('bundles expire when the clock reaches their time', async ({ registry, market }) => {
  const { id } = await anExpiring(market, 1);
  const scheduler = start(registry);
  await until(() => expect(scheduler.status().lastTickAt).toEqual(NOW));
  expect(await statusOf(registry, id)).toBe('Active');
  now = expiresIn(1);
  await until(async () => expect(await statusOf(registry, id)).toBe('Expired'));
  await until(() =>
    expect(scheduler.status()).toMatchObject({
      leads: true,
      bundlesExpired: 1,
      runsDone: 0,
      lastTickAt: now,
      problem: null,
    }),
  );
});

test('one of many processes leads, and another takes over when it ends', async ({ registry, market }) => {
  const [a, b] = [start(registry), start(registry)];
  await until(() => expect([a, b].filter((each) => each.status().leads)).toHaveLength(1));
  const [first, second] = a.status().leads ? [a, b] : [b, a];
  await first.stop();
  await until(() => expect(second.status().leads).toBe(true));
  const { id } = await anExpiring(market, 1);
  now = expiresIn(1);
  await until(async () => expect(await statusOf(registry, id)).toBe('Expired'));
  expect(first.status().leads).toBe(false);
});

test('a leader whose connection is lost is replaced, or leads again', async ({ registry, market }) => {
  const scheduler = start(registry);
  await until(() => expect(scheduler.status().leads).toBe(true));
  await registry.primary.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'registry-scheduler'`,
  );
  await until(() => expect(problems).toContain('the scheduler gave up leadership and tries to regain it'));
  const { id } = await anExpiring(market, 1);
  now = expiresIn(1);
  await until(async () => expect(await statusOf(registry, id)).toBe('Expired'));
  await until(() => expect(scheduler.status()).toMatchObject({ leads: true, problem: null }));
});

test('a process with a wrong clock expires nothing, and reports why', async ({ registry, market }) => {
  const { id } = await market.bundle();
  now = new Date(Date.now() + 40 * 365 * 24 * 3_600_000);
  const scheduler = start(registry, 60_000);
  await until(() => expect(scheduler.status().problem).toMatch(/clocks of this process and of the primary/));
  expect(await statusOf(registry, id)).toBe('Active');
  expect(scheduler.status()).toMatchObject({ bundlesExpired: 0, lastTickAt: null });
});

test('a process with a correct clock leads', async ({ registry }) => {
  now = new Date();
  const scheduler = start(registry, 3_600_000);
  await until(() =>
    expect(scheduler.status()).toMatchObject({ leads: true, lastTickAt: now, problem: null }),
  );
});

test('a stopped scheduler executes nothing', async ({ registry }) => {
  const scheduler = start(registry);
  await until(() => expect(scheduler.status().leads).toBe(true));
  await scheduler.stop();
  await until(async () => {
    const { rows } = await registry.primary.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'registry-scheduler'`,
    );
    expect(rows).toEqual([]);
  });
  expect(scheduler.status().leads).toBe(false);
});
