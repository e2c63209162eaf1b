import type { Config } from '../src/config.ts';
import type { Database } from '../src/database/database.ts';
import { readingsFromB1610 } from '../src/meter-data/elexon/index.ts';
import { submitReadings } from '../src/meter-data/submit.ts';
import type { DeviceId, MetadataId } from '../src/rules/units.ts';
import { seedDevices } from './devices.ts';
import { seedAccounts, seedMetadata, seedUsers } from './people.ts';
import { SAMPLE_LABEL, SAMPLE_UNITS, sampleGeneration, sampleWindow } from './sample/index.ts';
import { SeedError } from './seed-error.ts';

export interface SeedOptions {
  readonly database: Database;
  readonly config: Config;
  readonly today: Date;
  readonly report: (line: string) => void;
}

export function assertNotProduction({ NODE_ENV }: Pick<Config, 'NODE_ENV'>): void {
  if (NODE_ENV === 'production')
    throw new SeedError(
      'Sample data cannot be loaded when NODE_ENV is production: the passwords of its users are public.',
    );
}

export const REGISTRY_ACTOR = { userId: null, requestId: null };

/** Loads users, accounts, devices, and 14 days of modelled generation with its certificates. Loading twice adds nothing. */
export async function seedSampleRegistry(options: SeedOptions): Promise<void> {
  const { database, config, today, report } = options;
  assertNotProduction(config);
  const window = sampleWindow(today);
  const submissionsFor = (ids: ReadonlyMap<string, DeviceId>, metadataId: MetadataId) =>
    SAMPLE_UNITS.flatMap((unit) => {
      const deviceId = ids.get(unit.device.local_device_identifier);
      const rows = sampleGeneration(unit, window.from, window.to);
      const readings = readingsFromB1610(rows).flatMap((each) => each.readings);
      return deviceId === undefined ? [] : [{ deviceId, metadataId, readings }];
    });

  const { value, position } = await database.transact(REGISTRY_ACTOR, async (tx) => {
    const accountId = await seedAccounts(tx, await seedUsers(tx, config.SEED_PASSWORD));
    const devices = await seedDevices(
      tx,
      accountId,
      SAMPLE_UNITS.map(({ device }) => device),
    );
    const submissions = submissionsFor(devices, await seedMetadata(tx, SAMPLE_LABEL));
    return submitReadings(tx, submissions, { now: today, onError: 'skip' });
  });
  await database.waitForReplicas(position);
  const issued = value.outcomes.filter(({ result }) => result === 'issued').length;
  const days = `${window.from.toISOString().slice(0, 10)} to ${window.to.toISOString().slice(0, 10)}`;
  report(`${SAMPLE_UNITS.length} devices, ${days}: ${value.newReadings} new readings, ${issued} new bundles`);
}
