import { and, eq, gt, inArray, ne, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { requireOpenAccount } from '../account/index.ts';
import { bundle, device } from '../database/schema.ts';
import { type Authority, ownAccounts, reaches } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { accountParams, idParams, pageQuery } from '../operation/schemas.ts';
import { requireDevice } from './access.ts';
import { devicesWhere, deviceView } from './read-model.ts';
import { CertificateDevice, Device } from './schemas.ts';

const common = { method: 'GET', tag: 'Devices', permission: 'read' } as const;

/** Condition: the devices that the caller may see. */
function visibleDevices({ caller, scope }: Authority): SQL | undefined {
  if (scope === 'all') return undefined;
  if (scope === 'storage devices') return eq(device.isStorage, true);
  return sql`${device.accountId} IN (${ownAccounts(caller)})`;
}

export const listDevices = defineQuery({
  ...common,
  id: 'listDevices',
  path: '/device/list',
  summary: 'List devices',
  description:
    "Returns the devices of the caller's accounts, all devices for an administrator, or the storage devices for a storage validator.",
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of devices', schema: z.array(Device) },
  handle: (call) =>
    call.read(async ({ orm }) => {
      const page = await pageById(call, (after, limit) =>
        devicesWhere(orm, and(gt(device.id, after), visibleDevices(call.authority)), limit),
      );
      return page.map(deviceView);
    }),
});

export const readDevice = defineQuery({
  ...common,
  id: 'readDevice',
  path: '/device/:id',
  summary: 'Get a device',
  description: 'Returns the registered attributes of a device.',
  params: idParams,
  answer: { status: 200, description: 'The device', schema: Device },
  versioned: true,
  handle: ({ params, read, authority }) =>
    read(async ({ orm }) => deviceView(await requireDevice(orm, authority, params.id))),
});

export const readAccountDevices = defineQuery({
  ...common,
  id: 'readAccountDevices',
  path: '/account/:id/devices',
  summary: 'List the devices of an account',
  description: 'Returns the devices of an account, ordered by id.',
  params: accountParams,
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of devices', schema: z.array(Device) },
  handle: (call) =>
    call.read(async ({ orm, execute }) => {
      await requireOpenAccount(execute, call.authority, call.params.id);
      const page = await pageById(call, (after, limit) =>
        devicesWhere(orm, and(gt(device.id, after), eq(device.accountId, call.params.id)), limit),
      );
      return page.map(deviceView);
    }),
});

export const readCertificateDevices = defineQuery({
  ...common,
  id: 'readAccountCertificateDevices',
  path: '/account/:id/certificates/devices',
  summary: 'List the devices whose certificates an account holds',
  description:
    'Returns the devices, including deleted ones, for which the certificates held by the account were issued. The devices may belong to other accounts; `account_id` is `null` if the caller has no access to that account.',
  params: accountParams,
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of devices', schema: z.array(CertificateDevice) },
  handle: (call) =>
    call.read(async ({ orm, execute }) => {
      const account = await requireOpenAccount(execute, call.authority, call.params.id);
      const held = orm
        .select({ id: bundle.deviceId })
        .from(bundle)
        .where(and(eq(bundle.accountId, account.id), ne(bundle.status, 'Bundle Split')));
      const page = await pageById(call, (after, limit) =>
        orm
          .select()
          .from(device)
          .where(and(gt(device.id, after), inArray(device.id, held)))
          .orderBy(device.id)
          .limit(limit),
      );
      return page.map((row) => ({
        ...deviceView(row),
        account_id: reaches(call.authority, row.accountId) ? row.accountId : null,
      }));
    }),
});
