import type pg from 'pg';

/** An event for the rebuild, from either source; attributes as JSON text. */
export interface StagedEvent {
  readonly ordinal: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly entityName: string;
  readonly entityId: number;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Creates the staging tables beside the empty tables of the schema, and disables the triggers, which would write a journal of the
 * rebuild. Triggers that derive a column stay enabled: events that are older than the column lack it.
 */
export async function prepareStage(client: pg.Client, entities: readonly string[]): Promise<void> {
  await client.query(`
    CREATE SCHEMA replay;
    CREATE AGGREGATE replay.merged(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');
    CREATE UNLOGGED TABLE replay.event (
      ordinal bigint PRIMARY KEY, event_id uuid NOT NULL, event_type text NOT NULL, entity_name text NOT NULL,
      entity_id bigint NOT NULL, before jsonb, after jsonb);
    CREATE TABLE replay.initial (entity_name text PRIMARY KEY, attributes jsonb NOT NULL, generated text[] NOT NULL);
    CREATE TABLE replay.personal (
      entity_name text, entity_id bigint, attributes jsonb NOT NULL, PRIMARY KEY (entity_name, entity_id))`);
  for (const entity of entities) {
    await client.query(`ALTER TABLE ${entity} DISABLE TRIGGER USER`);
    await stageInitialAttributes(client, entity);
  }
  const { rows } = await client.query<{ arm: string }>(String.raw`
    SELECT format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) AS arm
    FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'derive\_%'`);
  for (const { arm } of rows) await client.query(arm);
}

/**
 * Stores what a row has in columns that its events never mention, because the columns were added later: the default of each
 * column, as `ALTER TABLE ... ADD COLUMN` gave it to the rows that were there. The names of generated columns are kept
 * apart: their values follow from other columns.
 */
async function stageInitialAttributes(client: pg.Client, entity: string): Promise<void> {
  const { rows } = await client.query<{ defaults: string; generated: string[] }>(
    `SELECT string_agg(format('(%L, to_jsonb((%s)::%s))', attname, coalesce(pg_get_expr(adbin, adrelid), 'NULL'),
                              format_type(atttypid, atttypmod)), ', ') FILTER (WHERE attgenerated = '') AS defaults,
            coalesce(array_agg(attname::text) FILTER (WHERE attgenerated <> ''), '{}') AS generated
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [entity],
  );
  await client.query(
    `INSERT INTO replay.initial
     SELECT $1, jsonb_object_agg(name, value), $2 FROM (VALUES ${rows[0]?.defaults}) AS column_default(name, value)`,
    [entity, rows[0]?.generated],
  );
}

export async function stage(client: pg.Client, events: readonly StagedEvent[]): Promise<void> {
  await client.query(
    `INSERT INTO replay.event
     SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::jsonb[])`,
    [
      events.map(({ ordinal }) => ordinal),
      events.map(({ eventId }) => eventId),
      events.map(({ eventType }) => eventType),
      events.map(({ entityName }) => entityName),
      events.map(({ entityId }) => entityId),
      events.map(({ before }) => before),
      events.map(({ after }) => after),
    ],
  );
}

/**
 * Finds the first event that does not follow from those before it: it creates a row that exists, changes one that does not, or
 * states other attributes than the row had.
 */
export async function firstInconsistency(
  client: pg.Client,
  entities: readonly string[],
): Promise<string | null> {
  await client.query('ANALYZE replay.event');
  const { rows } = await client.query<{ event: string }>(
    `SELECT format('event %s, %s of %s %s', event_id, event_type, entity_name, entity_id) AS event
     FROM (
       SELECT *, row_number() OVER history AS nth,
              initial.attributes
                || replay.merged(after) OVER (history ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS current
       FROM replay.event LEFT JOIN replay.initial USING (entity_name)
       WINDOW history AS (PARTITION BY entity_name, entity_id ORDER BY ordinal)) AS staged
     WHERE (nth = 1) <> (event_type = 'CREATE') OR entity_name <> ALL ($1)
        OR (nth > 1 AND (before IS NULL OR NOT (
          current @> before OR current @> before - ARRAY(SELECT name FROM unnest(generated) AS name WHERE NOT current ? name))))
     ORDER BY ordinal LIMIT 1`,
    [entities],
  );
  return rows[0] ? `${rows[0].event}, does not follow from the events before it` : null;
}

/**
 * Fills a table from its events: the defaults of its columns, what was created, every later change, and the personal columns,
 * which are in no event, in this order.
 */
export async function rebuild(client: pg.Client, entity: string): Promise<void> {
  const { rows } = await client.query<{ columns: string; values: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns,
            string_agg('rebuilt.' || quote_ident(attname), ', ' ORDER BY attnum) AS values
     FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [entity],
  );
  await client.query(
    `INSERT INTO ${entity} (${rows[0]?.columns}) OVERRIDING SYSTEM VALUE
     SELECT ${rows[0]?.values}
     FROM (SELECT entity_id, replay.merged(after ORDER BY ordinal) AS attributes FROM replay.event
           WHERE entity_name = $1 GROUP BY entity_id) AS merged
     JOIN replay.initial ON initial.entity_name = $1
     LEFT JOIN replay.personal ON personal.entity_name = $1 AND personal.entity_id = merged.entity_id
     CROSS JOIN LATERAL jsonb_populate_record(
       NULL::${entity}, initial.attributes || merged.attributes || coalesce(personal.attributes, '{}')) AS rebuilt`,
    [entity],
  );
}

/** The tables whose changes the journal records, each after those that it refers to. */
export async function journaledTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; refersTo: string[] }>(`
    SELECT t.relname AS name,
           ARRAY(SELECT DISTINCT f.confrelid::regclass::text FROM pg_constraint f
                 WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.confrelid <> t.oid) AS "refersTo"
    FROM pg_class t
    WHERE EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND g.tgname = 'zz_journal_insert')
    ORDER BY t.relname`);
  const ordered: string[] = [];
  for (let left = rows; left.length > 0; ) {
    const ready = left.filter(({ refersTo }) => refersTo.every((each) => ordered.includes(each)));
    if (ready.length === 0) throw new Error('tables refer to one another in a circle');
    ordered.push(...ready.map(({ name }) => name));
    left = left.filter(({ name }) => !ordered.includes(name));
  }
  return ordered;
}
