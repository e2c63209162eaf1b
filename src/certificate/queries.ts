import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Reader } from '../database/database.ts';
import { type Authority, requireAccount } from '../operation/caller.ts';
import { defineQuery, type QueryCall } from '../operation/operation.ts';
import { decodeCursor, encodeCursor } from '../operation/paging.ts';
import { problems } from '../operation/problem.ts';
import { count, countText, idParams } from '../operation/schemas.ts';
import { MOST_BUNDLES } from '../rules/bundle-list.ts';
import { FIRST_MS, LAST_MS } from '../rules/instant.ts';
import { refuse } from '../rules/refusal.ts';
import { requireBundle } from './access.ts';
import { Bundle, FullBundle } from './bundle-schemas.ts';
import { CertificateFilter, conditionOf, type Filter, filterView } from './filter.ts';
import {
  type BundleRow,
  bundleView,
  type FullRow,
  fullView,
  selectBundles,
  selectFullBundles,
  selectVolume,
} from './read-model.ts';
import { STREAM_TYPES, streamRows } from './stream.ts';

const Page = {
  /** One action can take a page, and not more. */
  limit: z.int().min(1).max(MOST_BUNDLES).default(1_000),
  cursor: z.string().max(500).nullish().meta({ description: 'The next_cursor of the page before' }),
};
const CertificateQuery = CertificateFilter.safeExtend(Page).meta({ id: 'CertificateQuery' });

type Asked = z.output<typeof CertificateQuery>;

const QueryAnswer = z
  .looseObject({
    granular_certificate_bundles: z.array(Bundle),
    total_certificate_volume: count.meta({ description: 'Wh of all matches, not of the page' }),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'CertificateQueryAnswer', description: 'The query as it was understood, and its bundles.' });

/** Milliseconds of an instant, and an id. */
const CursorKeys = z.tuple([z.int().min(FIRST_MS).max(LAST_MS), z.int().min(0)]);

/** Rows of a page, and where the next one starts. Order: interval start, then id. */
async function page<Row extends BundleRow>(
  { execute }: Reader,
  select: SQL,
  condition: SQL,
  { limit, cursor }: { limit: number; cursor?: string | null | undefined },
  place: 'query' | 'body',
): Promise<{ rows: Row[]; next: string | null }> {
  const after = decodeCursor(cursor ?? undefined, CursorKeys, place);
  const past = after
    ? sql`AND (b.production_start, b.id) > (${new Date(after[0]).toISOString()}::timestamptz, ${after[1]}::bigint)`
    : sql``;
  const rows = await execute<Row>(
    sql`${select} WHERE ${condition} ${past} ORDER BY b.production_start, b.id LIMIT ${limit + 1}`,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    rows: shown,
    next: more ? encodeCursor([last.production_starting_interval.getTime(), last.id]) : null,
  };
}

/**
 * The account's time zone if datetimes are to be localised. A closed account may be looked into still.
 *
 * @throws {Problem} 404 for an account that never was.
 */
async function zoneFor(
  { execute }: Reader,
  { source_id, localise_time }: Pick<Filter, 'source_id' | 'localise_time'>,
): Promise<string | undefined> {
  const [account] = await execute<{ timezone: string }>(
    sql`SELECT timezone FROM account WHERE id = ${source_id}`,
  );
  if (account === undefined) throw problems.notFound('account', source_id);
  return localise_time ? account.timezone : undefined;
}

/**
 * The caller may look into the account, and names no other user than itself.
 *
 * @throws {Problem} 404
 * @throws {Refusal} 403
 */
function requireOwn(
  authority: Authority,
  { source_id, user_id }: Pick<Filter, 'source_id' | 'user_id'>,
): void {
  if (user_id && user_id !== authority.caller.userId) throw refuse.notTheCaller();
  requireAccount(authority, source_id);
}

/** The query as it was understood, under the names and in the forms in which it came. */
function echo({ cursor: _, limit, ...filter }: Asked): Record<string, unknown> {
  return { ...filterView(filter), limit };
}

const common = {
  method: 'POST',
  tag: 'Certificates',
  permission: 'read',
  body: CertificateQuery,
  refusals: [404],
} as const;

type Call = QueryCall<undefined, undefined, typeof CertificateQuery>;

