import pino from 'pino';
import { openDatabase } from '../../src/database/database.ts';
import { startScheduler } from '../../src/scheduler/index.ts';

/** A process that executes due work on the database of its first argument, with its clock set to the second. */
const [writeUrl = '', now = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const database = await openDatabase({
  writeUrl,
  readUrls: [writeUrl],
  poolSize: 4,
  replicaWaitMs: 0,
  replicaMaxLagMs: 5_000,
  onError: (error) => log.warn(error),
});
const scheduler = startScheduler({
  database,
  writeUrl,
  clock: () => new Date(now),
  clockMayDifferMs: Number.POSITIVE_INFINITY,
  onError: (error) => log.warn(error),
});
setInterval(() => process.stdout.write(`${scheduler.status().runsDone}\n`), 5);
