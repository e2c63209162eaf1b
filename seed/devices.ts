import { sql } from 'drizzle-orm';
import type { Transaction } from '../src/database/transact.ts';
import type { SampleDevice } from './sample/index.ts';

/** Registers devices that are not there yet. */
export async function seedDevices(
  tx: Transaction,
  accountId: number,
  devices: readonly SampleDevice[],
): Promise<Map<string, number>> {
  await tx.query(sql`
    INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
                        power_mw, energy_mwh, peak_demand, location, is_storage, account_id)
    SELECT device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
           power_mw, energy_mwh, peak_demand, location, is_storage, ${accountId}
    FROM jsonb_to_recordset(${JSON.stringify(devices)}::jsonb) AS d(
      device_name text, local_device_identifier text, grid text, energy_source energy_source,
      technology_type technology_type, operational_date timestamptz, power_mw numeric, energy_mwh numeric,
      peak_demand numeric, location text, is_storage boolean)
    ON CONFLICT DO NOTHING`);
  const wanted = JSON.stringify(devices.map(({ grid, local_device_identifier: id }) => ({ grid, id })));
  const rows = await tx.query<{ id: number; identifier: string }>(sql`
    SELECT d.id, d.local_device_identifier AS identifier
    FROM device d JOIN jsonb_to_recordset(${wanted}::jsonb) AS w(grid text, id text)
      ON d.grid = w.grid AND d.local_device_identifier = w.id
    WHERE d.deleted_at IS NULL`);
  return new Map(rows.map(({ id, identifier }) => [identifier, id]));
}
