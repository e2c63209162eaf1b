import { sql } from 'drizzle-orm';
import { mutation } from '../operation/operation.ts';
import { beneficiaryOf } from '../rules/beneficiary.ts';
import { formatInstant } from '../rules/instant.ts';
import { assertTransfer } from '../rules/transfer.ts';
import { act } from './act.ts';
import { Action, CancelRequest, TransferRequest } from './action-wire.ts';

const common = {
  method: 'POST',
  tag: 'Actions',
  permission: 'act',
  answer: { status: 202, description: 'The action, done', schema: Action },
  refusals: [404, 409],
} as const;

export const transferCertificates = mutation({
  ...common,
  id: 'transferCertificates',
  path: '/certificate/transfer',
  summary: 'Transfer bundles to another account',
  description: 'The target must have whitelisted the source. All or nothing; a refusal is recorded, too.',
  body: TransferRequest,
  handle: (call) => {
    const { source_id: sourceId, target_id: targetId } = call.body;
    return act(call, {
      action: 'transfer',
      targetId,
      async decide(tx, { target }) {
        const listed = await tx.query(sql`
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
    });
  },
});

export const cancelCertificates = mutation({
  ...common,
  id: 'cancelCertificates',
  path: '/certificate/cancel',
  summary: 'Cancel bundles for a beneficiary',
  description:
    'Takes the certificates out of trade. Their beneficiary may claim them; it is the account, unless named.',
  body: CancelRequest,
  handle: (call) => {
    const {
      beneficiary,
      cancellation_purpose: purpose,
      cancellation_period_start,
      cancellation_period_end,
    } = call.body;
    const said = {
      purpose,
      period_start: cancellation_period_start && formatInstant(cancellation_period_start),
      period_end: cancellation_period_end && formatInstant(cancellation_period_end),
    };
    return act(call, {
      action: 'cancel',
      details: Object.fromEntries(Object.entries(said).filter(([, value]) => value)),
      decide: async (_tx, { source }) => ({ beneficiary: beneficiaryOf(beneficiary, source.name) }),
    });
  },
});
