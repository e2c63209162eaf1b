import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { id, instant, reference } from './columns.ts';
import { actionResult, actionType } from './enum-schema.ts';

/** A request on bundles, executed or refused, stored permanently. It may name unknown ids, hence no foreign keys. */
export const action = pgTable(
  'action',
  {
    id: id(),
    actionType: actionType().notNull(),
    actionResult: actionResult().notNull(),
    sourceId: reference().notNull(),
    targetId: reference(),
    /** `null` for the registry itself, which expires bundles. */
    userId: reference(),
    beneficiary: text(),
    bundleIds: bigint({ mode: 'number' }).array().notNull(),
    resultingBundleIds: bigint({ mode: 'number' }).array().notNull(),
    certificateQuantity: reference(),
    certificateBundlePercentage: numeric({ mode: 'number' }),
    details: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The recurring action that this action created, or whose run *n* it is. */
    recurringActionId: reference(),
    recurringRun: integer(),
    requestId: text(),
    requestedAt: instant().notNull(),
    completedAt: instant().notNull(),
  },
  (t) => [
    index('action_by_source').on(t.sourceId, t.id),
    index('action_by_user').on(t.userId, t.id).where(sql`user_id IS NOT NULL`),
    index('action_by_target').on(t.targetId, t.id).where(sql`target_id IS NOT NULL`),
    uniqueIndex('action_recurring_run')
      .on(t.recurringActionId, t.recurringRun)
      .where(sql`recurring_run IS NOT NULL`),
    // As text: a migration cannot use a new value of an enum yet.
    check('action_user', sql`(${t.userId} IS NULL) = (${t.actionType}::text = 'expire')`),
  ],
);
