import type pg from 'pg';
import { ConfigError } from '../config.ts';

/**
 * Adds to the copy the enum types, tables and columns that the original has and the copy lacks: the original was migrated by a
 * newer version, which leaves this version working (see "Upgrade, and the way back" in docs/DEPLOYMENT.md). Constraints and
 * triggers of the newer version are not added.
 *
 * @throws {ConfigError} when the original lacks a migration of this version.
 */
export async function adoptNewerSchema(original: pg.Client, copy: pg.Client): Promise<void> {
  const [applied, ours] = await Promise.all([appliedMigrations(original), appliedMigrations(copy)]);
  if (ours.some((hash) => !applied.includes(hash))) {
    throw new ConfigError('The database lacks migrations of this version. Run "make db.update" first.');
  }
  if (applied.length === ours.length) return;
  for (const select of [ENUM_TYPES, TABLES]) {
    const { rows } = await original.query<{ statement: string }>(select);
    for (const { statement } of rows) await copy.query(statement);
  }
}

async function appliedMigrations(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ hash: string }>('SELECT hash FROM drizzle.__drizzle_migrations');
  return rows.map(({ hash }) => hash);
}

const ENUM_TYPES = `
  WITH enum_type AS (
    SELECT t.typname, e.enumlabel, e.enumsortorder FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE t.typnamespace = 'public'::regnamespace)
  SELECT format('DO $create$ BEGIN IF to_regtype(%L) IS NULL THEN CREATE TYPE %I AS ENUM (); END IF; END $create$',
                quote_ident(typname), typname) AS statement
  FROM enum_type GROUP BY typname
  UNION ALL
  (SELECT format('ALTER TYPE %I ADD VALUE IF NOT EXISTS %L', typname, enumlabel) FROM enum_type ORDER BY enumsortorder)`;

/** Of the tables that have a journal. Identity columns are plain ones here, since events give the ids. */
const TABLES = `
  WITH journaled AS (
    SELECT c.oid, c.relname FROM pg_class c
    WHERE EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = 'zz_journal_insert'))
  SELECT format('CREATE TABLE IF NOT EXISTS %I ()', relname) AS statement FROM journaled
  UNION ALL
  (SELECT format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS %I %s', relname, attname, format_type(atttypid, atttypmod))
          || CASE WHEN attgenerated <> '' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(adbin, adrelid))
                  ELSE coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '') END
          || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
   FROM journaled JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped
   LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   ORDER BY relname, attgenerated <> '', attnum)`;
