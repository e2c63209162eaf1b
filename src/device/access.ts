import { eq } from 'drizzle-orm';
import type { ReadOrm } from '../database/connection.ts';
import { device } from '../database/schema.ts';
import { type Authority, reaches } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import type { AccountId } from '../rules/units.ts';
import { type DeviceRow, devicesWhere } from './read-model.ts';

/** Whether the caller may access a device: as a user of its account, administrator, or validator of storage devices. */
export function canAccessDevice(
  authority: Authority,
  row: { accountId: AccountId; isStorage: boolean },
): boolean {
  return reaches(authority, row.accountId) || (authority.scope === 'storage devices' && row.isStorage);
}

/**
 * Loads a device that the caller has access to.
 *
 * @throws {Problem} 404 for a device that does not exist, was deleted, or belongs to others.
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
