import { sql } from 'drizzle-orm';
import type { Transaction } from '../src/database/transaction.ts';
import type { DeviceId } from '../src/rules/units.ts';
import type { SampleDevice } from './sample/index.ts';
import { SeedError } from './seed-error.ts';

/**
 * Registers the devices that the registry lacks in this account, and returns the ids of all of them by identifier.
 *
 * @throws {SeedError} when another account has one of the identifiers, or a deleted device has issued certificates under it.
 */
export async function seedDevices(
  tx: Transaction,
  accountId: number,
  devices: readonly SampleDevice[],
): Promise<Map<string, DeviceId>> {
  await tx.execute(sql`
    INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
                        power_mw, energy_mwh, peak_demand, location, is_storage, account_id)
    SELECT device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
           power_mw, energy_mwh, peak_demand, location, is_storage, ${accountId}
    FROM jsonb_to_recordset(${JSON.stringify(devices)}::jsonb) AS d(
      device_name text, local_device_identifier text, grid text, energy_source energy_source,
      technology_type technology_type, operational_date timestamptz, power_mw numeric, energy_mwh numeric,
      peak_demand numeric, location text, is_storage boolean)
    WHERE NOT EXISTS (
      SELECT FROM device deleted
      WHERE name_skeleton(deleted.grid) = name_skeleton(d.grid)
        AND name_skeleton(deleted.local_device_identifier) = name_skeleton(d.local_device_identifier)
        AND EXISTS (SELECT FROM issuance i WHERE i.device_id = deleted.id))
    ON CONFLICT DO NOTHING`);
  const wanted = JSON.stringify(devices.map(({ grid, local_device_identifier: id }) => ({ grid, id })));
  const rows = await tx.execute<{ id: DeviceId; identifier: string }>(sql`
    SELECT d.id, w.id AS identifier
    FROM device d JOIN jsonb_to_recordset(${wanted}::jsonb) AS w(grid text, id text)
      ON name_skeleton(d.grid) = name_skeleton(w.grid) AND name_skeleton(d.local_device_identifier) = name_skeleton(w.id)
    WHERE d.deleted_at IS NULL AND d.account_id = ${accountId}`);
  const ids = new Map(rows.map(({ id, identifier }) => [identifier, id]));
  const missing = devices.map((each) => each.local_device_identifier).filter((each) => !ids.has(each));
  if (missing.length > 0) {
    throw new SeedError(
      `Nothing was loaded: another account has the devices ${missing.join(', ')}, or they were deleted after certificates were issued for them. Move them to account ${accountId}, or load into an empty registry.`,
    );
  }
  return ids;
}
