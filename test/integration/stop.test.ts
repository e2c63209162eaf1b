import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, vi } from 'vitest';
import { startJournal } from '../../src/journal/index.ts';
import { tradingPair } from '../harness/builders.ts';
import { openBreakableEventStore, openEventStore, type TestEventStore } from '../harness/event-store.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { PASSWORD, type TestRegistry } from '../harness/registry.ts';

let eventStore: TestEventStore;

beforeEach(async () => {
  eventStore = await openEventStore();
});
afterEach(async () => {
  await eventStore.stop();
});

const relayed = async () => (await eventStore.events()).map(({ eventId }) => eventId);

async function written(registry: TestRegistry): Promise<string[]> {
  const { rows } = await registry.primary.query('SELECT event_id FROM journal ORDER BY id');
  return rows.map(({ event_id }) => event_id);
}

test('a leader that stops relays everything written before', async ({ registry }) => {
  const market = await tradingPair(registry);
  const journal = startJournal({
    writeUrl: registry.config.DATABASE_WRITE_URL,
    ...eventStore.options,
    onError: () => {},
  });
  const bundle = await market.bundle();
  await vi.waitFor(async () => expect(await relayed()).toEqual(await written(registry)), { timeout: 40_000 });

  await market.transfer([bundle.id], { certificate_quantity: 40 });
  await journal.stop();
  expect(await relayed()).toEqual(await written(registry));
});

test('a leader that stops waits for a transaction that is about to end, and relays the entries behind it', async ({
  registry,
}) => {
  const market = await tradingPair(registry);
  const journal = startJournal({
    writeUrl: registry.config.DATABASE_WRITE_URL,
    ...eventStore.options,
    onError: () => {},
  });
  const bundle = await market.bundle();
  await vi.waitFor(async () => expect(await relayed()).toEqual(await written(registry)), { timeout: 40_000 });

  const open = await registry.primary.connect();
  await open.query('BEGIN');
  await open.query('SELECT pg_current_xact_id()');
  await market.transfer([bundle.id], { certificate_quantity: 40 });
  await sleep(500);
  expect((await relayed()).length).toBeLessThan((await written(registry)).length);
  const stopped = journal.stop();
  await sleep(200);
  await open.query('COMMIT');
  open.release();
  await stopped;
  expect(await relayed()).toEqual(await written(registry));
});

test('a leader stops although the event store does not answer', async ({ registry }) => {
  const breakable = await openBreakableEventStore();
  onTestFinished(() => breakable.stop());
  const journal = startJournal({
    writeUrl: registry.config.DATABASE_WRITE_URL,
    ...breakable.options,
    onError: () => {},
  });
  await vi.waitFor(() => expect(journal.status().eventStore).toBe('up'), { timeout: 40_000 });
  await breakable.server.stop();
  await tradingPair(registry);
  await journal.stop();
  await breakable.server.restart();
  expect((await breakable.events()).length).toBeLessThan((await written(registry)).length);
});

/** Ways to run the registry as a separate process. */
const PROGRAMS = {
  'from source': ['--import', 'tsx', 'src/main.ts'],
  'as built': ['dist/main.js'],
};

interface Program {
  readonly child: ChildProcess;
  /** Waits until it prints the text, and returns all that it printed. */
  says(text: string): Promise<string>;
}

function run(registry: TestRegistry, args: readonly string[]): Program {
  const { config } = registry;
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: '0',
      DATABASE_WRITE_URL: config.DATABASE_WRITE_URL,
      DATABASE_READ_URLS: config.DATABASE_READ_URLS.join(','),
      ...eventStore.environment,
      JWT_SECRET_KEY: config.JWT_SECRET_KEY,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const says = async (text: string) => {
    await vi.waitFor(() => expect(said.join('\n')).toContain(text), { timeout: 60_000, interval: 20 });
    return said.join('\n');
  };
  return { child, says };
}

