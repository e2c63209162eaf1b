import { type SQL, sql } from 'drizzle-orm';
import { personalColumns } from '../database/personal-schema.ts';
import type { InvariantGroup } from './invariant.ts';

/** The personal columns of each row of a table, with the commitment of the row and the time at which its user was erased. */
const shownIn = (table: keyof typeof personalColumns, user: string): SQL =>
  sql.raw(`
    SELECT '${table}' AS entity_name, t.id AS entity_id, c.field, c.value, c.commitment, u.erased_at
    FROM ${table} t JOIN registry_user u ON u.id = t.${user}
    CROSS JOIN LATERAL (VALUES ${personalColumns[table]
      .map((column) => `('${column}', t.${column}, t.${column}_commitment)`)
      .join(', ')}) AS c(field, value, commitment)`);

const shown = sql`${shownIn('registry_user', 'id')} UNION ALL ${shownIn('api_key', 'user_id')}`;

/** The last commitment of each of them in the journal. */
const committed = sql`
  SELECT DISTINCT ON (j.entity_name, j.entity_id, a.key)
         j.entity_name, j.entity_id, regexp_replace(a.key, '_commitment$', '') AS field, a.value AS last_commitment
  FROM journal j CROSS JOIN LATERAL jsonb_each_text(j.attributes_after) AS a
  WHERE j.entity_name IN ('registry_user', 'api_key') AND a.key LIKE '%\\_commitment'
  ORDER BY j.entity_name, j.entity_id, a.key, j.id DESC`;

/** What is stored of persons, held against the journal (rule JRN-7). A violation names the row, not the value. */
const values: InvariantGroup = {
  over: sql`
    FROM (${shown}) AS shown
    FULL JOIN (SELECT entity_name, entity_id, field, salt, value AS kept FROM personal_data) AS stored USING (entity_name, entity_id, field)
    FULL JOIN (${committed}) AS journaled USING (entity_name, entity_id, field)`,
  invariants: [
    {
      name: 'every personal value fits its last commitment in the journal',
      holds: sql`commitment IS NOT DISTINCT FROM last_commitment AND CASE
        WHEN last_commitment IS NULL THEN kept IS NULL AND value IS NOT DISTINCT FROM personal_pseudonym(entity_name, entity_id, field)
        ELSE value = kept AND personal_commitment(salt, kept) = last_commitment END`,
      line: sql`format('%s of %s %s', field, entity_name, entity_id)`,
    },
    {
      name: 'an erased user has no personal value',
      holds: sql`erased_at IS NULL OR kept IS NULL`,
      line: sql`format('%s of %s %s', field, entity_name, entity_id)`,
    },
  ],
};

export const personalDataInvariants: readonly InvariantGroup[] = [values];
