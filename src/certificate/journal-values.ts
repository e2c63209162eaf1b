import { type SQL, sql } from 'drizzle-orm';

/** Whether an interval of the journal, from an entry `since` until the entry `until`, includes an entry. */
export const includes = (interval: string, entry: string): SQL =>
  sql.raw(
    `(${entry}.id > ${interval}.since AND (${interval}.until IS NULL OR ${entry}.id < ${interval}.until))`,
  );

/** The values that the journal gives an attribute of each row of an entity: each from an entry until the next one, without it. */
export const valuesInJournal = (entity: string, attribute: string): SQL => sql`(
  SELECT entity_id AS id, id AS since, lead(id) OVER (PARTITION BY entity_id ORDER BY id) AS until,
         attributes_after ->> ${sql.raw(`'${attribute}'`)} AS value
  FROM journal WHERE entity_name = ${sql.raw(`'${entity}'`)} AND attributes_after ? ${sql.raw(`'${attribute}'`)})`;
