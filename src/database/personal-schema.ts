import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytea, reference } from './columns.ts';

/** The columns that the journal leaves out, by table (rule JRN-7): the arguments of the triggers of these tables. */
export const personalColumns = {
  registry_user: ['name', 'email', 'organisation'],
  api_key: ['name'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/**
 * The personal values of users and their API keys, with the salts of the commitments in the journal (docs/PRIVACY.md). Written by
 * the trigger `commit_personal_data` alone; the columns of the same names in `registry_user` and `api_key` are copies for
 * queries and indexes. A value that is replaced or erased is deleted with its salt.
 */
export const personalData = pgTable(
  'personal_data',
  {
    /** A table of the journal: `registry_user` or `api_key`. */
    entityName: text().notNull(),
    entityId: reference().notNull(),
    /** A column of that table. */
    field: text().notNull(),
    /** The person. The foreign key to `registry_user` is deferred: the trigger runs before the user is there. */
    userId: reference().notNull(),
    salt: bytea().notNull(),
    value: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.entityName, t.entityId, t.field] }),
    index('personal_data_by_user').on(t.userId),
    check('personal_data_salt', sql`octet_length(${t.salt}) = 32`),
  ],
);
