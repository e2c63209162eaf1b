import { eq } from 'drizzle-orm';
import type { ReadOrm } from '../database/connection.ts';
import { device } from '../database/schema.ts';
import { type Authority, reaches } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { type DeviceRow, devicesWhere } from './read-model.ts';

/** Whether the caller may know of a device: through its account, or as a validator of storage. */
export function canAccessDevice(
  authority: Authority,
  row: { accountId: number; isStorage: boolean },
): boolean {
  return reaches(authority, row.accountId) || (authority.scope === 'storage devices' && row.isStorage);
}

/**
 * A living device within the caller's reach; any other looks like one that does not exist.
 *
 * @throws {Problem} 404
 */
export async function requireDevice(
  orm: ReadOrm,
  authority: Authority,
  deviceId: number,
): Promise<DeviceRow> {
  const [row] = await devicesWhere(orm, eq(device.id, deviceId), 1);
  if (row === undefined || !canAccessDevice(authority, row)) throw problems.notFound('device', deviceId);
  return row;
}
