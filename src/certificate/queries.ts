import { z } from 'zod';
import { type Authority, requireAccount } from '../operation/caller.ts';
import { defineQuery, type QueryCall } from '../operation/operation.ts';
import { accountParams, count, countText, idParams } from '../operation/schemas.ts';
import { MOST_BUNDLES } from '../rules/bundle-list.ts';
import { refuse } from '../rules/refusal.ts';
import { requireBundle } from './access.ts';
import { Bundle, FullBundle } from './bundle-schemas.ts';
import { CertificateFilter, conditionOf, type Filter, filterView } from './filter.ts';
import { noTotal, selectPage, timezoneOf, totalOf } from './page.ts';
import {
  type BundleRow,
  bundleView,
  type FullRow,
  fullView,
  selectBundles,
  selectFullBundles,
} from './read-model.ts';
import { STREAM_TYPES, streamRows } from './stream.ts';

const PageFields = {
  /** At most what one action can take. */
  limit: z.int().min(1).max(MOST_BUNDLES).default(1_000),
  cursor: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'Cursor from `next_cursor` of the previous page' }),
};
const CertificateQuery = CertificateFilter.safeExtend(PageFields).meta({ id: 'CertificateQuery' });

const QueryAnswer = z
  .looseObject({
    granular_certificate_bundles: z.array(Bundle),
    total_certificate_volume: count.meta({
      description: 'Wh of all matches, not of the page, at the time of the first page',
    }),
    next_cursor: z.string().nullable(),
  })
  .meta({
    id: 'CertificateQueryAnswer',
    description: 'The filter of the query and the matching bundles.',
  });

/**
 * Requires that the caller may read the account, and that `user_id` is its own.
 *
 * @throws {Problem} 404
 * @throws {Refusal} 403 `not-the-caller`
 */
function requireOwn(
  authority: Authority,
  { source_id, user_id }: Pick<Filter, 'source_id' | 'user_id'>,
): void {
  if (user_id && user_id !== authority.caller.userId) throw refuse.notTheCaller();
  requireAccount(authority, source_id);
}

/** The filter and the limit, as the answer repeats them. */
function echo({ cursor: _, limit, ...filter }: z.output<typeof CertificateQuery>): Record<string, unknown> {
  return { ...filterView(filter), limit };
}

const common = {
  method: 'POST',
  tag: 'Certificates',
  permission: 'read',
  body: CertificateQuery,
  bodyLimit: 'bulk',
  refusals: [404],
} as const;

type Call = QueryCall<undefined, undefined, typeof CertificateQuery>;

export const queryCertificates = defineQuery({
  ...common,
  id: 'queryCertificates',
  path: '/certificate/query',
  summary: 'Query the bundles of an account',
  description:
    'Returns the bundles of an account that match all of the filters. Pass `next_cursor` as `cursor` to get the next page. With `Accept: text/csv` or `application/x-ndjson`, the response is a stream of all matches.',
  answer: { status: 202, description: 'A page of bundles', schema: QueryAnswer, streams: STREAM_TYPES },
  handle: async (call: Call) => {
    const { authority, body, read, mediaType } = call;
    const { source_id: sourceId, limit, cursor, localise_time: localise } = body;
    requireOwn(authority, body);
    const condition = conditionOf(body);
    if (mediaType !== 'application/json') {
      const timezone = await read((reader) => timezoneOf(reader, sourceId));
      return streamRows(
        { read, mediaType },
        { select: selectBundles, condition },
        {
          columns: Object.keys(Bundle.shape),
          view: (row: BundleRow) => bundleView(row, localise ? timezone : undefined),
        },
      );
    }
    const { rows, total, timezone, next } = await read((reader) =>
      selectPage<BundleRow>(reader, {
        sourceId,
        select: selectBundles,
        condition,
        total: totalOf(body),
        limit,
        cursor,
        place: 'body',
      }),
    );
    return {
      ...echo(body),
      granular_certificate_bundles: rows.map((row) => bundleView(row, localise ? timezone : undefined)),
      total_certificate_volume: total,
      next_cursor: next,
    };
  },
});

export const queryFullCertificates = defineQuery({
  ...common,
  id: 'queryFullCertificates',
  path: '/certificate/query_full',
  summary: 'Query the bundles of an account, with device and metadata',
  description:
    'Works like `/certificate/query`, but returns an array of bundles with their device and metadata. The cursor of the next page is in the `registry-next-cursor` header.',
  answer: {
    status: 202,
    description: 'A page of bundles with device and metadata',
    schema: z.array(FullBundle),
    streams: STREAM_TYPES,
  },
  handle: async (call: Call) => {
    const { authority, body, read, mediaType } = call;
    const { source_id: sourceId, limit, cursor, localise_time: localise } = body;
    requireOwn(authority, body);
    const condition = conditionOf(body);
    if (mediaType !== 'application/json') {
      const timezone = await read((reader) => timezoneOf(reader, sourceId));
      return streamRows(
        { read, mediaType },
        { select: selectFullBundles, condition },
        {
          columns: Object.keys(FullBundle.shape),
          view: (row: FullRow) => fullView(row, localise ? timezone : undefined),
        },
      );
    }
    const { rows, timezone, next } = await read((reader) =>
      selectPage<FullRow>(reader, {
        sourceId,
        select: selectFullBundles,
        condition,
        total: noTotal,
        limit,
        cursor,
        place: 'body',
      }),
    );
    if (next) call.answerHeader('registry-next-cursor', next);
    return rows.map((row) => fullView(row, localise ? timezone : undefined));
  },
});

export const readAccountCertificates = defineQuery({
  id: 'readAccountCertificates',
  method: 'GET',
  path: '/account/:id/certificates',
  tag: 'Certificates',
  summary: 'List the live bundles of an account',
  description: 'Returns the same as `/certificate/query` without filters.',
  permission: 'read',
  params: accountParams,
  queryParams: z.object({ limit: countText(MOST_BUNDLES, 1_000), cursor: z.string().max(500).optional() }),
  answer: { status: 200, description: 'A page of bundles', schema: QueryAnswer },
  async handle({ params, queryParams: { limit, cursor }, read, authority }) {
    requireAccount(authority, params.id);
    const filter = { source_id: params.id, localise_time: false };
    const { rows, total, next } = await read((reader) =>
      selectPage<BundleRow>(reader, {
        sourceId: params.id,
        select: selectBundles,
        condition: conditionOf(filter),
        total: totalOf(filter),
        limit,
        cursor,
        place: 'query',
      }),
    );
    return {
      source_id: params.id,
      granular_certificate_bundles: rows.map((row) => bundleView(row)),
      total_certificate_volume: total,
      next_cursor: next,
    };
  },
});

export const readCertificate = defineQuery({
  id: 'readCertificate',
  method: 'GET',
  path: '/certificate/:id',
  tag: 'Certificates',
  summary: 'Get a bundle',
  description:
    'Returns a bundle with its device and metadata. The caller must be a user of the account that holds it.',
  permission: 'read',
  params: idParams,
  answer: { status: 200, description: 'The bundle with its device and metadata', schema: FullBundle },
  handle: async ({ params, read, authority }) =>
    fullView(await read(({ execute }) => requireBundle(execute, authority, params.id))),
});