export const queryCertificates = defineQuery({
  ...common,
  id: 'queryCertificates',
  path: '/certificate/query',
  summary: 'Find bundles of an account',
  description:
    'All filters combine with AND. Pages by `cursor`; with `Accept: text/csv` or `application/x-ndjson` the whole result is streamed instead.',
  answer: { status: 202, description: 'A page of bundles', schema: QueryAnswer, streams: STREAM_TYPES },
  handle: async (call: Call) => {
    requireOwn(call, call.body);
    const condition = conditionOf(call.body);
    if (call.mediaType !== 'application/json') {
      const zone = await call.read((reader) => zoneFor(reader, call.body));
      return streamRows(call, sql`${selectBundles} WHERE ${condition}`, {
        columns: Object.keys(Bundle.shape),
        view: (row: BundleRow) => bundleView(row, zone),
      });
    }
    return call.read(async (reader) => {
      const { rows, next } = await page<BundleRow>(reader, selectBundles, condition, call.body, 'body');
      const zone = await zoneFor(reader, call.body);
      return {
        ...echo(call.body),
        granular_certificate_bundles: rows.map((row) => bundleView(row, zone)),
        total_certificate_volume: await volume(reader, condition),
        next_cursor: next,
      };
    });
  },
});

async function volume({ execute }: Reader, condition: SQL): Promise<number> {
  const [sum] = await execute<{ volume: number }>(sql`${selectVolume} WHERE ${condition}`);
  return sum?.volume ?? 0;
}

export const queryFullCertificates = defineQuery({
  ...common,
  id: 'queryFullCertificates',
  path: '/certificate/query_full',
  summary: 'Find bundles of an account, with device and metadata',
  description:
    'As `/certificate/query`; the answer is the array of full views, and `registry-next-cursor` leads on.',
  answer: {
    status: 202,
    description: 'A page of full views',
    schema: z.array(FullBundle),
    streams: STREAM_TYPES,
  },
  handle: async (call: Call) => {
    requireOwn(call, call.body);
    const condition = conditionOf(call.body);
    const zone = await call.read((reader) => zoneFor(reader, call.body));
    if (call.mediaType !== 'application/json') {
      return streamRows(call, sql`${selectFullBundles} WHERE ${condition}`, {
        columns: Object.keys(FullBundle.shape),
        view: (row: FullRow) => fullView(row, zone),
      });
    }
    const { rows, next } = await call.read((reader) =>
      page<FullRow>(reader, selectFullBundles, condition, call.body, 'body'),
    );
    if (next) call.answerHeader('registry-next-cursor', next);
    return rows.map((row) => fullView(row, zone));
  },
});

export const readAccountCertificates = defineQuery({
  id: 'readAccountCertificates',
  method: 'GET',
  path: '/account/:id/certificates',
  tag: 'Certificates',
  summary: 'Live bundles of an account',
  description: 'As `/certificate/query` without a filter.',
  permission: 'read',
  params: idParams,
  queryParams: z.object({ limit: countText(MOST_BUNDLES, 1_000), cursor: z.string().max(500).optional() }),
  answer: { status: 200, description: 'A page of bundles', schema: QueryAnswer },
  handle: ({ params, queryParams: asked, read, ...authority }) => {
    requireAccount(authority, params.id);
    const filter = { source_id: params.id, localise_time: false };
    const condition = conditionOf(filter);
    return read(async (reader) => {
      await zoneFor(reader, filter);
      const { rows, next } = await page<BundleRow>(reader, selectBundles, condition, asked, 'query');
      return {
        source_id: params.id,
        granular_certificate_bundles: rows.map((row) => bundleView(row)),
        total_certificate_volume: await volume(reader, condition),
        next_cursor: next,
      };
    });
  },
});

export const readCertificate = defineQuery({
  id: 'readCertificate',
  method: 'GET',
  path: '/certificate/:id',
  tag: 'Certificates',
  summary: 'Read a bundle',
  description: 'The bundle with its device and metadata, for users of the account that holds it.',
  permission: 'read',
  params: idParams,
  answer: { status: 200, description: 'The full view', schema: FullBundle },
  handle: async ({ params, read, ...authority }) =>
    fullView(await read(({ execute }) => requireBundle(execute, authority, params.id))),
});
