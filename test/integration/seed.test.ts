import { afterAll, beforeAll, expect } from 'vitest';
import { loadFromElexon } from '../../seed/elexon/load.ts';
import { windowOf } from '../../seed/elexon/window.ts';
import { GRID, SAMPLE_UNITS } from '../../seed/sample/index.ts';
import { seedSampleRegistry } from '../../seed/sample-registry.ts';
import { SeedError } from '../../seed/seed-error.ts';
import { allInvariantGroups, firstViolation } from '../../src/certificate/index.ts';
import { readConfig } from '../../src/config.ts';
import { elexonClient } from '../../src/meter-data/elexon/index.ts';
import { type FakeElexon, startFakeElexon } from '../fake/elexon/server.ts';
import { aDevice, anAccount } from '../harness/builders.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

let elexon: FakeElexon;

beforeAll(async () => {
  elexon = await startFakeElexon();
});
afterAll(() => elexon.close());

const seedSample = (registry: TestRegistry) =>
  seedSampleRegistry({
    database: registry.database,
    config: registry.config,
    today: NOW,
    report: () => {},
  });

const loadWeek = (registry: TestRegistry, units: readonly string[], from = '2026-03-01', to = '2026-03-07') =>
  loadFromElexon({
    database: registry.database,
    config: registry.config,
    client: elexonClient({ baseUrl: elexon.baseUrl, retries: 2, retryDelayMs: 1 }),
    window: windowOf(from, to, NOW),
    units,
    now: NOW,
    onProgress: () => {},
  });

async function countRows(registry: TestRegistry): Promise<Record<string, number>> {
  const { rows } = await registry.primary.query(`
    SELECT (SELECT count(*) FROM registry_user)::int AS users, (SELECT count(*) FROM account)::int AS accounts,
           (SELECT count(*) FROM device)::int AS devices, (SELECT count(*) FROM measurement_report)::int AS readings,
           (SELECT count(*) FROM issuance)::int AS issuances, (SELECT count(*) FROM bundle)::int AS bundles,
           (SELECT count(*) FROM journal)::int AS entries`);
  return rows[0];
}

test('seeding the sample data twice adds nothing the second time', async ({ registry }) => {
  await seedSample(registry);
  const once = await countRows(registry);
  expect(once).toMatchObject({ users: 5, accounts: 2, devices: SAMPLE_UNITS.length });
  expect(once.readings).toBe(SAMPLE_UNITS.length * 14 * 24);
  await seedSample(registry);
  expect(await countRows(registry)).toEqual(once);
  expect(
    await registry.database.readPrimary(({ execute }) => firstViolation([execute], allInvariantGroups)),
  ).toBeUndefined();
});

const SAMPLE_IDENTIFIER = SAMPLE_UNITS[0]?.device.local_device_identifier ?? '';

test('a sample device that another account registered first gets no certificates, and is reported', async ({
  registry,
}) => {
  const stranger = await registry.as('PRODUCTION_USER');
  const account = await anAccount(stranger);
  const local_device_identifier = SAMPLE_IDENTIFIER.toLowerCase();
  await aDevice(stranger, { account_id: account.id, grid: GRID, local_device_identifier });
  const before = await countRows(registry);
  await expect(seedSample(registry)).rejects.toThrow(SeedError);
  await expect(seedSample(registry)).rejects.toThrow(
    `another account has the devices ${SAMPLE_IDENTIFIER}, or`,
  );
  expect(await countRows(registry)).toEqual(before);
});

test('a sample device that was deleted after an issuance is not created again', async ({ registry }) => {
  await seedSample(registry);
  const admin = await registry.as('ADMIN');
  const { rows } = await registry.primary.query('SELECT id FROM device WHERE local_device_identifier = $1', [
    SAMPLE_IDENTIFIER,
  ]);
  expect((await admin.delete(`/device/delete/${rows[0].id}`)).statusCode).toBe(200);
  const before = await countRows(registry);
  await expect(seedSample(registry)).rejects.toThrow(SAMPLE_IDENTIFIER);
  expect(await countRows(registry)).toEqual(before);
});

test('the sample has several technologies, a battery and a consumption device, and ends a week before today', async ({
  registry,
}) => {
  await seedSample(registry);
  const { rows } = await registry.primary.query(`
    SELECT count(DISTINCT technology_type)::int AS technologies, count(DISTINCT energy_source)::int AS sources,
           count(*) FILTER (WHERE energy_source = 'battery_storage')::int AS batteries,
           count(*) FILTER (WHERE NOT EXISTS (SELECT FROM issuance i WHERE i.device_id = d.id))::int AS consumers
    FROM device d`);
  expect(rows[0].technologies).toBeGreaterThan(3);
  expect(rows[0].sources).toBeGreaterThan(4);
  expect(rows[0].batteries).toBeGreaterThan(0);
  expect(rows[0].consumers).toBe(1);
  const window = await registry.primary.query(
    'SELECT min(interval_start) AS first, max(interval_end) AS last FROM measurement_report',
  );
  expect(window.rows[0]).toEqual({
    first: new Date('2026-02-22T00:00:00Z'),
    last: new Date('2026-03-08T00:00:00Z'),
  });
});

