import { sql } from 'drizzle-orm';
import { defineMutation } from '../operation/operation.ts';
import { assertTransfer } from '../rules/transfer.ts';
import type { AccountId } from '../rules/units.ts';
import { actionOperation } from './action-operation.ts';
import { TransferRequest } from './action-schemas.ts';
import { type ActionDefinition, executeAction, requestContext } from './execute-action.ts';

export const transferCertificates = defineMutation({
  ...actionOperation,
  id: 'transferCertificates',
  path: '/certificate/transfer',
  summary: 'Transfer bundles to another account',
  description:
    'Transfers bundles to an account whose whitelist contains the source account. Either all bundles are transferred or none. Refused transfers are recorded in the action log.',
  permission: 'act',
  body: TransferRequest,
  handle: (call) => executeAction(requestContext(call), transfer(call.body.source_id, call.body.target_id)),
});

/** The definition of a transfer, for a request or a recurring run (rule LIFE-4). */
export function transfer(sourceId: AccountId, targetId: AccountId): ActionDefinition {
  return {
    type: 'transfer',
    targetId,
    async decide(tx, { target }) {
      const listed = await tx.execute(sql`
        SELECT FROM account_whitelist
        WHERE account_id = ${targetId} AND source_account_id = ${sourceId} AND deleted_at IS NULL FOR SHARE`);
      assertTransfer({
        sourceId,
        targetId,
        targetIsLive: target !== undefined,
        whitelisted: listed.length > 0,
      });
      return { accountId: targetId };
    },
  };
}
