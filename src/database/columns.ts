import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { bigint, customType, integer } from 'drizzle-orm/pg-core';

/** Column types that all tables share. */

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

export const id = () => bigint({ mode: 'number' }).generatedAlwaysAsIdentity().primaryKey();
export const reference = () => bigint({ mode: 'number' });
/**
 * Drizzle's own type reads the year 0001 as 2001: it passes the text of Postgres to `Date`, which is reliable for ISO
 * 8601 only.
 */
export const instant = customType<{ data: Date; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  toDriver: (at) => at.toISOString(),
  fromDriver: (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')),
});
export const createdAt = () => instant().notNull().default(sql`now()`);

/** The columns of every entity that clients can edit: soft deletion, and a version for optimistic locking. */
export const edited = () => ({
  version: integer().notNull().default(1),
  createdAt: createdAt(),
  deletedAt: instant(),
});
export const living = sql`deleted_at IS NULL`;

/**
 * A list of trusted words or numbers as literals, such as `('Active', 'Reserved')`, as plans and constraints need it.
 */
export const valuesOf = (values: readonly (string | number)[]): SQL =>
  sql.raw(`(${values.map((value) => (typeof value === 'number' ? value : `'${value}'`)).join(', ')})`);

export const inLowerCase = (name: SQLWrapper): SQL => sql`lower(${name})`;
/** The same for names that look alike (rule ACC-10), by a function of the migration `0013_names`. */
export const skeletonOf = (name: SQLWrapper): SQL => sql`name_skeleton(${name})`;
