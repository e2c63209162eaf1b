import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { device } from '../database/schema.ts';
import type { Transaction } from '../database/transaction.ts';
import { type Authority, reaches } from '../operation/caller.ts';
import { olderClients } from '../operation/older-clients.ts';
import { defineEdit, defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { changesOf, lockRow, nextVersion } from '../operation/row-version.ts';
import { done, idParams } from '../operation/schemas.ts';
import type { AccountId } from '../rules/units.ts';
import { requireDevice } from './access.ts';
import { type DeviceRow, deviceView } from './read-model.ts';
import { Device, DeviceCreate, DeviceUpdate } from './schemas.ts';

const tag = 'Devices';

/** Maps the fields of a body to columns. Fields that were not sent are `undefined` and leave their column unchanged. */
function columnsOf(body: z.output<typeof DeviceUpdate>) {
  return {
    deviceName: body.device_name,
    localDeviceIdentifier: body.local_device_identifier,
    grid: body.grid,
    energySource: body.energy_source,
    technologyType: body.technology_type,
    operationalDate: body.operational_date,
    powerMw: body.power_mw,
    energyMwh: body.energy_mwh,
    peakDemand: body.peak_demand,
    location: body.location,
    isStorage: body.is_storage,
    granularityMinutes: body.granularity_minutes,
    accountId: body.account_id,
  };
}

async function lockDevice(tx: Transaction, authority: Authority, id: number): Promise<DeviceRow> {
  await lockRow(tx, device, id);
  return requireDevice(tx.orm, authority, id);
}

/**
 * Locks the account that will own a device.
 *
 * @throws {Problem} 422 if it is not open or the caller has no access to it.
 */
async function lockTargetAccount(tx: Transaction, authority: Authority, accountId: AccountId): Promise<void> {
  const rows = await tx.execute(
    sql`SELECT FROM account WHERE id = ${accountId} AND deleted_at IS NULL FOR SHARE`,
  );
  if (rows.length > 0 && reaches(authority, accountId)) return;
  throw problems.invalid([{ path: 'body.account_id', message: `account ${accountId} does not exist` }]);
}

export const createDevice = defineMutation({
  id: 'createDevice',
  method: 'POST',
  path: '/device/create',
  tag,
  summary: 'Register a device',
  description:
    'Registers a production or storage device in one of the caller’s accounts. `capacity` is an alias of `power_mw`. A local device identifier is unique within its grid, regardless of case and of characters that look alike (`O` and `0`), and cannot be reused once certificates were issued under it, even after its device was deleted.',
  permission: 'produce',
  body: DeviceCreate,
  olderClients: olderClients.device,
  answer: { status: 201, description: 'The new device', schema: Device },
  refusals: [409],
  versioned: true,
  handle: ({ body, transact, authority }) =>
    transact(async (tx) => {
      await lockTargetAccount(tx, authority, body.account_id);
      const { device_name, grid, energy_source, technology_type, operational_date, location } = body;
      const [row] = await tx.orm
        .insert(device)
        .values({
          deviceName: device_name,
          localDeviceIdentifier: body.local_device_identifier ?? null,
          grid,
          energySource: energy_source,
          technologyType: technology_type,
          operationalDate: operational_date,
          powerMw: body.power_mw,
          energyMwh: body.energy_mwh ?? null,
          peakDemand: body.peak_demand,
          location,
          isStorage: body.is_storage,
          granularityMinutes: body.granularity_minutes,
          accountId: body.account_id,
        })
        .returning();
      if (row === undefined) throw new Error('an insert gave no row');
      return deviceView(row);
    }),
});

export const updateDevice = defineEdit({
  id: 'updateDevice',
  method: 'PATCH',
  path: '/device/update/:id',
  tag,
  summary: 'Update a device',
  description:
    'Changes the given fields. Issued certificates keep the attributes that the device had at issuance. Grid and local device identifier cannot be changed once certificates were issued for the device.',
  permission: 'produce',
  params: idParams,
  body: DeviceUpdate,
  olderClients: olderClients.device,
  answer: { status: 200, description: 'The device as it is now', schema: Device },
  refusals: [409],
  edit: ({ params, body, authority }) => ({
    lock: (tx) => lockDevice(tx, authority, params.id),
    change: async (tx, before) => {
      if (body.account_id !== undefined) await lockTargetAccount(tx, authority, body.account_id);
      const changes = changesOf(before, columnsOf(body));
      if (changes === undefined) return deviceView(before);
      const [row] = await tx.orm
        .update(device)
        .set({ ...changes, version: nextVersion })
        .where(eq(device.id, before.id))
        .returning();
      if (row === undefined) throw problems.notFound('device', params.id);
      return deviceView(row);
    },
  }),
});

export const deleteDevice = defineEdit({
  id: 'deleteDevice',
  method: 'DELETE',
  path: '/device/delete/:id',
  tag,
  summary: 'Delete a device',
  description:
    'Deletes a device: no more certificates are issued for it. Its certificates and history are kept. If certificates were issued for it, its local device identifier cannot be used again.',
  permission: 'produce',
  params: idParams,
  answer: { status: 200, description: 'The device is deleted', schema: done },
  edit: ({ params, authority }) => ({
    lock: (tx) => lockDevice(tx, authority, params.id),
    change: async (tx, before) => {
      await tx.orm
        .update(device)
        .set({ deletedAt: sql`now()`, version: nextVersion })
        .where(eq(device.id, before.id));
      return { message: `Device ${params.id} is deleted.` };
    },
  }),
});
