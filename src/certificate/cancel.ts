import { mutation } from '../operation/operation.ts';
import { beneficiaryOf } from '../rules/beneficiary.ts';
import { formatInstant } from '../rules/instant.ts';
import { act } from './act.ts';
import { actionOperation } from './action-operation.ts';
import { CancelRequest } from './action-wire.ts';

export const cancelCertificates = mutation({
  ...actionOperation,
  id: 'cancelCertificates',
  path: '/certificate/cancel',
  summary: 'Cancel bundles for a beneficiary',
  description:
    'Takes the certificates out of trade. Their beneficiary may claim them; it is the account, unless named.',
  permission: 'act',
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
