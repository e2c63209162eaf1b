import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { measurementReport } from '../database/schema.ts';
import type { Transaction } from '../database/transaction.ts';
import { canAccessDevice } from '../device/index.ts';
import type { Authority } from '../operation/caller.ts';
import { olderClients } from '../operation/older-clients.ts';
import { defineEdit, defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { changesOf, lockRow, nextVersion, requireSameId } from '../operation/row-version.ts';
import { done, idAgain, idParams } from '../operation/schemas.ts';
import { endProblems } from '../rules/interval.ts';
import type { AccountId } from '../rules/units.ts';
import { type ReadingRow, readingView, requireReading } from './read-model.ts';
import { Measurement, MeasurementCreate, MeasurementUpdate } from './schemas.ts';

const common = { tag: 'Measurements', permission: 'produce' } as const;

/**
 * Locks the device of a reading, so that it is neither deleted nor moved before the commit.
 *
 * @throws {Problem} 422 if it does not exist or the caller has no access to it.
 */
async function lockDevice(tx: Transaction, authority: Authority, deviceId: number): Promise<void> {
  const [row] = await tx.execute<{ accountId: AccountId; isStorage: boolean }>(sql`
    SELECT account_id AS "accountId", is_storage AS "isStorage"
    FROM device WHERE id = ${deviceId} AND deleted_at IS NULL FOR SHARE`);
  if (row !== undefined && canAccessDevice(authority, row)) return;
  throw problems.invalid([{ path: 'body.device_id', message: `device ${deviceId} does not exist` }]);
}

async function lockReading(tx: Transaction, authority: Authority, id: number): Promise<ReadingRow> {
  await lockRow(tx, measurementReport, id);
  return requireReading(tx.orm, authority, id);
}

function requireInterval(start: Date, end: Date, now: Date): void {
  const wrong = endProblems({ start, end }, now);
  const path = 'body.interval_end_datetime';
  if (wrong.length > 0) throw problems.invalid(wrong.map((message) => ({ path, message })));
}

export const createMeasurement = defineMutation({
  ...common,
  id: 'createMeasurement',
  method: 'POST',
  path: '/measurement/create',
  summary: 'Submit a meter reading',
  description:
    'Stores the reading of a meter: whole Wh of one of the caller’s devices over a past interval of at most one hour. Readings of a device with the same indicator must not overlap. A reading alone does not issue certificates.',
  body: MeasurementCreate,
  olderClients: olderClients.entity,
  answer: { status: 201, description: 'The new reading', schema: Measurement },
  refusals: [409],
  versioned: true,
  async handle({ body, transact, services, authority }) {
    const { interval_start_datetime: intervalStart, interval_end_datetime: intervalEnd } = body;
    requireInterval(intervalStart, intervalEnd, services.clock());
    return transact(async (tx) => {
      await lockDevice(tx, authority, body.device_id);
      const [row] = await tx.orm
        .insert(measurementReport)
        .values({
          deviceId: body.device_id,
          intervalStart,
          intervalEnd,
          intervalUsage: body.interval_usage,
          grossNetIndicator: body.gross_net_indicator,
        })
        .returning();
      if (row === undefined) throw new Error('an insert gave no row');
      return readingView(row);
    });
  },
});

export const updateMeasurement = defineEdit({
  ...common,
  id: 'updateMeasurement',
  method: 'PATCH',
  path: '/measurement/update/:id',
  summary: 'Update a meter reading',
  description: 'Changes the given fields. Issued certificates are not changed.',
  params: idParams,
  body: MeasurementUpdate,
  olderClients: olderClients.entity,
  answer: { status: 200, description: 'The reading as it is now', schema: Measurement },
  refusals: [409],
  edit: ({ params, body, services, authority }) => ({
    lock: (tx) => lockReading(tx, authority, params.id),
    change: async (tx, before) => {
      if (body.device_id !== undefined) await lockDevice(tx, authority, body.device_id);
      const intervalStart = body.interval_start_datetime ?? before.intervalStart;
      const intervalEnd = body.interval_end_datetime ?? before.intervalEnd;
      requireInterval(intervalStart, intervalEnd, services.clock());
      const changes = changesOf(before, {
        deviceId: body.device_id,
        intervalStart,
        intervalEnd,
        intervalUsage: body.interval_usage,
        grossNetIndicator: body.gross_net_indicator,
      });
      if (changes === undefined) return readingView(before);
      const [row] = await tx.orm
        .update(measurementReport)
        .set({ ...changes, version: nextVersion })
        .where(eq(measurementReport.id, before.id))
        .returning();
      if (row === undefined) throw problems.notFound('measurement', params.id);
      return readingView(row);
    },
  }),
});

export const deleteMeasurement = defineEdit({
  ...common,
  id: 'deleteMeasurement',
  method: 'DELETE',
  path: '/measurement/delete/:id',
  summary: 'Delete a meter reading',
  description:
    'Deletes a reading. Another reading can then be submitted for its interval. Issued certificates are not changed.',
  params: idParams,
  queryParams: z.object({ measurement_id: idAgain }),
  answer: { status: 200, description: 'The reading is deleted', schema: done },
  edit: ({ params, queryParams, authority }) => {
    requireSameId(params.id, queryParams);
    return {
      lock: (tx) => lockReading(tx, authority, params.id),
      change: async (tx, before) => {
        await tx.orm
          .update(measurementReport)
          .set({ deletedAt: sql`now()`, version: nextVersion })
          .where(eq(measurementReport.id, before.id));
        return { message: `Measurement ${params.id} is deleted.` };
      },
    };
  },
});
