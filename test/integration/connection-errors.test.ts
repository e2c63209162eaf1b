import { sql } from 'drizzle-orm';
import { expect, vi } from 'vitest';
import { organisation } from '../../src/database/schema.ts';
import type { Transaction } from '../../src/database/transaction.ts';
import { problemOf } from '../../src/http/error-handler.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

async function end(registry: TestRegistry, pid: number | undefined): Promise<void> {
  await registry.primary.query('SELECT pg_terminate_backend($1)', [pid]);
  await vi.waitFor(async () => {
    const { rowCount } = await registry.primary.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    expect(rowCount).toBe(0);
  });
  // The messages of the server about its end have arrived and are emitted.
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

const nobody = { userId: null, requestId: null };

/** The error of `last` after the connection of its transaction was lost after a first statement. */
async function failureOf(
  registry: TestRegistry,
  last: (tx: Transaction) => Promise<unknown>,
): Promise<unknown> {
  const uncaught = vi.fn();
  process.on('uncaughtExceptionMonitor', uncaught);
  const broken = registry.database.transact(nobody, async (tx) => {
    await tx.execute(sql`INSERT INTO organisation (name) VALUES ('half')`);
    const [backend] = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    await end(registry, backend?.pid);
    await last(tx);
  });
  const failure = await broken.then(
    () => 'none',
    (error: unknown) => error,
  );
  process.off('uncaughtExceptionMonitor', uncaught);
  expect(uncaught).not.toHaveBeenCalled();
  return failure;
}

const statements: [string, (tx: Transaction) => Promise<unknown>][] = [
  ['a statement', ({ execute }) => execute(sql`INSERT INTO organisation (name) VALUES ('other half')`)],
  ['a statement of the ORM', ({ orm }) => orm.insert(organisation).values({ name: 'other half' })],
  ['the commit', async () => undefined],
];

test.for(statements)(
  'a connection lost before %s is a retryable error, and nothing was done',
  async ([_, last], { registry }) => {
    const failure = await failureOf(registry, last);
    expect(problemOf(failure)).toMatchObject({ status: 503 });
    const { rowCount } = await registry.primary.query(`SELECT FROM organisation WHERE name LIKE '%half'`);
    expect(rowCount).toBe(0);
  },
);

test('a lost connection is replaced', async ({ registry }) => {
  await failureOf(registry, async () => undefined);
  const { value } = await registry.database.transact(nobody, (tx) => tx.execute(sql`SELECT 1 AS one`));
  expect(value).toEqual([{ one: 1 }]);
});

test('Postgres ends a transaction whose process hangs, so that its locks are released', async ({
  registry,
}) => {
  const { value } = await registry.database.transact(nobody, (tx) =>
    tx.execute(sql`SHOW idle_in_transaction_session_timeout`),
  );
  expect(value).toEqual([{ idle_in_transaction_session_timeout: '30s' }]);
});
