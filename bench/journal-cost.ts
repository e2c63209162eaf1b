import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import pino from 'pino';
import { seedSampleRegistry } from '../seed/sample-registry.ts';
import { buildApp } from '../src/app.ts';
import type { Config } from '../src/config.ts';
import { type Journal, journalLag, startJournal } from '../src/journal/index.ts';
import { runProgram } from '../src/program.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { withCluster } from './embedded.ts';
import { median } from './figures.ts';

/*
 * What the journal, the sequencer and the relay cost writers: transfers of a part of a bundle (five changed rows each) by many clients at
 * once, over HTTP, with no journal, with the journal's triggers, with the sequencer beside, with the relay beside. The sequencer runs in the
 * process of the API, as it does in production; the event store is the tests' stand-in, in a process of its own. Rounds
 * take turns, so that what changes with time changes for all.
 */

const CLIENTS = 8;
const TRANSFERS = 240;
const ROUNDS = 4;
const VARIANTS = ['no journal', 'journal', 'journal, sequencer', 'journal, sequencer, relay'] as const;
type Variant = (typeof VARIANTS)[number];

const STAND_IN = fileURLToPath(new URL('../test/eventstore/main.ts', import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Bench {
  readonly config: Config;
  readonly owner: pg.Client;
  readonly eventStore: string;
  transfer(bundleId: number): Promise<void>;
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
    const { child, connection } = await startStandIn();
    try {
      const transfer = await transferTo(url, config.SEED_PASSWORD);
      const settled = (journal: Journal | undefined) =>
        untilSettled(journal, () => database.readPrimary(({ query }) => journalLag(query)));
      report(await measure({ config, owner, eventStore: connection, transfer, settled }));
    } finally {
      child.kill();
      await owner.end();
      await app.close();
      await database.stop();
    }
  }),
);

async function startStandIn(): Promise<{ child: ChildProcess; connection: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', STAND_IN, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, connection: String(line).trim() };
}

async function transferTo(url: string, password: string): Promise<Bench['transfer']> {
  const post = async (path: string, body: object, token?: string): Promise<{ access_token: string }> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${answer}`);
    return JSON.parse(answer);
  };
  const { access_token } = await post('/auth/login', { username: 'trading_user@usermail.com', password });
  return async (bundleId) => {
    const body = { source_id: 1, target_id: 2, certificate_quantity: 1 };
    await post(
      '/certificate/transfer',
      { ...body, granular_certificate_bundle_ids: [bundleId] },
      access_token,
    );
  };
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
    await sleep(50);
  }
}

async function measure(bench: Bench): Promise<Map<Variant, number[]>> {
  const { rows } = await bench.owner.query<{ id: string }>(
    `SELECT id FROM bundle WHERE account_id = 1 AND status = 'Active' AND quantity > 1 ORDER BY id`,
  );
  const bundles = rows.map(({ id }) => Number(id));
  const rates = new Map<Variant, number[]>(VARIANTS.map((variant) => [variant, []]));
  await round(bench, 'journal', bundles.splice(0, TRANSFERS));
  for (let turn = 0; turn < ROUNDS; turn++) {
    for (const variant of VARIANTS) {
      const taken = bundles.splice(0, TRANSFERS);
      if (taken.length < TRANSFERS) throw new Error('the sample has too few bundles');
      rates.get(variant)?.push(await round(bench, variant, taken));
    }
  }
  return rates;
}

/** Transfers a second. */
async function round(bench: Bench, variant: Variant, bundles: readonly number[]): Promise<number> {
  await arm(bench.owner, variant !== 'no journal');
  const journal = variant.includes('sequencer') ? start(bench, variant.includes('relay')) : undefined;
  await bench.settled(journal);
  const queue = [...bundles];
  const begin = performance.now();
  const client = async () => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) await bench.transfer(id);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const rate = bundles.length / ((performance.now() - begin) / 1_000);
  await journal?.stop();
  return rate;
}

function start({ config, eventStore }: Bench, relays: boolean): Journal {
  return startJournal({
    writeUrl: config.DATABASE_WRITE_URL,
    eventStore: relays ? eventStore : undefined,
    onError: (error, what) => say(`${what}: ${error}`),
  });
}

/** Arms or disarms the triggers that write the journal. */
async function arm(owner: pg.Client, journal: boolean): Promise<void> {
  const { rows } = await owner.query<{ statement: string }>(
    `SELECT format('ALTER TABLE %s ${journal ? 'ENABLE' : 'DISABLE'} TRIGGER %I', tgrelid::regclass, tgname) AS statement
     FROM pg_trigger WHERE tgname LIKE 'zz_journal_%'`,
  );
  for (const { statement } of rows) await owner.query(statement);
}

function report(rates: Map<Variant, number[]>): void {
  const bare = median(rates.get('no journal') ?? []);
  say(`\n${'with'.padEnd(28)}transfers/s      of no journal`);
  for (const [variant, each] of rates) {
    const rate = median(each);
    say(
      `${variant.padEnd(28)}${rate.toFixed(0).padStart(11)}${`${((100 * rate) / bare).toFixed(0)} %`.padStart(19)}   ${each.map((one) => one.toFixed(0)).join(' ')}`,
    );
  }
}
