import { createHash } from 'node:crypto';
import type { Transaction } from '../database/transaction.ts';
import type { Problem } from '../operation/problem.ts';
import type { BundleId } from '../rules/units.ts';
import { type ActionIntent, type ActionRow, type RecordedAs, saveAction } from './action-store.ts';

/** The ids that the record of a refused action keeps: a refusal must cost the journal little, however many bundles it names. */
const MOST_IDS = 100;

/** Records that an action was refused, and why (rule ACT-10). Its work must have been rolled back. */
export async function saveRefusal(
  tx: Transaction,
  { type, targetId }: RecordedAs,
  { intent, refusal, now }: { intent: ActionIntent; refusal: Problem; now: Date },
): Promise<ActionRow> {
  const { bundleIds } = intent;
  return saveAction(tx, {
    type,
    targetId,
    id: await tx.beginAction(),
    intent: { ...intent, bundleIds: bundleIds.slice(0, MOST_IDS) },
    outcome: {
      result: 'Failure',
      resultingBundleIds: [],
      details: {
        code: refusal.code,
        reason: refusal.message,
        ...(bundleIds.length > MOST_IDS ? summaryOf(bundleIds) : {}),
      },
    },
    completedAt: now,
  });
}

/** Identifies a list of ids without keeping it. */
const summaryOf = (bundleIds: readonly BundleId[]) => ({
  bundle_count: bundleIds.length,
  bundle_ids_sha256: createHash('sha256').update(bundleIds.join(',')).digest('hex'),
});
