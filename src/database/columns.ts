import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { bigint, customType } from 'drizzle-orm/pg-core';

/** The kinds of columns that all tables share. */

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

export const id = () => bigint({ mode: 'number' }).generatedAlwaysAsIdentity().primaryKey();
export const reference = () => bigint({ mode: 'number' });
/** Drizzle's own reads the year 0001 as 2001: it gives Postgres' text to `Date`, which is sure of ISO 8601 only. */
export const instant = customType<{ data: Date; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  toDriver: (at) => at.toISOString(),
  fromDriver: (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')),
});
export const createdAt = () => instant().notNull().default(sql`now()`);

/** A list of our own words or numbers, such as `('Active', 'Reserved')`, written out, as plans and constraints need it. */
export const valuesOf = (values: readonly (string | number)[]): SQL =>
  sql.raw(`(${values.map((value) => (typeof value === 'number' ? value : `'${value}'`)).join(', ')})`);

export const inLowerCase = (name: SQLWrapper): SQL => sql`lower(${name})`;
/** The same for names that look alike (rule ACC-10), by a function of the migration `0013_names`. */
export const skeletonOf = (name: SQLWrapper): SQL => sql`name_skeleton(${name})`;
