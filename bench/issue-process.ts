import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import type { DeviceId, MetadataId } from '../src/rules/units.ts';
import type { IssueBatch } from './child.ts';

/*
 * Issues in bulk with the code of a revision of the registry, whose folder is the argument. It receives one batch at a time, and
 * answers with the milliseconds until its commit.
 */

const [folder = '.'] = process.argv.slice(2);
const load = (file: string) => import(pathToFileURL(join(folder, 'src', file)).href);

const { submitReadings }: typeof import('../src/meter-data/submit.ts') = await load('meter-data/submit.ts');
const { openConfiguredDatabase }: typeof import('../src/start.ts') = await load('start.ts');
const { readConfig }: typeof import('../src/config.ts') = await load('config.ts');

const config = readConfig(process.env);
const database = await openConfiguredDatabase(config, pino({ level: 'silent' }));

const HOUR_MS = 3_600_000;
const ENERGY_WH = 1_000_000;

async function issueBatch({ deviceIds, metadataId, from, hours }: IssueBatch): Promise<number> {
  const first = Date.parse(from);
  const readings = Array.from({ length: hours }, (_, hour) => ({
    start: new Date(first + hour * HOUR_MS),
    end: new Date(first + (hour + 1) * HOUR_MS),
    energyWh: ENERGY_WH,
  }));
  const submissions = deviceIds.map((deviceId) => ({
    deviceId: deviceId as DeviceId,
    metadataId: metadataId as MetadataId,
    readings,
  }));
  const started = performance.now();
  const options = { config, now: new Date(), onError: 'fail' } as const;
  await database.transact({ userId: null, requestId: null }, (tx) =>
    submitReadings(tx, submissions, options),
  );
  return performance.now() - started;
}

process.on('message', (batch: IssueBatch) => {
  issueBatch(batch).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => void database.stop().finally(() => process.exit()));
