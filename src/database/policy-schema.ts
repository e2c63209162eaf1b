import { sql } from 'drizzle-orm';
import { check, integer, numeric, pgTable, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, id } from './columns.ts';

/**
 * What the operator sets for all issuances: at most one row, which only the owner of the database writes, so that the database
 * can hold every writer to it. Without it, the defaults of `current_issuance_policy` apply. An entity of the journal, so that each
 * issuance can be judged by the policy of its time.
 */
export const issuancePolicy = pgTable(
  'issuance_policy',
  {
    id: id(),
    capacityMargin: numeric().notNull(),
    certificateExpiryYears: integer().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('issuance_policy_one').on(sql`(true)`),
    check('issuance_policy_margin', sql`${t.capacityMargin} BETWEEN 1 AND 10`),
    check('issuance_policy_expiry', sql`${t.certificateExpiryYears} BETWEEN 1 AND 100`),
  ],
);
