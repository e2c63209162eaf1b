import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { accountTotals } from '../database/account-totals.ts';
import type { Reader } from '../database/database.ts';
import { dateOf } from '../database/timestamp.ts';
import { decodeCursor, encodeCursor } from '../operation/paging.ts';
import { problems } from '../operation/problem.ts';
import { FIRST_MS, LAST_MS } from '../rules/instant.ts';
import { conditionOf, type Filter } from './filter.ts';
import type { BundleRow } from './read-model.ts';

export interface PageOf {
  readonly sourceId: number;
  /** `SELECT` of the rows, without `WHERE`. */
  readonly select: SQL;
  /** `WHERE` of all matches. */
  readonly condition: SQL;
  /** `SELECT` of one row with the `volume` of all matches, in Wh. It is executed for the first page; cursors carry its result. */
  readonly total: SQL;
  readonly limit: number;
  readonly cursor: string | null | undefined;
  /** Where the request has its cursor. */
  readonly place: 'query' | 'body';
}

export interface Page<Row> {
  readonly rows: Row[];
  /** Wh of all matches when the first page was read; 0 without a total. */
  readonly total: number;
  /** The time zone of the account. */
  readonly timezone: string;
  /** The cursor of the next page. */
  readonly next: string | null;
}

/** The fields of a query that the totals of an account distinguish, and those that select nothing. */
const KNOWN_TO_TOTALS: ReadonlySet<string> = new Set([
  ...['source_id', 'certificate_bundle_status', 'energy_source'],
  ...['user_id', 'localise_time', 'limit', 'cursor'],
]);

/** `SELECT` of the Wh of all matches: from the totals of the account if they tell it, and otherwise over the matches. */
export function totalOf(filter: Filter): SQL {
  const { certificate_bundle_status: status, energy_source: source } = filter;
  const given = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  // Totals are of live bundles, which split parents are not.
  if (status === 'Bundle Split' || given.some((name) => !KNOWN_TO_TOTALS.has(name)))
    return sql`SELECT coalesce(sum(b.quantity), 0)::int8 AS volume FROM bundle b WHERE ${conditionOf(filter)}`;
  return sql`
    SELECT coalesce(sum(energy_wh), 0)::int8 AS volume FROM ${accountTotals(filter.source_id)} AS part
    WHERE ${status ? sql`status = ${status}` : sql`true`} AND ${source ? sql`energy_source = ${source}` : sql`true`}`;
}

/** For an answer without a total: a total costs a scan of all matches. */
export const noTotal: SQL = sql`SELECT NULL::int8 AS volume`;

/** A place in the order of certificate queries: the start of the interval of a bundle, and its id. Neither ever changes. */
export interface BundlePosition {
  readonly start: Date;
  readonly id: number;
}

/** `SELECT` of the next matches after a position, in the order of certificate queries. */
export function selectAfter(
  { select, condition }: Pick<PageOf, 'select' | 'condition'>,
  after: BundlePosition | undefined,
  limit: number,
): SQL {
  const past = after
    ? sql`AND (b.production_start, b.id) > (${after.start.toISOString()}::timestamptz, ${after.id}::bigint)`
    : sql``;
  return sql`${select} WHERE ${condition} ${past} ORDER BY b.production_start, b.id LIMIT ${limit}`;
}

/** Milliseconds of an instant, an id, and the Wh of all matches; without the last, it is computed again. */
const CursorKeys = z.tuple([z.int().min(FIRST_MS).max(LAST_MS), z.int().min(0), z.int().min(0).optional()]);

/** A row of the page with the facts of the account; without any match, one row whose bundle columns are null. */
interface Found extends Record<string, unknown> {
  readonly account_timezone: string;
  readonly total_volume: number | null;
}

/**
 * Selects a page of bundles in the order of interval start, then id. It is one statement, so that the page, the total
 * and the account are of one snapshot. A closed account can still be queried.
 *
 * @throws {Problem} 404 for an account that does not exist, 422 for an invalid cursor.
 */
export async function selectPage<Row extends BundleRow>(
  { execute }: Reader,
  { sourceId, select, condition, total, limit, cursor, place }: PageOf,
): Promise<Page<Row>> {
  const [startMs, afterId, known] = decodeCursor(cursor ?? undefined, CursorKeys, place) ?? [];
  const after =
    startMs === undefined || afterId === undefined ? undefined : { start: new Date(startMs), id: afterId };
  const found = await execute<Found>(sql`
    SELECT a.timezone AS account_timezone, total.volume AS total_volume, page.*
    FROM account a
    CROSS JOIN (${known === undefined ? total : sql`SELECT ${known}::int8 AS volume`}) AS total
    LEFT JOIN (${selectAfter({ select, condition }, after, limit + 1)}) AS page ON true
    WHERE a.id = ${sourceId}
    ORDER BY page.production_starting_interval COLLATE "C", page.id`);
  const [first] = found;
  if (first === undefined) throw problems.notFound('account', sourceId);
  const hasBundle = (row: Found): row is Found & Row => row.id !== null;
  const rows: Row[] = found.filter(hasBundle);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const { account_timezone: timezone, total_volume: volume } = first;
  const hasMore = rows.length > limit && last !== undefined;
  return {
    rows: shown,
    total: volume ?? 0,
    timezone,
    next: hasMore ? cursorAfter(last, volume) : null,
  };
}

function cursorAfter({ production_starting_interval: start, id }: BundleRow, volume: number | null): string {
  return encodeCursor([dateOf(start).getTime(), id, ...(volume === null ? [] : [volume])]);
}

/**
 * The time zone of an account, open or closed.
 *
 * @throws {Problem} 404 for an account that does not exist.
 */
export async function timezoneOf({ execute }: Reader, sourceId: number): Promise<string> {
  const [account] = await execute<{ timezone: string }>(
    sql`SELECT timezone FROM account WHERE id = ${sourceId}`,
  );
  if (account === undefined) throw problems.notFound('account', sourceId);
  return account.timezone;
}
