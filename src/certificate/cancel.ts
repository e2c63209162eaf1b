import { defineMutation } from '../operation/operation.ts';
import { beneficiaryOf } from '../rules/beneficiary.ts';
import { formatInstant } from '../rules/instant.ts';
import { actionOperation } from './action-operation.ts';
import { CancelRequest } from './action-schemas.ts';
import { type ActionDefinition, executeAction, requestContext } from './execute-action.ts';

export const cancelCertificates = defineMutation({
  ...actionOperation,
  id: 'cancelCertificates',
  path: '/certificate/cancel',
  summary: 'Cancel bundles for a beneficiary',
  description:
    'Takes certificates out of trade, so that their beneficiary can claim them. The default beneficiary is the account.',
  permission: 'act',
  body: CancelRequest,
  handle: (call) => {
    const {
      beneficiary,
      cancellation_purpose: purpose,
      cancellation_period_start,
      cancellation_period_end,
    } = call.body;
    const given = {
      purpose,
      period_start: cancellation_period_start && formatInstant(cancellation_period_start),
      period_end: cancellation_period_end && formatInstant(cancellation_period_end),
    };
    const details = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
    return executeAction(requestContext(call), { ...cancellation(beneficiary), details });
  },
});

/** The definition of a cancellation, for a request or a recurring run (rule LIFE-6). */
export function cancellation(beneficiary: string | null | undefined): ActionDefinition {
  return {
    type: 'cancel',
    decide: async (_tx, { source }) => ({ beneficiary: beneficiaryOf(beneficiary, source.name) }),
  };
}
