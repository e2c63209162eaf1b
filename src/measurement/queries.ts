import { and, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import { measurementReport } from '../database/schema.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { idParams } from '../operation/schemas.ts';
import { readingsWhere, readingView, requireReading } from './read-model.ts';
import { Measurement, measurementListQuery } from './schemas.ts';

const common = { method: 'GET', tag: 'Measurements', permission: 'read' } as const;

export const listMeasurements = defineQuery({
  ...common,
  id: 'listMeasurements',
  path: '/measurement/list',
  summary: 'List meter readings',
  description:
    "Returns the readings of the devices of the caller's accounts, all readings for an administrator, or those of storage devices for a storage validator. `device_id` restricts the list to one device.",
  queryParams: measurementListQuery,
  answer: { status: 200, description: 'One page of readings', schema: z.array(Measurement) },
  handle: (call) =>
    call.read(async ({ orm }) => {
      const { device_id: deviceId } = call.queryParams;
      const ofDevice = deviceId === undefined ? undefined : eq(measurementReport.deviceId, deviceId);
      const page = await pageById(call, (after, limit) =>
        readingsWhere(orm, call.authority, and(gt(measurementReport.id, after), ofDevice), limit),
      );
      return page.map(readingView);
    }),
});

export const readMeasurement = defineQuery({
  ...common,
  id: 'readMeasurement',
  path: '/measurement/:id',
  summary: 'Get a meter reading',
  description: 'Returns the reading of one device and interval.',
  params: idParams,
  answer: { status: 200, description: 'The reading', schema: Measurement },
  versioned: true,
  handle: ({ params, read, authority }) =>
    read(async ({ orm }) => readingView(await requireReading(orm, authority, params.id))),
});
