import pg from 'pg';
import { afterAll, describe, expect } from 'vitest';
import { aDevice, hoursAgo, issueBody, type TradingPair } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { waitForLock } from '../harness/polling.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { insertIssuance, REFUSED, refusalOf, UNIQUE } from './database-rejections.ts';

/** Statements that PostgreSQL refuses, so that no plant is two devices with issuances. */

let registry: TestRegistry;
let market: TradingPair;
let app: pg.Pool;

test.beforeAll(({ registry: opened, market: pair }) => {
  registry = opened;
  market = pair;
  app = new pg.Pool({ connectionString: registry.config.DATABASE_WRITE_URL, max: 2 });
});
afterAll(() => app.end());

const device = async () => (await aDevice(market.admin, { account_id: market.source.id })).id;

/** Registers the same plant again, in another case. */
const copyOf = (id: number) => `
  INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
                      power_mw, peak_demand, location, is_storage, account_id)
  SELECT device_name, upper(local_device_identifier), upper(grid), energy_source, technology_type, operational_date,
         power_mw, peak_demand, location, is_storage, account_id FROM device WHERE id = ${id}`;

describe.each([
  ['registry_app', () => app],
  ['the owner', () => registry.primary],
] as const)('%s', (_, pool) => {
  test('cannot issue for a device that is deleted, or has no identifier', async () => {
    for (const lacking of [`deleted_at = now()`, 'local_device_identifier = NULL']) {
      const id = await device();
      const strip = `UPDATE device SET ${lacking} WHERE id = ${id}`;
      expect(await refusalOf(pool(), strip, insertIssuance(market, id)), lacking).toBe(REFUSED);
    }
  });

  test('cannot create a second device of a plant after the first one was deleted or renamed', async () => {
    const [id, twin] = [await device(), await device()];
    await refusalOf(pool(), insertIssuance(market, id));
    const rename = `UPDATE device SET local_device_identifier = 'Another' WHERE id = ${id}`;
    const move = `UPDATE device SET grid = 'Another' WHERE id = ${id}`;
    const retireIt = `UPDATE device SET deleted_at = now() WHERE id = ${id}`;
    const takeOver = `
      UPDATE device d SET local_device_identifier = lower(of.local_device_identifier)
      FROM device of WHERE d.id = ${twin} AND of.id = ${id}`;
    for (const statement of [takeOver, copyOf(id)]) {
      expect(await refusalOf(pool(), statement)).toBe(UNIQUE);
      expect(await refusalOf(pool(), retireIt, statement)).toBe(REFUSED);
    }
    for (const statement of [rename, move]) {
      expect(await refusalOf(pool(), statement)).toBe(REFUSED);
      expect(await refusalOf(pool(), retireIt, statement)).toBe(REFUSED);
    }
  });
});

test('a plant that is registered while its device receives an issuance and is deleted stays the plant of that device', async () => {
  const id = await device();
  const [issuing, registering] = [await app.connect(), await app.connect()];
  try {
    await issuing.query('BEGIN');
    await issuing.query(insertIssuance(market, id));
    await issuing.query(`UPDATE device SET deleted_at = now() WHERE id = ${id}`);
    const twin = registering.query(copyOf(id));
    const outcome = expect(twin).rejects.toMatchObject({ constraint: 'device_local_identifier_spent' });
    await waitForLock(registry.primary, 'INSERT INTO device');
    await issuing.query('COMMIT');
    await outcome;
  } finally {
    issuing.release();
    registering.release();
  }
});

test('a device that moves to another account while its issuance waits issues to that account', async () => {
  const id = await device();
  const moving = await app.connect();
  try {
    await moving.query('BEGIN');
    await moving.query(`UPDATE device SET account_id = ${market.target.id} WHERE id = ${id}`);
    const body = issueBody({ device_id: id, metadata_id: market.metadataId, quantity: 10, ...hoursAgo(30) });
    const issuing = market.admin.post('/certificate/create', body);
    await waitForLock(registry.primary, 'FROM device');
    await moving.query('COMMIT');
    const answer = await issuing;
    expect(answer.statusCode, answer.body).toBe(201);
    expect(answer.json().account_id).toBe(market.target.id);
  } finally {
    moving.release();
  }
});
