import type pg from 'pg';

/** A text as the tables and files of a database may hold it: as it is, or the bytes in hexadecimal. */
const forms = (text: string) => [text.toLowerCase(), Buffer.from(text).toString('hex')];

/**
 * Searches every column of every table of a database, those of the system included, which hold statistics of values.
 *
 * @returns the tables with a row that contains one of the texts, whatever its case.
 */
export async function tablesWith(pool: pg.Pool, texts: readonly string[]): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(`
    SELECT c.oid::regclass::text AS name FROM pg_class c
    WHERE c.relkind IN ('r', 'm') AND c.relnamespace NOT IN ('pg_toast'::regnamespace, 'information_schema'::regnamespace)
      AND NOT (pg_is_in_recovery() AND c.relpersistence = 'u')`);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rowCount } = await pool.query(
      `SELECT FROM ${name} t, unnest($1::text[]) AS form WHERE position(form IN lower(t::text)) > 0 LIMIT 1`,
      [texts.flatMap(forms)],
    );
    if (rowCount) found.push(name);
  }
  return found;
}

/** Searches the files of every table and index of a database, as they are on disk after a checkpoint. */
export async function filesWith(pool: pg.Pool, texts: readonly string[]): Promise<string[]> {
  await pool.query('CHECKPOINT');
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name
     FROM pg_class c CROSS JOIN LATERAL pg_read_binary_file(pg_relation_filepath(c.oid), true) AS file
     WHERE c.relkind IN ('r', 'i', 't', 'm') AND pg_relation_filepath(c.oid) IS NOT NULL
       AND EXISTS (SELECT FROM unnest($1::text[]) AS text WHERE position(convert_to(text, 'UTF8') IN file) > 0)`,
    [[...texts, ...texts.map((text) => text.toLowerCase())]],
  );
  return rows.map(({ name }) => name);
}
