import type { Config } from '../../src/config.ts';
import type { Database } from '../../src/database/database.ts';
import { type B1610Row, type ElexonClient, readingsFromB1610 } from '../../src/meter-data/elexon/index.ts';
import { type Submission, submitReadings } from '../../src/meter-data/submit.ts';
import type { DeviceId, MetadataId } from '../../src/rules/units.ts';
import { seedDevices } from '../devices.ts';
import { seedAccounts, seedMetadata, seedUsers } from '../people.ts';
import { assertNotProduction, REGISTRY_ACTOR } from '../sample-registry.ts';
import { devicesOf } from './registration.ts';
import type { Window } from './window.ts';

export interface ElexonLoad {
  readonly database: Database;
  readonly config: Config;
  readonly client: ElexonClient;
  readonly window: Window;
  /** Elexon ids, such as `T_ABRBO-1`. */
  readonly units: readonly string[];
  readonly now: Date;
  readonly onProgress: (progress: LoadProgress) => void;
}

/** The number of loaded pages (one UTC day of up to 80 units each), the total number, and the results so far. */
export interface LoadProgress {
  readonly done: number;
  readonly total: number;
  readonly readings: number;
  readonly bundles: number;
  readonly issuedWh: number;
  /** Readings that could not be issued, with the reason, for example energy above the device's capacity. */
  readonly refused: readonly string[];
}

const LABEL = 'Elexon Insights, dataset B1610: actual generation per BM unit';

/**
 * Loads metered generation from Elexon into `Test Account`, one transaction for each page. Data that is already loaded
 * stays as it is, so an interrupted run can be repeated.
 *
 * @throws {SeedError} for unknown units. {ElexonError}, {B1610FormatError}, {BmUnitFormatError} from the API.
 */
export async function loadFromElexon(load: ElexonLoad): Promise<LoadProgress> {
  assertNotProduction(load.config);
  const { deviceIds, metadataId } = await register(load);
  let progress: LoadProgress = { done: 0, total: 0, readings: 0, bundles: 0, issuedWh: 0, refused: [] };
  let page = { done: 0, total: 0 };
  const pages = load.client.generationPages({
    ...load.window,
    bmUnits: load.units,
    onProgress: ({ done, total }) => {
      page = { done, total };
    },
  });
  for await (const rows of pages) {
    const result = await submitPage(load, submissionsOf(rows, deviceIds, metadataId));
    progress = { ...page, ...sumOf(progress, result) };
    load.onProgress(progress);
  }
  return progress;
}

async function register({ database, config, client, units, window }: ElexonLoad) {
  const devices = devicesOf(units, await client.bmUnits(), window.from);
  const { value } = await database.transact(REGISTRY_ACTOR, async (tx) => {
    const accountId = await seedAccounts(tx, await seedUsers(tx, config.SEED_PASSWORD));
    return {
      deviceIds: await seedDevices(tx, accountId, devices),
      metadataId: await seedMetadata(tx, LABEL),
    };
  });
  return value;
}

function submissionsOf(
  rows: readonly B1610Row[],
  deviceIds: ReadonlyMap<string, DeviceId>,
  metadataId: MetadataId,
): Submission[] {
  return readingsFromB1610(rows).flatMap(({ bmUnit, readings }) => {
    const deviceId = deviceIds.get(bmUnit);
    return deviceId === undefined ? [] : [{ deviceId, metadataId, readings }];
  });
}

async function submitPage({ database, now }: ElexonLoad, submissions: readonly Submission[]) {
  const { value } = await database.transact(REGISTRY_ACTOR, (tx) =>
    submitReadings(tx, submissions, { now, onError: 'skip' }),
  );
  return value;
}

function sumOf(sum: LoadProgress, page: Awaited<ReturnType<typeof submitPage>>) {
  const refusals = page.outcomes.flatMap((each) => (each.result === 'refused' ? [each.refusal.message] : []));
  return {
    readings: sum.readings + page.newReadings,
    bundles: sum.bundles + page.outcomes.filter(({ result }) => result === 'issued').length,
    issuedWh: sum.issuedWh + page.issuedWh,
    refused: [...sum.refused, ...refusals],
  };
}
