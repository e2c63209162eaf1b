import { z } from 'zod';
import { problems } from './problem.ts';

/**
 * Keyset pagination: a cursor holds the sort keys of the last row of a page. Each page has the same cost, and
 * concurrent inserts and deletes do not shift the pages.
 */

export function encodeCursor(keys: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** @throws {Problem} 422 for an invalid cursor. `place` is the part of the request that contains it. */
export function decodeCursor<Keys extends z.ZodType>(
  cursor: string | undefined,
  keys: Keys,
  place: 'query' | 'body',
): z.output<Keys> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = keys.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (parsed.success) return parsed.data;
  throw problems.invalid([{ path: `${place}.cursor`, message: 'is not a valid cursor' }]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const IdCursor = z.tuple([z.int().nonnegative()]);

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * One page of a list in the order of ids. `load` returns at most `limit` rows with ids after `after`. One row
 * more than the page is loaded, to determine whether there is a next page.
 */
export async function pageById<Row extends { id: number }>(
  call: { queryParams: PageRequest; answerHeader(name: string, value: string): void },
  load: (after: number, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const { limit, cursor } = call.queryParams;
  const [after] = decodeCursor(cursor, IdCursor, 'query') ?? [0];
  const rows = await load(after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length > limit && last) call.answerHeader('registry-next-cursor', encodeCursor([last.id]));
  return page;
}
