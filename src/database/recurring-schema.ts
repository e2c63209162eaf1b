import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';
import { periodUnits } from '../rules/enums.ts';
import { createdAt, id, instant, reference } from './columns.ts';
import { actionType } from './enum-schema.ts';
import { account, registryUser } from './schema.ts';

export const periodUnit = pgEnum('period_unit', periodUnits);

/** A transfer or cancellation that is created once and repeated on a schedule, with the rights of its user. */
export const recurringAction = pgTable(
  'recurring_action',
  {
    id: id(),
    actionType: actionType().notNull(),
    accountId: reference()
      .notNull()
      .references(() => account.id),
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    targetId: reference().references(() => account.id),
    beneficiary: text(),
    /** The filter of a certificate query, as in its body. */
    filter: jsonb().$type<Record<string, unknown>>().notNull(),
    /** Wh in total, for each run. */
    certificateQuantity: reference().notNull(),
    firstRun: instant().notNull(),
    periodQuantity: integer().notNull(),
    periodUnit: periodUnit().notNull(),
    numberOfRuns: integer().notNull(),
    /** The number of finished runs, executed or refused. */
    runsDone: integer().notNull().default(0),
    /** Null after the last run. */
    nextRun: instant(),
    version: integer().notNull().default(1),
    createdAt: createdAt(),
    deletedAt: instant(),
  },
  (t) => [
    index('recurring_action_due').on(t.nextRun, t.id).where(sql`deleted_at IS NULL AND next_run IS NOT NULL`),
    index('recurring_action_by_account').on(t.accountId, t.id).where(sql`deleted_at IS NULL`),
    check(
      'recurring_action_kind',
      sql`${t.actionType} IN ('recurring_transfer', 'recurring_cancel')
          AND (${t.actionType} = 'recurring_transfer') = (${t.targetId} IS NOT NULL)`,
    ),
    check('recurring_action_quantity', sql`${t.certificateQuantity} >= 1`),
    check('recurring_action_period', sql`${t.periodQuantity} >= 1`),
    check('recurring_action_runs', sql`${t.runsDone} BETWEEN 0 AND ${t.numberOfRuns}`),
    check('recurring_action_next', sql`(${t.nextRun} IS NULL) = (${t.runsDone} = ${t.numberOfRuns})`),
  ],
);
