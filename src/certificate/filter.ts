import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { array } from '../database/connection.ts';
import { list } from '../operation/list-schema.ts';
import { accountId, id, instant, userId } from '../operation/schemas.ts';
import { bundleStatuses, energySources } from '../rules/enums.ts';
import { formatInstant } from '../rules/instant.ts';
import { parseIssuanceId } from '../rules/issuance-id.ts';
import { Refusal } from '../rules/refusal.ts';

const MOST_IDS = 10_000;

/** The longest form of an issuance id: with a fraction of nine zeros and an offset. */
const LONGEST_ISSUANCE_ID = 52;

/** An issuance id, with its text as it was sent: the answer repeats it. */
const issuanceId = z
  .string()
  .max(LONGEST_ISSUANCE_ID)
  .transform((text, context) => {
    try {
      return { ...parseIssuanceId(text), text };
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: error instanceof Refusal ? error.message : 'must be an issuance id',
      });
      return z.NEVER;
    }
  })
  .meta({ examples: ['12-2025-01-12T14:00:00Z'] });

/** The fields of a filter that list at most `most` ids each. */
export const idLists = (most: number) => ({
  issuance_ids: list(issuanceId, { least: 1, most }).optional(),
  sparse_filter_list: list(z.tuple([id, instant]), { least: 1, most })
    .optional()
    .meta({ description: 'Pairs of device id and interval start' }),
});

/** The fields of a filter, without the rules that {@link CertificateFilter} adds: as a stored filter is read. */
export const FilterFields = z.object({
  source_id: accountId.meta({ description: 'The account that holds the bundles' }),
  user_id: userId.optional().meta({ description: 'If given, must be the id of the caller' }),
  ...idLists(MOST_IDS),
  device_id: id.optional(),
  energy_source: z.enum(energySources).optional(),
  certificate_period_start: instant
    .optional()
    .meta({ description: 'Intervals that start at this instant or later' }),
  certificate_period_end: instant.optional().meta({
    description: 'Intervals that end at this instant or earlier. Requires `certificate_period_start`',
  }),
  certificate_bundle_status: z
    .enum(bundleStatuses)
    .optional()
    .meta({ description: 'Defaults to all statuses except "Bundle Split"' }),
  certificate_bundle_id_range_start: id.optional().meta({
    description:
      'Only with exactly one issuance id: bundles whose range ends at this certificate id or later',
  }),
  certificate_bundle_id_range_end: id.optional().meta({
    description:
      'Only with exactly one issuance id: bundles whose range starts at this certificate id or earlier',
  }),
  localise_time: z
    .boolean()
    .default(false)
    .meta({ description: 'Render datetimes in the time zone of the account' }),
});

/** The filters of a certificate query, combined with AND (rule API-44). */
export const CertificateFilter = FilterFields.superRefine((filter, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const { certificate_period_start: start, certificate_period_end: end, issuance_ids: issuances } = filter;
  if (issuances && (start || end)) refuse('issuance_ids', 'cannot be combined with a period');
  if (end && !start) refuse('certificate_period_start', 'is required with certificate_period_end');
  if (start && end && end <= start) refuse('certificate_period_end', 'must be after the start of the period');
  const { certificate_bundle_id_range_start: first, certificate_bundle_id_range_end: last } = filter;
  if ((first || last) && issuances?.length !== 1) {
    refuse('certificate_bundle_id_range_start', 'requires exactly one issuance id');
  }
  if (first && last && last < first)
    refuse('certificate_bundle_id_range_end', 'must not be before the start of the range');
});

export type Filter = z.output<typeof CertificateFilter>;

/** A filter as JSON: fields under their names, issuance ids as they were sent. {@link FilterFields} reads it again. */
export function filterView(filter: Partial<Filter>): Record<string, unknown> {
  const said = Object.entries(filter).filter(([, value]) => value !== undefined && value !== null);
  const { issuance_ids: issuances, sparse_filter_list: slots } = filter;
  return {
    ...Object.fromEntries(
      said.map(([name, value]) => [name, value instanceof Date ? formatInstant(value) : value]),
    ),
    ...(issuances ? { issuance_ids: issuances.map(({ text }) => text) } : {}),
    ...(slots ? { sparse_filter_list: slots.map(([device, start]) => [device, formatInstant(start)]) } : {}),
  };
}

/**
 * The `WHERE` of a filter, over `b` (bundle). Of the issuance of a bundle, it reads one row by its key, and only where the row of
 * the bundle does not decide: a join would let the planner read all issuances of the registry.
 */
export function conditionOf(filter: Filter): SQL {
  const conditions = [
    sql`b.account_id = ${filter.source_id}`,
    statusCondition(filter),
    ...issuanceConditions(filter),
  ];
  if (filter.device_id) conditions.push(sql`b.device_id = ${filter.device_id}`);
  if (filter.energy_source) conditions.push(sql`${ofIssuance('energy_source')} = ${filter.energy_source}`);
  if (filter.certificate_period_start) {
    conditions.push(sql`b.production_start >= ${filter.certificate_period_start.toISOString()}`);
  }
  if (filter.certificate_period_end) {
    const end = sql`${filter.certificate_period_end.toISOString()}::timestamptz`;
    // An interval is an hour at most, so only those that start in the last hour of the period can end after it.
    conditions.push(sql`b.production_start < ${end}
      AND (b.production_start <= ${end} - interval '1 hour' OR ${ofIssuance('production_end')} <= ${end})`);
  }
  if (filter.sparse_filter_list) conditions.push(slotCondition(filter.sparse_filter_list));
  return sql.join(conditions, sql` AND `);
}

const ofIssuance = (column: 'energy_source' | 'production_end') =>
  sql`(SELECT i.${sql.identifier(column)} FROM issuance i WHERE i.id = b.issuance_id)`;

function statusCondition({ certificate_bundle_status: status }: Filter): SQL {
  if (status === 'Bundle Split') return sql`b.status = 'Bundle Split'`;
  // Stated also with another status: the partial indexes of live bundles require it.
  const live = sql`b.status <> 'Bundle Split'`;
  return status ? sql`${live} AND b.status = ${status}` : live;
}

function issuanceConditions(filter: Filter): SQL[] {
  if (!filter.issuance_ids) return [];
  const slots = filter.issuance_ids.map(({ deviceId, start }) => [deviceId, start] as const);
  const { certificate_bundle_id_range_start: first, certificate_bundle_id_range_end: last } = filter;
  return [
    slotCondition(slots),
    ...(first ? [sql`b.range_end >= ${first}`] : []),
    ...(last ? [sql`b.range_start <= ${last}`] : []),
  ];
}

/** Issuances of a device that start at an instant: the versions of one issuance. */
function slotCondition(slots: readonly (readonly [number, Date])[]): SQL {
  const devices = slots.map(([deviceId]) => deviceId);
  const starts = slots.map(([, start]) => start.getTime());
  return sql`(b.device_id, b.production_start) IN (
    SELECT slot.device_id, to_timestamp(slot.start_ms / 1000.0)
    FROM unnest(${array(devices)}::bigint[], ${array(starts)}::bigint[]) AS slot(device_id, start_ms))`;
}
