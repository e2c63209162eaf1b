import { Readable, Transform } from 'node:stream';
import { stringify } from 'csv-stringify';
import { type SQL, sql } from 'drizzle-orm';
import type { QueryCall, Streamed } from '../operation/operation.ts';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

/** The media types of a query beside JSON: a stream of all matches. */
export const STREAM_TYPES = [CSV, NDJSON] as const;

/** Streams all matches in the order of pages. A lost connection aborts the response, so that the client notices. */
export function streamRows<Row>(
  { stream, mediaType }: Pick<QueryCall, 'stream' | 'mediaType'>,
  statement: SQL,
  shape: { readonly columns: readonly string[]; view(row: Row): object },
): Streamed {
  const rows = stream(sql`${statement} ORDER BY b.production_start, b.id`);
  const views = Readable.from(viewsOf(rows as AsyncIterable<Row>, shape.view));
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

async function* viewsOf<Row>(rows: AsyncIterable<Row>, view: (row: Row) => object): AsyncGenerator<object> {
  for await (const row of rows) yield view(row);
}

function jsonLines(): Transform {
  return new Transform({
    writableObjectMode: true,
    transform: (row: object, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
  });
}
