import { and, asc, isNull, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { ReadOrm } from '../database/connection.ts';
import { device } from '../database/schema.ts';
import { formatInstant } from '../rules/instant.ts';
import type { Device } from './schemas.ts';

export type DeviceRow = typeof device.$inferSelect;

/** Selects devices that are not deleted, ordered by id. */
export function devicesWhere(orm: ReadOrm, condition: SQL | undefined, limit: number): Promise<DeviceRow[]> {
  return orm
    .select()
    .from(device)
    .where(and(isNull(device.deletedAt), condition))
    .orderBy(asc(device.id))
    .limit(limit);
}

export function deviceView(row: DeviceRow): z.input<typeof Device> {
  return {
    id: row.id,
    device_name: row.deviceName,
    local_device_identifier: row.localDeviceIdentifier,
    grid: row.grid,
    energy_source: row.energySource,
    technology_type: row.technologyType,
    operational_date: formatInstant(row.operationalDate),
    power_mw: row.powerMw,
    energy_mwh: row.energyMwh,
    peak_demand: row.peakDemand,
    location: row.location,
    is_storage: row.isStorage,
    granularity_minutes: row.granularityMinutes,
    account_id: row.accountId,
    version: row.version,
    created_at: formatInstant(row.createdAt),
  };
}