test('sample data is refused in production', async ({ registry }) => {
  const config = readConfig({
    NODE_ENV: 'production',
    JWT_SECRET_KEY: 'a secret of production that is not published',
    DATABASE_WRITE_URL: registry.config.DATABASE_WRITE_URL,
    DATABASE_READ_URLS: registry.config.DATABASE_READ_URLS.join(','),
  });
  const seeding = seedSampleRegistry({
    database: registry.database,
    config,
    today: NOW,
    report: () => {},
  });
  await expect(seeding).rejects.toThrow('cannot be loaded when NODE_ENV is production');
  expect(await countRows(registry)).toMatchObject({ users: 0, entries: 0 });
});

test('a week of Elexon data becomes hourly readings and certificates; a second load adds nothing', async ({
  registry,
}) => {
  const units = ['T_ABRBO-1', 'T_MOWEO-1'];
  const first = await loadWeek(registry, units);
  expect(first).toMatchObject({ done: 7, total: 7, readings: 2 * 7 * 24, refused: [] });
  const once = await countRows(registry);
  expect(once).toMatchObject({ devices: 2, readings: 2 * 7 * 24, issuances: first.bundles });
  expect(await loadWeek(registry, units)).toMatchObject({ readings: 0, bundles: 0, issuedWh: 0 });
  expect(await countRows(registry)).toEqual(once);
});

test('a truncated, rejected or late answer is requested again, and nothing is counted twice', async ({
  registry,
}) => {
  elexon.failNext({ kind: 'status', status: 503 }, { kind: 'cut in answer' });
  await expect(loadWeek(registry, ['T_ABRBO-1'])).resolves.toMatchObject({ readings: 7 * 24 });
  elexon.failNext({ kind: 'status', status: 429 }, { kind: 'truncated JSON' });
  await expect(loadWeek(registry, ['T_ABRBO-1'])).resolves.toMatchObject({ readings: 0 });
});

test('an interrupted load keeps complete days, and continues from there', async ({ registry }) => {
  const broken = loadFromElexon({
    database: registry.database,
    config: registry.config,
    client: elexonClient({ baseUrl: elexon.baseUrl, retries: 0 }),
    window: windowOf('2026-03-01', '2026-03-03', NOW),
    units: ['T_ABRBO-1'],
    now: NOW,
    onProgress: ({ done }) => {
      if (done === 2) elexon.failNext({ kind: 'status', status: 500 });
    },
  });
  await expect(broken).rejects.toThrow('answered 500');
  expect(await countRows(registry)).toMatchObject({ readings: 48 });
  await expect(loadWeek(registry, ['T_ABRBO-1'], '2026-03-01', '2026-03-03')).resolves.toMatchObject({
    readings: 24,
  });
});

test('units missing from the register are named, and nothing is loaded', async ({ registry }) => {
  await expect(loadWeek(registry, ['T_ABRBO-1', 'T_NOSUCH-1'])).rejects.toThrow(
    'does not contain T_NOSUCH-1',
  );
  expect(await countRows(registry)).toMatchObject({ users: 0, devices: 0 });
});

test.for([
  ['2026-03-29', 24],
  ['2025-10-26', 24],
] as const)('the clock-change day %s has %i whole UTC hours', async ([day, hours], { registry }) => {
  const now = new Date('2026-04-15T12:00:00Z');
  const { readings, refused } = await loadFromElexon({
    database: registry.database,
    config: registry.config,
    client: elexonClient({ baseUrl: elexon.baseUrl }),
    window: windowOf(day, day, now),
    units: ['T_ABRBO-1'],
    now,
    onProgress: () => {},
  });
  expect({ readings, refused }).toEqual({ readings: hours, refused: [] });
});

test('an invalid window is refused with the name of its limit', () => {
  expect(() => windowOf('soon', '2026-03-01', NOW)).toThrow('FROM must be a date');
  expect(() => windowOf('2026-03-01', 'never', NOW)).toThrow('TO must be a date');
  expect(() => windowOf('2026-03-02', '2026-03-01', NOW)).toThrow('TO (2026-03-01) must be after');
  expect(() => windowOf('2027-01-01', '2027-01-02', NOW)).toThrow('is in the future');
});
