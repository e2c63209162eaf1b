import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { describe, expect, onTestFinished, vi } from 'vitest';
import type { Execute } from '../../src/database/connection.ts';
import { runLeaderElection } from '../../src/database/leader-election.ts';
import { noLimits, type TimeLimits, timeLimits } from '../../src/database/time-limits.ts';
import { databaseError } from '../../src/database/transaction.ts';
import { problemOf } from '../../src/http/error-handler.ts';
import { operations } from '../../src/http/operations.ts';
import { openConfiguredDatabase } from '../../src/start.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

// With one connection, a limit that outlived its transaction would hold for the next one.
const test = baseTest.extend('settings', { scope: 'file' }, { DATABASE_POOL_SIZE: '1' });

const REGISTRY = { userId: null, requestId: null };
const SHORT_MS = 200;
/** Much longer than the limits of the tests, and much shorter than all others. */
const LONG = sql`SELECT pg_sleep(2)`;

const limited = (limits: Partial<TimeLimits>): TimeLimits => ({ ...timeLimits.mutation, ...limits });

const lockOf = (key: number) => sql`SELECT pg_advisory_xact_lock(${key})`;

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.unreachable('it should have been ended'),
    (error: unknown) => error,
  );
}

async function expectTimedOut(work: Promise<unknown>, code?: string): Promise<void> {
  const error = await rejection(work);
  if (code !== undefined) expect(databaseError(error)?.code).toBe(code);
  const problem = problemOf(error);
  expect(problem).toMatchObject({ status: 503, details: { headers: { 'retry-after': '1' } } });
}

const organisation = (name: string) => sql`INSERT INTO organisation (name) VALUES (${name})`;

async function exists({ primary }: TestRegistry, name: string): Promise<boolean> {
  const { rows } = await primary.query('SELECT FROM organisation WHERE name = $1', [name]);
  return rows.length > 0;
}

describe('a transaction beyond its limit is a 503 and leaves nothing', () => {
  const writeWithin = (
    { database }: TestRegistry,
    limits: Partial<TimeLimits>,
    then: (name: string) => Parameters<typeof database.transact>[1],
  ) => {
    const name = `Organisation ${crypto.randomUUID()}`;
    return { name, done: database.transact(REGISTRY, then(name), limited(limits)) };
  };

  test('of a statement', async ({ registry }) => {
    const { name, done } = writeWithin(registry, { statement_timeout: SHORT_MS }, (name) => async (tx) => {
      await tx.execute(organisation(name));
      await tx.execute(LONG);
    });
    await expectTimedOut(done, '57014');
    expect(await exists(registry, name)).toBe(false);
  });

  test('of a lock', async ({ registry }) => {
    const holder = await registry.primary.connect();
    onTestFinished(() => holder.release(true));
    await holder.query('SELECT pg_advisory_lock(1)');
    const { name, done } = writeWithin(registry, { lock_timeout: SHORT_MS }, (name) => async (tx) => {
      await tx.execute(organisation(name));
      await tx.execute(lockOf(1));
    });
    await expectTimedOut(done, '55P03');
    expect(await exists(registry, name)).toBe(false);
  });

  test('of the whole', async ({ registry }) => {
    const { name, done } = writeWithin(registry, { transaction_timeout: SHORT_MS }, (name) => async (tx) => {
      await tx.execute(organisation(name));
      await tx.execute(LONG);
    });
    await expectTimedOut(done, '25P04');
    expect(await exists(registry, name)).toBe(false);
  });

  test('between two statements', async ({ registry }) => {
    const limits = { idle_in_transaction_session_timeout: SHORT_MS };
    const { name, done } = writeWithin(registry, limits, (name) => async (tx) => {
      await tx.execute(organisation(name));
      await sleep(4 * SHORT_MS);
      await tx.execute(sql`SELECT 1`);
    });
    await expectTimedOut(done);
    expect(await exists(registry, name)).toBe(false);
  });
});

const settings = sql`
  SELECT name, setting::int AS ms FROM pg_settings
  WHERE name = ANY (${sql.param(Object.keys(timeLimits.none))})`;

/** The limits of a connection. */
async function limitsOf({ execute }: { readonly execute: Execute }): Promise<Record<string, number>> {
  const rows = await execute<{ name: string; ms: number }>(settings);
  return Object.fromEntries(rows.map(({ name, ms }) => [name, ms]));
}

test('the limits of a transaction end with it', async ({ registry: { database } }) => {
  const shown = async (limits?: TimeLimits) => (await database.transact(REGISTRY, limitsOf, limits)).value;
  expect(await shown(timeLimits.dryRun)).toEqual(timeLimits.dryRun);
  expect(await shown()).toEqual(timeLimits.mutation);
  expect(await shown(timeLimits.expiry)).toEqual(timeLimits.expiry);
});

test('a program that an operator runs has no limits', async ({ registry }) => {
  const database = await openConfiguredDatabase(registry.config, registry.app.log, { limits: noLimits });
  onTestFinished(() => database.stop());
  expect((await database.transact(REGISTRY, limitsOf)).value).toEqual(timeLimits.none);
  expect(await database.read(limitsOf)).toEqual(timeLimits.none);
});

