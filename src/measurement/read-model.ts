import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { ReadOrm } from '../database/connection.ts';
import { device, measurementReport } from '../database/schema.ts';
import { type Authority, ownAccounts } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { formatInstant } from '../rules/instant.ts';
import type { Measurement } from './schemas.ts';

export type ReadingRow = typeof measurementReport.$inferSelect;

/** Condition: readings of devices that the caller may access, including deleted devices. */
function visibleReadings({ caller, scope }: Authority): SQL | undefined {
  if (scope === 'all') return undefined;
  if (scope === 'storage devices') return eq(device.isStorage, true);
  return sql`${device.accountId} IN (${ownAccounts(caller)})`;
}

/** Selects readings that the caller may see and that are not deleted, ordered by id. */
export async function readingsWhere(
  orm: ReadOrm,
  authority: Authority,
  condition: SQL | undefined,
  limit: number,
): Promise<ReadingRow[]> {
  const rows = await orm
    .select({ reading: measurementReport })
    .from(measurementReport)
    .innerJoin(device, eq(device.id, measurementReport.deviceId))
    .where(and(isNull(measurementReport.deletedAt), condition, visibleReadings(authority)))
    .orderBy(asc(measurementReport.id))
    .limit(limit);
  return rows.map(({ reading }) => reading);
}

/**
 * Loads a reading that the caller has access to.
 *
 * @throws {Problem} 404 for a reading that does not exist, was deleted, or belongs to others.
 */
export async function requireReading(
  orm: ReadOrm,
  authority: Authority,
  readingId: number,
): Promise<ReadingRow> {
  const [row] = await readingsWhere(orm, authority, eq(measurementReport.id, readingId), 1);
  if (row === undefined) throw problems.notFound('measurement', readingId);
  return row;
}

export function readingView(row: ReadingRow): z.input<typeof Measurement> {
  return {
    id: row.id,
    device_id: row.deviceId,
    interval_start_datetime: formatInstant(row.intervalStart),
    interval_end_datetime: formatInstant(row.intervalEnd),
    interval_usage: row.intervalUsage,
    gross_net_indicator: row.grossNetIndicator,
    version: row.version,
    created_at: formatInstant(row.createdAt),
  };
}
