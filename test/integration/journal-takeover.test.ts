import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, vi } from 'vitest';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { openEventStore } from '../harness/event-store.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

const LEADER = fileURLToPath(new URL('journal-leader.ts', import.meta.url));

let leader: ChildProcess;
let journal: Journal | undefined;

test.beforeEach(async ({ registry }) => {
  leader = spawn(process.execPath, ['--import', 'tsx', LEADER, registry.config.DATABASE_WRITE_URL], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (leader.stdout) await once(leader.stdout, 'data');
});
afterEach(async () => {
  leader.kill('SIGKILL');
  await journal?.stop();
});

const found = (registry: TestRegistry, name: string) =>
  registry.primary.query('INSERT INTO organisation (name) VALUES ($1)', [name]);

async function ordered(registry: TestRegistry): Promise<string[]> {
  const { rows } = await registry.primary.query(
    `SELECT j.attributes_after ->> 'name' AS name FROM journal_position p JOIN journal j ON j.id = p.journal_id
     ORDER BY p.position`,
  );
  return rows.map(({ name }) => name);
}

test.for(['SIGKILL', 'SIGSTOP'] as const)(
  'another process takes over from a leader that received %s',
  async (signal, { registry }) => {
    await found(registry, 'before');
    await vi.waitFor(async () => expect(await ordered(registry)).toEqual(['before']), 10_000);
    journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
    leader.kill(signal);
    await found(registry, 'after');
    await vi.waitFor(async () => expect(await ordered(registry)).toEqual(['before', 'after']), 30_000);
    expect(journal.status().leads).toBe(true);
  },
);

test('a leader that was paused and continues assigns no position a second time', async ({ registry }) => {
  journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
  leader.kill('SIGSTOP');
  await vi.waitFor(() => expect(journal?.status().leads).toBe(true), 30_000);
  leader.kill('SIGCONT');
  for (const name of ['a', 'b', 'c']) await found(registry, name);
  await vi.waitFor(async () => expect(await ordered(registry)).toEqual(['a', 'b', 'c']), 10_000);
  expect(journal.status()).toMatchObject({ leads: true, problem: null });
});

test('a former leader that lost its connection reports no problem, and no problem of the event store', async ({
  registry,
}) => {
  const eventStore = await openEventStore();
  const failures: string[] = [];
  const options = { writeUrl: registry.config.DATABASE_WRITE_URL, ...eventStore.options };
  const onError = (_: unknown, what: string) => void failures.push(what);
  const journals = [1, 2].map(() => startJournal({ ...options, onError }));
  const states = () => journals.map((each) => each.status());
  try {
    leader.kill('SIGKILL');
    const leads = () => states().filter((each) => each.leads && each.eventStore === 'up').length;
    await vi.waitFor(() => expect(leads()).toBe(1), 30_000);
    await registry.primary.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'registry-journal' AND datname = current_database()`,
    );
    await vi.waitFor(() => expect(failures.length).toBe(2), 30_000);
    await vi.waitFor(() => expect(leads()).toBe(1), 30_000);
    await vi.waitFor(() => expect(states().map((each) => each.problem)).toEqual([null, null]), 30_000);
    expect(new Set(failures)).toEqual(new Set(['the journal gave up leadership and tries to regain it']));
  } finally {
    await Promise.all(journals.map((each) => each.stop()));
    await eventStore.stop();
  }
});