test('a transaction of a request ends before its Idempotency-Key can be taken over after a minute', () => {
  for (const { transaction_timeout } of [timeLimits.mutation, timeLimits.dryRun]) {
    expect(transaction_timeout).toBeLessThan(60_000);
  }
});

test('expiry waits longer for a lock than a request can hold one', () => {
  expect(timeLimits.expiry.lock_timeout).toBeGreaterThan(timeLimits.mutation.transaction_timeout);
});

test('a migration gives up a lock before the requests that wait behind it', () => {
  for (const { lock_timeout } of [timeLimits.mutation, timeLimits.read, timeLimits.expiry]) {
    expect(timeLimits.migration.lock_timeout).toBeLessThan(lock_timeout);
  }
});

test('the connections of a leader, and of one that follows it, have limits', async ({ registry }) => {
  const limits: Record<string, Record<string, number>> = {};
  const options = {
    writeUrl: registry.config.DATABASE_WRITE_URL,
    lock: 7_262_999,
    name: 'test',
    onError: () => undefined,
  };
  const see = async (role: string, execute: Execute) => {
    limits[role] = await limitsOf({ execute });
  };
  const leads = { everyMs: 1_000, tick: (execute: Execute) => see('leader', execute) };
  const leader = runLeaderElection({ ...options, jobs: [leads] });
  onTestFinished(() => leader.stop());
  await vi.waitFor(() => expect(limits.leader).toEqual(timeLimits.leader), 20_000);
  const onFollow = (execute: Execute) => void see('follower', execute);
  const follower = runLeaderElection({ ...options, jobs: [], onFollow });
  onTestFinished(() => follower.stop());
  await vi.waitFor(() => expect(limits.follower).toEqual(timeLimits.leader), 20_000);
});

test('a statement of a leader that is stuck ends on the server, and its lock can be had again', async ({
  registry: { primary, config },
}) => {
  const holder = await primary.connect();
  onTestFinished(() => holder.release(true));
  await holder.query('SELECT pg_advisory_lock(2)');
  const errors: unknown[] = [];
  let ticks = 0;
  const leadership = runLeaderElection({
    writeUrl: config.DATABASE_WRITE_URL,
    lock: 7_262_998,
    name: 'test',
    jobs: [
      {
        everyMs: 1_000,
        async tick(execute) {
          ticks += 1;
          if (ticks === 1) await execute(sql`SELECT pg_advisory_lock(2)`);
        },
      },
    ],
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => leadership.stop());
  await vi.waitFor(() => expect(ticks).toBeGreaterThan(1), { timeout: 50_000, interval: 100 });
  expect(errors.map((error) => databaseError(error)?.code)).toEqual(['55P03']);
});

describe('a commit', () => {
  /** Makes the commit of an organisation of this name take 2 s, as a synchronous standby that is away could. */
  async function slowCommit({ primary }: TestRegistry): Promise<string> {
    const name = `Organisation ${crypto.randomUUID()}`;
    await primary.query(`
      CREATE OR REPLACE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON organisation DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.name = '${name}') EXECUTE FUNCTION slow_commit()`);
    onTestFinished(async () => {
      await primary.query('DROP TRIGGER slow_commit ON organisation; DROP FUNCTION slow_commit()');
    });
    return name;
  }

  test('is not ended by the limit of a statement', async ({ registry }) => {
    const name = await slowCommit(registry);
    const limits = limited({ statement_timeout: SHORT_MS });
    await registry.database.transact(REGISTRY, (tx) => tx.execute(organisation(name)), limits);
    expect(await exists(registry, name)).toBe(true);
  });

  test('is ended by the limit of the whole while deferred triggers run, and leaves nothing', async ({
    registry,
  }) => {
    const name = await slowCommit(registry);
    const limits = limited({ transaction_timeout: 1_000 });
    await expectTimedOut(
      registry.database.transact(REGISTRY, (tx) => tx.execute(organisation(name)), limits),
      '25P04',
    );
    expect(await exists(registry, name)).toBe(false);
  });
});

describe('a read', () => {
  test('beyond its time is a 503, and is not repeated on the primary', async ({ registry: { database } }) => {
    let times = 0;
    const limits = { ...timeLimits.read, statement_timeout: SHORT_MS };
    const reading = database.read(
      ({ execute }) => {
        times += 1;
        return execute(LONG);
      },
      { limits },
    );
    await expectTimedOut(reading, '57014');
    expect(times).toBe(1);
    expect(database.status().replicas).toMatchObject([{ state: 'streaming' }]);
  });

  test('has the limits of a page, and a check has others', async ({ registry: { database } }) => {
    for (const read of [database.read, database.readPrimary]) {
      expect(await read(limitsOf)).toEqual(timeLimits.read);
      expect(await read(limitsOf, { limits: timeLimits.check })).toEqual(timeLimits.check);
      expect(await read(limitsOf)).toEqual(timeLimits.read);
    }
  });

  test('the check of the registry may take longer than a page', async ({ registry, admin }) => {
    expect(operations.find(({ id }) => id === 'checkCertificates')?.timeLimits).toBe(timeLimits.check);
    expect((await admin.get('/certificate/check')).json()).toMatchObject({ conserved: true });
    expect(await registry.database.read(limitsOf)).toEqual(timeLimits.read);
  });
});
