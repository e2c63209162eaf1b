import type { EmbeddedCluster } from 'embedded-postgres-cluster';
import pg from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { seedSampleRegistry } from '../seed/sample-registry.ts';
import { buildApp } from '../src/app.ts';
import type { Config } from '../src/config.ts';
import { runProgram } from '../src/program.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { withCluster } from './embedded.ts';
import { median, timesOf } from './figures.ts';
import { recordStatements, type Statement } from './recording.ts';

/*
 * Measures what the API adds to its SQL. Calls each operation over HTTP, one call at a time, and then sends the same SQL
 * statements through a plain client on a copy of the database. One run, one machine, one table.
 */

const CALLS = 200;
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Measured {
  readonly name: string;
  readonly times: number[];
  readonly statements: Statement[][];
}

function main(): Promise<void> {
  return withCluster(async (cluster, config) => {
    await seed(config);
    const copy = await copyOf(cluster, 'registry');
    const measured = await measureApi(config);
    const bare = await openBare(cluster, copy);
    try {
      say('\noperation                     API median   bare median   ratio');
      for (const { name, times, statements } of measured) {
        const bareTimes = await timesOf(statements, (each) => bare.replay(each));
        const [api, sql] = [median(times), median(bareTimes)];
        const figures = [`${api.toFixed(2)} ms`.padStart(12), `${sql.toFixed(2)} ms`.padStart(14)];
        say(`${name.padEnd(28)}${figures.join('')}${(api / sql).toFixed(2).padStart(8)}`);
      }
    } finally {
      await bare.end();
    }
  });
}

async function seed(config: Config): Promise<void> {
  const database = await openConfiguredDatabase(config, pino({ level: 'silent' }));
  const start = performance.now();
  await seedSampleRegistry({ database, config, today: new Date(), report: say });
  say(`users, devices, readings and certificates of 14 days in ${Math.round(performance.now() - start)} ms`);
  await database.stop();
}

async function copyOf(cluster: EmbeddedCluster, database: string): Promise<string> {
  const client = new pg.Client({ connectionString: cluster.primary.url('postgres') });
  await client.connect();
  await client.query(`CREATE DATABASE bare TEMPLATE ${database}`);
  await client.end();
  return 'bare';
}

async function measureApi(config: Config): Promise<Measured[]> {
  const log = pino({ level: 'silent' });
  const database = await openConfiguredDatabase(config, log);
  const app = await buildApp({ config, database, clock: () => new Date(), log });
  const calls = recordStatements(app);
  const send = await clientOf(await app.listen({ host: config.HOST, port: 0 }), config.SEED_PASSWORD);
  const measured: Measured[] = [];
  for (const [name, operation] of operations(send)) {
    const first = calls.length;
    const times = await timesOf(IDS, operation);
    measured.push({ name, times, statements: calls.slice(first) });
  }
  await app.close();
  await database.stop();
  return measured;
}

type Send = (path: string, body?: object) => Promise<void>;

async function clientOf(url: string, password: string): Promise<Send> {
  const token = await logIn(url, password);
  return async (path, body) => {
    const response = await fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${answer}`);
  };
}

const IDS = Array.from({ length: CALLS }, (_, index) => index + 1);

function operations(send: Send): [string, (id: number) => Promise<void>][] {
  const named = (id: number) => ({ granular_certificate_bundle_ids: [id] });
  const transfer = { source_id: 1, target_id: 2 };
  const cancelHalf = { source_id: 2, certificate_bundle_percentage: 0.5 };
  return [
    ['GET /certificate/{id}', (id) => send(`/certificate/${id}`)],
    ['GET /account/{id}', () => send('/account/1')],
    ['GET /account/{id}/summary', () => send('/account/1/summary')],
    ['GET /device/list', () => send('/device/list')],
    ['POST query, 100 bundles', () => send('/certificate/query', { source_id: 1, limit: 100 })],
    ['POST transfer, whole', (id) => send('/certificate/transfer', { ...transfer, ...named(id) })],
    ['POST cancel, half', (id) => send('/certificate/cancel', { ...cancelHalf, ...named(id) })],
  ];
}

async function logIn(url: string, password: string): Promise<string> {
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'trading_user@usermail.com', password }),
  });
  return z.object({ access_token: z.string() }).parse(await response.json()).access_token;
}

/** One plain connection to each server, which sends the recorded statements. */
async function openBare(cluster: EmbeddedCluster, database: string) {
  const { password } = new URL(cluster.primary.url('registry'));
  const connect = async (url: string) => {
    const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' });
    await client.connect();
    return client;
  };
  const writer = await connect(cluster.primary.url(database, 'registry_app', password));
  const reader = await connect(cluster.standby.url(database, 'registry_reader', password));
  return {
    async replay(statements: readonly Statement[]) {
      for (const { port, query } of statements) {
        await (port === cluster.standby.port ? reader : writer).query(query);
      }
    },
    end: () => Promise.all([writer.end(), reader.end()]),
  };
}

runProgram(main);
