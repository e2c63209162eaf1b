import { defineMutation } from '../operation/operation.ts';
import { assertBeneficiary } from '../rules/beneficiary.ts';
import { actionOperation } from './action-operation.ts';
import { ClaimRequest } from './action-schemas.ts';
import { executeAction, requestContext } from './execute-action.ts';

export const claimCertificates = defineMutation({
  ...actionOperation,
  id: 'claimCertificates',
  path: '/certificate/claim',
  summary: 'Claim cancelled bundles',
  description:
    'Records that the beneficiary of the certificates used the energy. A claim cannot be reversed. If the request has a beneficiary, it must be the beneficiary of every bundle.',
  permission: 'act',
  body: ClaimRequest,
  handle: (call) =>
    executeAction(requestContext(call), {
      type: 'claim',
      async decide(_tx, { bundles }) {
        for (const bundle of bundles) assertBeneficiary(call.body.beneficiary, bundle);
        return {};
      },
    }),
});
