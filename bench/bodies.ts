import { Worker } from 'node:worker_threads';
import pg from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { seedSampleRegistry } from '../seed/sample-registry.ts';
import { buildApp } from '../src/app.ts';
import { recordIssuancePolicy } from '../src/database/issuance-policy.ts';
import { runProgram } from '../src/program.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { withCluster } from './embedded.ts';
import { median } from './figures.ts';
import { type WorstBody, worstBodies } from './worst-bodies.ts';

/*
 * How long the worst bodies block the event loop of the process that reads them. Each is sent over a socket by another
 * thread, several times; other requests wait for the longest turn of the loop meanwhile.
 */

const ROUNDS = 7;
/** The target for a machine of two cores. A slower run is reported and does not fail: the figures depend on the machine. */
const MOST_MS = 50;
const BUNDLES = 10_000;
/** So many that no bundle of an interval of 2010 has expired. */
const EXPIRY_YEARS = 50;

const say = (line: string) => process.stdout.write(`${line}\n`);

runProgram(() =>
  withCluster(async (cluster, config) => {
    const log = pino({ level: 'silent' });
    const database = await openConfiguredDatabase(config, log);
    await seedSampleRegistry({ database, config, today: new Date(), report: say });
    const owner = new pg.Client({ connectionString: cluster.primary.url('registry') });
    await owner.connect();
    await recordIssuancePolicy(cluster.primary.url('registry'), {
      ...config,
      CERTIFICATE_EXPIRY_YEARS: EXPIRY_YEARS,
    });
    const bundleIds = await issueMany(owner).finally(() => owner.end());
    const app = await buildApp({ config, database, clock: () => new Date(), log });
    const sender = await openSender(await app.listen({ host: config.HOST, port: 0 }), config.SEED_PASSWORD);
    try {
      say(`\nthe longest turn of the event loop, in ms (medians of ${ROUNDS})`);
      say(`${'body'.padEnd(80)}   KiB  answer    elapsed  processor`);
      const longest: number[] = [];
      for (const each of worstBodies({ accountId: 1, bundleIds })) longest.push(await measure(sender, each));
      const worst = Math.max(...longest);
      say(
        `\nthe worst body takes ${worst.toFixed(0)} ms of the processor in one turn; the target is ${MOST_MS} ms`,
      );
    } finally {
      await sender.stop();
      await app.close();
      await database.stop();
    }
  }),
);

/** Inserts bundles of 1 024 Wh into the first account, behind the API, for its speed. */
async function issueMany(owner: pg.Client): Promise<number[]> {
  const { rows } = await owner.query<{ id: string }>(
    `WITH plant AS (SELECT id FROM device WHERE account_id = 1 ORDER BY id LIMIT 1),
     slot AS (SELECT n, '2010-01-01Z'::timestamptz + n * interval '1 h' AS at FROM generate_series(0, $1 - 1) AS n),
     last AS (SELECT coalesce(max(range_end), 0) AS id FROM issuance WHERE device_id = (SELECT id FROM plant)),
     header AS (
       INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source,
                             range_start, range_end, expiry)
       SELECT plant.id || '-' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), plant.id, 1, at,
              at + interval '1 h', 'wind', last.id + n * 1024 + 1, last.id + (n + 1) * 1024,
              (at AT TIME ZONE 'UTC' + interval '1 h' + make_interval(years => $2)) AT TIME ZONE 'UTC'
       FROM slot, plant, last ORDER BY n RETURNING *)
     INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
     SELECT id, 1, range_start, range_end, sha256(issuance_id::bytea), device_id, production_start FROM header
     RETURNING id`,
    [BUNDLES, EXPIRY_YEARS],
  );
  return rows.map(({ id }) => Number(id));
}

interface Sender {
  /** @returns the status of the answer. */
  send(body: WorstBody): Promise<number>;
  stop(): Promise<unknown>;
}

/** A thread that sends requests, so that its work is not measured. */
const SENDER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', async ({ url, headers, body }) => {
    const response = await fetch(url, { method: 'POST', headers, body });
    parentPort.postMessage({ status: response.status, answer: await response.text() });
  });`;

const Answer = z.object({ status: z.number(), answer: z.string() });

async function openSender(url: string, password: string): Promise<Sender> {
  const worker = new Worker(SENDER, { eval: true });
  const post = (path: string, headers: Record<string, string>, body: string) => {
    const answered = new Promise((resolve) => worker.once('message', resolve));
    worker.postMessage({ url: `${url}${path}`, headers, body });
    return answered.then((message) => Answer.parse(message));
  };
  const json = { 'content-type': 'application/json' };
  const credentials = JSON.stringify({ username: 'admin_user@usermail.com', password });
  const { answer } = await post('/auth/login', json, credentials);
  const { access_token: token } = z.object({ access_token: z.string() }).parse(JSON.parse(answer));
  return {
    async send({ path, body, type = json['content-type'], headers = {} }) {
      const sent = { ...headers, 'content-type': type, authorization: `Bearer ${token}` };
      return (await post(path, sent, body)).status;
    },
    stop: () => worker.terminate(),
  };
}

interface Turn {
  /** The time that other requests had to wait, which other programs on the machine lengthen. */
  readonly elapsedMs: number;
  /** The processor time of this process, which they do not. */
  readonly cpuMs: number;
}

/** Watches the turns of the event loop. The returned function ends it, and gives the longest turn. */
function watchTurns(): () => Turn {
  let [elapsedMs, cpuMs] = [0, 0];
  let [began, used] = [performance.now(), process.cpuUsage()];
  const look = () => {
    const { user, system } = process.cpuUsage(used);
    elapsedMs = Math.max(elapsedMs, performance.now() - began);
    cpuMs = Math.max(cpuMs, (user + system) / 1_000);
    [began, used] = [performance.now(), process.cpuUsage()];
    next = setImmediate(look);
  };
  let next = setImmediate(look);
  return () => {
    clearImmediate(next);
    return { elapsedMs, cpuMs };
  };
}

/** Prints a line of the table. Returns the median of the processor times. */
async function measure(sender: Sender, body: WorstBody): Promise<number> {
  const turns: Turn[] = [];
  let status = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const longest = watchTurns();
    status = await sender.send(body);
    turns.push(longest());
  }
  const [elapsedMs, cpuMs] = [
    median(turns.map((turn) => turn.elapsedMs)),
    median(turns.map((turn) => turn.cpuMs)),
  ];
  const name = `${body.path}: ${body.name}`.padEnd(80);
  const figures = [elapsedMs, cpuMs].map((ms) => ms.toFixed(1).padStart(11));
  say(
    `${name}${(body.body.length / 1_024).toFixed(0).padStart(6)}${String(status).padStart(8)}${figures.join('')}`,
  );
  return cpuMs;
}
