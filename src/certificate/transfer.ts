import { sql } from 'drizzle-orm';
import { defineMutation } from '../operation/operation.ts';
import { assertTransfer } from '../rules/transfer.ts';
import { act } from './act.ts';
import { actionOperation } from './action-operation.ts';
import { TransferRequest } from './action-schemas.ts';
import type { Particulars } from './perform.ts';

export const transferCertificates = defineMutation({
  ...actionOperation,
  id: 'transferCertificates',
  path: '/certificate/transfer',
  summary: 'Transfer bundles to another account',
  description: 'The target must have whitelisted the source. All or nothing; a refusal is recorded, too.',
  permission: 'act',
  body: TransferRequest,
  handle: (call) => act(call, transferring(call.body.source_id, call.body.target_id)),
});

/** What a transfer is, whoever asks for it. */
export function transferring(sourceId: number, targetId: number): Particulars {
  return {
    action: 'transfer',
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
