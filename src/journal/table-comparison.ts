import type pg from 'pg';

const PAGE = 2_000;

interface Row {
  readonly id: string;
  readonly attributes: Record<string, unknown>;
  readonly text: string;
}

export interface Compared {
  readonly rows: number;
  /** The first difference, or `null`. */
  readonly difference: string | null;
}

interface ComparedTable {
  readonly table: string;
  /** Columns whose values a difference does not show. */
  readonly personal: readonly string[];
}

/** Compares a table of two databases row by row, column by column, in the order of ids. */
export async function compareTables(
  original: pg.Client,
  rebuilt: pg.Client,
  { table, personal }: ComparedTable,
): Promise<Compared> {
  let after = '0';
  for (let rows = 0; ; ) {
    const [left, right] = await Promise.all([page(original, table, after), page(rebuilt, table, after)]);
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      const difference = differenceOf({ table, personal }, left[at], right[at]);
      if (difference) return { rows, difference };
      rows += 1;
    }
    const last = left.at(-1);
    if (last === undefined || left.length < PAGE) return { rows, difference: null };
    after = last.id;
  }
}

async function page(client: pg.Client, table: string, after: string): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `SELECT t.id::text AS id, to_jsonb(t) AS attributes, to_jsonb(t)::text AS text
     FROM ${table} t WHERE t.id > $1 ORDER BY t.id LIMIT ${PAGE}`,
    [after],
  );
  return rows;
}

function differenceOf({ table, personal }: ComparedTable, original?: Row, rebuilt?: Row): string | undefined {
  if (original?.text === rebuilt?.text) return undefined;
  if (rebuilt === undefined || (original && BigInt(original.id) < BigInt(rebuilt.id))) {
    return `${table} ${original?.id} is in the database but in no event`;
  }
  if (original === undefined || original.id !== rebuilt.id) {
    return `${table} ${rebuilt.id} is in the events but not in the database`;
  }
  const text = (row: Row, column: string) => JSON.stringify(row.attributes[column]);
  const column = Object.keys(original.attributes).find(
    (name) => text(original, name) !== text(rebuilt, name),
  );
  if (column === undefined) return `${table} ${original.id} differs in the last digits of a number`;
  if (personal.includes(column))
    return `${table} ${original.id} has another ${column} than its events commit to`;
  return `${table} ${original.id} has ${column} ${text(original, column)}, but ${text(rebuilt, column)} in its events`;
}
