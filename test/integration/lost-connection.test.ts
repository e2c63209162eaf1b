import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

/** A server that goes away takes connections with it at any moment, also between two statements of a transaction. */

let registry: TestRegistry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());

async function end(pid: number | undefined): Promise<void> {
  await registry.primary.query('SELECT pg_terminate_backend($1)', [pid]);
  await vi.waitFor(async () => {
    const { rowCount } = await registry.primary.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    expect(rowCount).toBe(0);
  });
  // What the connection has to say of its end arrives, and is heard.
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

test('a connection lost between two statements fails the transaction, and nothing else', async () => {
  const uncaught = vi.fn();
  process.on('uncaughtExceptionMonitor', uncaught);
  const nobody = { userId: null, requestId: null };
  const broken = registry.database.transact(nobody, async (tx) => {
    await tx.query(sql`INSERT INTO organisation (name) VALUES ('half')`);
    const [backend] = await tx.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    await end(backend?.pid);
    await tx.query(sql`INSERT INTO organisation (name) VALUES ('other half')`);
  });
  await expect(broken).rejects.toThrow();
  expect(uncaught).not.toHaveBeenCalled();
  process.off('uncaughtExceptionMonitor', uncaught);
  const { rowCount } = await registry.primary.query(`SELECT FROM organisation WHERE name LIKE '%half'`);
  expect(rowCount).toBe(0);
  await registry.database.transact(nobody, (tx) =>
    tx.query(sql`INSERT INTO organisation (name) VALUES ('whole')`),
  );
});
