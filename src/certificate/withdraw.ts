import { sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { defineMutation } from '../operation/operation.ts';
import { assertReason } from '../rules/lifecycle.ts';
import type { BundleId } from '../rules/units.ts';
import { actionOperation } from './action-operation.ts';
import { WithdrawRequest } from './action-schemas.ts';
import { executeAction, requestContext } from './execute-action.ts';

export const withdrawCertificates = defineMutation({
  ...actionOperation,
  id: 'withdrawCertificates',
  path: '/certificate/withdraw',
  summary: 'Withdraw bundles',
  description:
    'Withdraws certificates that should not have been issued. A withdrawal cannot be reversed. Only whole bundles can be withdrawn, and a reason is required. After all live bundles of an issuance are withdrawn, certificates can be issued for its interval again, as a new version with new ids.',
  permission: 'issue',
  body: WithdrawRequest,
  handle: (call) =>
    executeAction(requestContext(call), {
      type: 'withdraw',
      details: { reason: call.body.reason },
      async decide() {
        assertReason('withdraw', call.body.reason);
        return {};
      },
      settle: (tx, bundleIds) => closeIssuances(tx, bundleIds, call.services.clock()),
    }),
});

/**
 * Withdraws the issuances whose last live bundles were withdrawn (rule LIFE-10). They are locked first, so that of two
 * actions on the last two bundles, the second sees the first.
 */
async function closeIssuances(tx: Transaction, bundleIds: readonly BundleId[], now: Date): Promise<void> {
  const issuances = sql`SELECT issuance_id FROM bundle WHERE id = ANY (${array(bundleIds)}::bigint[])`;
  await tx.execute(sql`SELECT FROM issuance WHERE id IN (${issuances}) ORDER BY id FOR NO KEY UPDATE`);
  await tx.execute(sql`
    UPDATE issuance i SET withdrawn_at = ${now.toISOString()}
    WHERE id IN (${issuances}) AND withdrawn_at IS NULL
      AND NOT EXISTS (SELECT FROM bundle b WHERE b.issuance_id = i.id AND b.status NOT IN ('Withdrawn', 'Bundle Split'))`);
}
