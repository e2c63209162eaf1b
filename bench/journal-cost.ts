import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { seedSampleRegistry } from '../seed/sample-registry.ts';
import { buildApp } from '../src/app.ts';
import type { Config } from '../src/config.ts';
import { type Journal, journalLag, startJournal } from '../src/journal/index.ts';
import { runProgram } from '../src/program.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { withCluster } from './embedded.ts';
import { median } from './figures.ts';

/*
 * Measures what the journal, the sequencer and the relay cost writers. Many clients transfer parts of bundles (five changed rows
 * each) and issue (two rows) over HTTP: without a journal, with the journal's triggers, with the sequencer, and with the relay.
 * The sequencer runs in the process of the API, as in production. The event store is the one of ESDB_TEST_CONNECTION_STRING,
 * or else the fake of the tests, in a process of its own. The variants alternate, and each is compared with the run without a journal of the same round, so that drift affects all of them
 * alike. Also measures how long an event takes to reach the event store on an idle registry.
 */

const CLIENTS = 8;
const REQUESTS = 200;
const ROUNDS = 5;
const VARIANTS = ['no journal', 'journal', 'journal, sequencer', 'journal, sequencer, relay'] as const;
type Variant = (typeof VARIANTS)[number];

const FAKE_EVENT_STORE = fileURLToPath(new URL('../test/eventstore/main.ts', import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

/** A workload; each call sends the next request.  */
interface Work {
  readonly name: string;
  next(): Promise<void>;
}

interface Bench {
  readonly config: Config;
  readonly owner: pg.Client;
  readonly eventStore: string;
  settled(journal: Journal | undefined): Promise<void>;
}

runProgram(() =>
  withCluster(async (cluster, config) => {
    const log = pino({ level: 'silent' });
    const database = await openConfiguredDatabase(config, log);
    await seedSampleRegistry({ database, config, today: new Date(), report: say });
    const app = await buildApp({ config, database, clock: () => new Date(), log });
    const url = await app.listen({ host: config.HOST, port: 0 });
    const owner = new pg.Client({ connectionString: cluster.primary.url('registry') });
    await owner.connect();
    const { connection, stop } = await openEventStore();
    try {
      const settled = (journal: Journal | undefined) =>
        untilSettled(journal, () => database.readPrimary(({ execute }) => journalLag(execute)));
      const bench = { config, owner, eventStore: connection, settled };
      const [moving, issuing] = [await transfers(url, bench), await issues(url, bench)];
      for (const work of [moving, issuing]) report(work.name, await measure(bench, work));
      const delays = await delaysOf(bench, moving);
      say(
        `\nfrom the answer of a transfer to its last event in the event store: ${median(delays).toFixed(0)} ms`,
      );
    } finally {
      stop();
      await owner.end();
      await app.close();
      await database.stop();
    }
  }),
);

interface EventStore {
  readonly connection: string;
  stop(): void;
}

/** The server of `ESDB_TEST_CONNECTION_STRING`, or else the fake of the tests. */
async function openEventStore(): Promise<EventStore> {
  const given = process.env.ESDB_TEST_CONNECTION_STRING;
  if (given) return { connection: given, stop: () => {} };
  const child = spawn(process.execPath, ['--import', 'tsx', FAKE_EVENT_STORE, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { connection: String(line).trim(), stop: () => void child.kill() };
}

/** One of its own, since a server that is given may hold the events of other runs. */
const STREAM = `bench-${crypto.randomUUID()}`;

const PART = { source_id: 1, target_id: 2, certificate_quantity: 1 };

/** Transfers of 1 Wh, each from a whole bundle. */
async function transfers(url: string, { config, owner }: Bench): Promise<Work> {
  const token = await logIn(url, 'trading_user@usermail.com', config.SEED_PASSWORD);
  const { rows } = await owner.query<{ id: string }>(
    `SELECT id FROM bundle WHERE account_id = 1 AND status = 'Active' AND quantity > 1 ORDER BY id`,
  );
  return {
    name: 'transfers',
    async next() {
      const id = rows.pop()?.id;
      if (id === undefined) throw new Error('the sample data has too few bundles');
      await post(
        `${url}/certificate/transfer`,
        { ...PART, granular_certificate_bundle_ids: [Number(id)] },
        token,
      );
    },
  };
}

const HOUR_MS = 3_600_000;
const NEWEST_INTERVAL = Date.parse('2020-01-01T00:00:00Z');

/** Issues one interval at a time, for each sample device in turn. */
async function issues(url: string, { config, owner }: Bench): Promise<Work> {
  const token = await logIn(url, 'admin_user@usermail.com', config.SEED_PASSWORD);
  const devices = await owner.query<{ id: string }>('SELECT id FROM device WHERE power_mw > 0 ORDER BY id');
  const metadata = await owner.query<{ id: string }>('SELECT id FROM issuance_metadata LIMIT 1');
  let issued = 0;
  return {
    name: 'issues',
    async next() {
      const start = NEWEST_INTERVAL - issued * HOUR_MS;
      const body = {
        device_id: Number(devices.rows[issued++ % devices.rows.length]?.id),
        metadata_id: Number(metadata.rows[0]?.id),
        bundle_quantity: 1_000,
        production_starting_interval: new Date(start).toISOString(),
        production_ending_interval: new Date(start + HOUR_MS).toISOString(),
      };
      await post(`${url}/certificate/create`, body, token);
    },
  };
}

async function logIn(url: string, username: string, password: string): Promise<string> {
  const answer = await post(`${url}/auth/login`, { username, password });
  return z.object({ access_token: z.string() }).parse(answer).access_token;
}

async function post(url: string, body: object, token?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${answer}`);
  return JSON.parse(answer);
}

async function untilSettled(
  journal: Journal | undefined,
  lag: () => ReturnType<typeof journalLag>,
): Promise<void> {
  for (;;) {
    const { unordered, orderedUpTo } = await lag();
    const { leads, eventStore, relayedUpTo } = journal?.status() ?? {};
    const relayed = eventStore === 'absent' || relayedUpTo === orderedUpTo;
    if (journal === undefined || (leads && unordered === 0 && relayed)) return;
    await sleep(5);
  }
}

async function measure(bench: Bench, work: Work): Promise<Map<Variant, number[]>> {
  const rates = new Map<Variant, number[]>(VARIANTS.map((variant) => [variant, []]));
  await round(bench, 'journal', work);
  for (let turn = 0; turn < ROUNDS; turn++) {
    for (const variant of VARIANTS) rates.get(variant)?.push(await round(bench, variant, work));
  }
  return rates;
}

const DELAYS = 30;

/** Milliseconds from an answer until the relay has appended all events of the request; one request at a time. */
async function delaysOf(bench: Bench, work: Work): Promise<number[]> {
  const journal = start(bench, true);
  const delays: number[] = [];
  while (delays.length < DELAYS) {
    await bench.settled(journal);
    await work.next();
    const begin = performance.now();
    await bench.settled(journal);
    delays.push(performance.now() - begin);
  }
  await journal.stop();
  return delays;
}

/** Requests per second. */
async function round(bench: Bench, variant: Variant, work: Work): Promise<number> {
  await arm(bench.owner, variant !== 'no journal');
  const journal = variant.includes('sequencer') ? start(bench, variant.includes('relay')) : undefined;
  await bench.settled(journal);
  let left = REQUESTS;
  const begin = performance.now();
  const client = async () => {
    while (left-- > 0) await work.next();
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const rate = REQUESTS / ((performance.now() - begin) / 1_000);
  await journal?.stop();
  return rate;
}

function start({ config, eventStore }: Bench, relays: boolean): Journal {
  return startJournal({
    writeUrl: config.DATABASE_WRITE_URL,
    eventStore: relays ? eventStore : undefined,
    stream: STREAM,
    onError: (error, what) => say(`${what}: ${error}`),
  });
}

/** Enables or disables the triggers that write the journal. */
async function arm(owner: pg.Client, journal: boolean): Promise<void> {
  const { rows } = await owner.query<{ statement: string }>(
    `SELECT format('ALTER TABLE %s ${journal ? 'ENABLE' : 'DISABLE'} TRIGGER %I', tgrelid::regclass, tgname) AS statement
     FROM pg_trigger WHERE tgname LIKE 'zz_journal_%'`,
  );
  for (const { statement } of rows) await owner.query(statement);
}

function report(name: string, rates: Map<Variant, number[]>): void {
  const bare = rates.get('no journal') ?? [];
  say(`\n${`${name}, with`.padEnd(28)}each second   of no journal`);
  for (const [variant, each] of rates) {
    const share = median(each.map((rate, turn) => (100 * rate) / (bare[turn] ?? Number.NaN)));
    const figures = `${median(each).toFixed(0).padStart(11)}${`${share.toFixed(0)} %`.padStart(16)}`;
    say(`${variant.padEnd(28)}${figures}   ${each.map((one) => one.toFixed(0)).join(' ')}`);
  }
}
