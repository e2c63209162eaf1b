import { type SQL, sql } from 'drizzle-orm';

/** The values that the journal gives an attribute of each row of an entity: each from an entry until the next one, without it. */
export const valuesInJournal = (entity: string, attribute: string): SQL => sql`(
  SELECT entity_id AS id, id AS since, lead(id) OVER (PARTITION BY entity_id ORDER BY id) AS until,
         attributes_after ->> ${sql.raw(`'${attribute}'`)} AS value
  FROM journal WHERE entity_name = ${sql.raw(`'${entity}'`)} AND attributes_after ? ${sql.raw(`'${attribute}'`)})`;