async function urlOf({ says }: Program): Promise<string> {
  const [, url = ''] = /Server listening at (http:[^"]+)/.exec(await says('Server listening at ')) ?? [];
  return url;
}

async function logIn(registry: TestRegistry, url: string): Promise<Record<string, string>> {
  const { userId } = await registry.as('ADMIN');
  const { rows } = await registry.primary.query('SELECT email FROM registry_user WHERE id = $1', [userId]);
  const body = new URLSearchParams({ username: rows[0].email, password: PASSWORD });
  const answer = await fetch(`${url}/auth/login`, { method: 'POST', body });
  const { access_token } = (await answer.json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
}

/** The feed of events, held open: its content so far, and when the registry ended it. */
async function openFeed(url: string, headers: Record<string, string>) {
  const answer = await fetch(`${url}/events`, { headers: { ...headers, accept: 'text/event-stream' } });
  let text = '';
  const read = async () => {
    for await (const piece of answer.body ?? []) text += Buffer.from(piece).toString();
  };
  return { text: () => text, ended: read() };
}

const isAnyoneWaiting = async (registry: TestRegistry) =>
  (
    await registry.primary.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
  ).rowCount;

describe('a registry that receives a signal to stop', () => {
  beforeAll(async () => {
    await promisify(execFile)('npm', ['run', 'build']);
  });

  test.for(Object.entries(PROGRAMS))(
    'answers running requests, accepts no new ones, relays, and exits with 0: %s',
    async ([_, args], { registry }) => {
      const program = run(registry, args);
      const { child, says } = program;
      const url = await urlOf(program);
      const headers = await logIn(registry, url);
      const feed = await openFeed(url, headers);
      await vi.waitFor(() => expect(feed.text()).toContain('event: '), { timeout: 20_000, interval: 20 });

      const blocker = await registry.primary.connect();
      await blocker.query('BEGIN; LOCK TABLE account IN EXCLUSIVE MODE');
      const body = JSON.stringify({ account_name: 'Made while the registry stopped' });
      const answer = fetch(`${url}/account/create`, { method: 'POST', headers, body });
      await vi.waitFor(async () => expect(await isAnyoneWaiting(registry)).toBe(1), { timeout: 20_000 });

      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await says('SIGTERM: stopping');
      await vi.waitFor(() => expect(fetch(`${url}/health`)).rejects.toThrow(), { timeout: 5_000 });
      await blocker.query('COMMIT');
      blocker.release();

      expect((await answer).status).toBe(201);
      await feed.ended;
      expect(await exit).toEqual([0, null]);
      expect(await relayed()).toEqual(await written(registry));
      const made = await registry.primary.query(
        `SELECT FROM account WHERE account_name = 'Made while the registry stopped'`,
      );
      expect(made.rowCount).toBe(1);
    },
  );

  /** Sends a text, and nothing more. */
  async function sendHalf(url: string, text: string): Promise<void> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    await once(socket, 'connect');
    await promisify((done: () => void) => socket.write(text, done))();
  }

  test('closes connections with incomplete requests, relays, and exits with 0', async ({ registry }) => {
    const program = run(registry, PROGRAMS['as built']);
    const url = await urlOf(program);
    const headers = await logIn(registry, url);
    const fields = Object.entries({ ...headers, host: 'localhost', 'content-length': '100' });
    const head = `POST /account/create HTTP/1.1\r\n${fields.map((field) => `${field.join(': ')}\r\n`).join('')}`;
    await sendHalf(url, `${head}\r\n{ "account_name": `);
    await sendHalf(url, head);

    const body = JSON.stringify({ account_name: 'The last one' });
    expect((await fetch(`${url}/account/create`, { method: 'POST', headers, body })).status).toBe(201);
    const exit = once(program.child, 'exit');
    program.child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(await relayed()).toEqual(await written(registry));
  });

  test('during its start completes the start, then stops', async ({ registry }) => {
    const blocker = await registry.primary.connect();
    await blocker.query('BEGIN; LOCK TABLE registry_user IN ACCESS EXCLUSIVE MODE');
    const { child, says } = run(registry, PROGRAMS['as built']);
    await vi.waitFor(async () => expect(await isAnyoneWaiting(registry)).toBe(1), { timeout: 60_000 });
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([says('SIGTERM: stopping'), exit]);
    await blocker.query('COMMIT');
    blocker.release();
    expect(await exit).toEqual([0, null]);
  });
});
