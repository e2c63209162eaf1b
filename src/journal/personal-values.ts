import type pg from 'pg';

/*
 * Personal values are in no event, only their commitments are. A rebuild takes them from `personal_data` of the original, and
 * accepts a value only if it fits the last commitment in the events.
 */

const PAGE = 2_000;

/** The personal columns of each table: those that the journal leaves out, which are the arguments of its triggers. */
export type PersonalColumns = ReadonlyMap<string, readonly string[]>;

export async function personalColumns(client: pg.ClientBase): Promise<PersonalColumns> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(String.raw`
    SELECT tgrelid::regclass::text AS table, array_remove(string_to_array(encode(tgargs, 'escape'), '\000'), '') AS columns
    FROM pg_trigger WHERE tgname = 'zz_journal_insert' AND tgnargs > 0`);
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}

interface Kept {
  readonly entityName: string;
  readonly entityId: string;
  readonly field: string;
  readonly commitment: string;
  readonly value: string;
}

/** Copies the values beside the staged events, each with the commitment that its salt makes. */
async function stageValues(original: pg.Client, copy: pg.Client): Promise<void> {
  await copy.query(`
    CREATE TABLE replay.personal_value (entity_name text, entity_id bigint, field text, commitment text, value text)`);
  let after: readonly [string, string, string] = ['', '0', ''];
  for (;;) {
    const { rows } = await original.query<Kept>(
      `SELECT entity_name AS "entityName", entity_id::text AS "entityId", field, personal_commitment(salt, value) AS commitment, value
       FROM personal_data WHERE (entity_name, entity_id, field) > ($1, $2::bigint, $3)
       ORDER BY entity_name, entity_id, field LIMIT ${PAGE}`,
      [...after],
    );
    await copy.query(
      `INSERT INTO replay.personal_value
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])`,
      [
        rows.map(({ entityName }) => entityName),
        rows.map(({ entityId }) => entityId),
        rows.map(({ field }) => field),
        rows.map(({ commitment }) => commitment),
        rows.map(({ value }) => value),
      ],
    );
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = [last.entityName, last.entityId, last.field];
  }
}

/**
 * Fills `replay.personal` with the personal columns of each row that the staged events make: the value that fits the last
 * commitment, or the pseudonym of an erased value.
 *
 * @returns the number of values that were lacking.
 */
export async function stagePersonalColumns(
  original: pg.Client,
  copy: pg.Client,
  personal: PersonalColumns,
): Promise<number> {
  await stageValues(original, copy);
  const columns = [...personal].flatMap(([table, names]) => names.map((name) => [table, name] as const));
  const { rows } = await copy.query<{ lacked: number }>(
    `WITH made AS (
       SELECT entity_name, entity_id, replay.merged(after ORDER BY ordinal) AS attributes
       FROM replay.event WHERE entity_name = ANY ($1) GROUP BY entity_name, entity_id),
     filled AS (
       SELECT entity_name, entity_id, field, v.value, last.commitment,
              personal_pseudonym(entity_name, entity_id, field) AS pseudonym
       FROM made JOIN unnest($1::text[], $2::text[]) AS personal(entity_name, field) USING (entity_name)
       CROSS JOIN LATERAL (SELECT attributes ->> (field || '_commitment') AS commitment) AS last
       LEFT JOIN replay.personal_value v USING (entity_name, entity_id, field, commitment)),
     kept AS (
       INSERT INTO replay.personal
       SELECT entity_name, entity_id, jsonb_object_agg(field, coalesce(value, pseudonym)) FROM filled GROUP BY entity_name, entity_id)
     SELECT count(*)::int AS lacked FROM filled WHERE value IS NULL AND coalesce(commitment, pseudonym) IS NOT NULL`,
    [columns.map(([table]) => table), columns.map(([, name]) => name)],
  );
  return rows[0]?.lacked ?? 0;
}
