import { Readable, Transform } from 'node:stream';
import { stringify } from 'csv-stringify';
import { dateOf } from '../database/timestamp.ts';
import type { QueryCall, Streamed } from '../operation/operation.ts';
import { type BundlePosition, type PageOf, selectAfter } from './page.ts';
import type { BundleRow } from './read-model.ts';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

/** The media types of a query beside JSON: a stream of all matches. */
export const STREAM_TYPES = [CSV, NDJSON] as const;

/** The rows that a stream reads at a time, and holds in memory while its client does not read. */
const PAGE_SIZE = 500;

type Matches = Pick<PageOf, 'select' | 'condition'>;

/**
 * Streams all matches in the order of pages. No connection is held between pages, however slowly the client reads. A failed read
 * aborts the response, so that the client notices. What a stream guarantees while bundles change: rule API-22.
 */
export function streamRows<Row extends BundleRow>(
  { read, mediaType }: Pick<QueryCall, 'read' | 'mediaType'>,
  matches: Matches,
  shape: { readonly columns: readonly string[]; view(row: Row): object },
): Streamed {
  const views = Readable.from(viewsOf(rowsOf<Row>(read, matches), shape.view), { highWaterMark: 1 });
  const format =
    mediaType === CSV
      ? stringify({
          header: true,
          columns: [...shape.columns],
          escape_formulas: true,
          cast: { boolean: String },
        })
      : jsonLines();
  views.on('error', (error) => format.destroy(error));
  format.on('close', () => views.destroy());
  return { contentType: `${mediaType}; charset=utf-8`, body: views.pipe(format) };
}

async function* rowsOf<Row extends BundleRow>(
  read: QueryCall['read'],
  matches: Matches,
): AsyncGenerator<Row> {
  let after: BundlePosition | undefined;
  for (;;) {
    const statement = selectAfter(matches, after, PAGE_SIZE);
    const rows = await read(({ execute }) => execute<Row>(statement));
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_SIZE) return;
    after = { start: dateOf(last.production_starting_interval), id: last.id };
  }
}

async function* viewsOf<Row>(rows: AsyncIterable<Row>, view: (row: Row) => object): AsyncGenerator<object> {
  for await (const row of rows) yield view(row);
}

function jsonLines(): Transform {
  return new Transform({
    writableObjectMode: true,
    transform: (row: object, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
  });
}
