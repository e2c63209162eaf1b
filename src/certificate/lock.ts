import { defineMutation } from '../operation/operation.ts';
import { assertReason } from '../rules/lifecycle.ts';
import { actionOperation } from './action-operation.ts';
import { LockRequest, UnlockRequest } from './action-schemas.ts';
import { executeAction, requestContext } from './execute-action.ts';

export const lockCertificates = defineMutation({
  ...actionOperation,
  id: 'lockCertificates',
  path: '/certificate/lock',
  summary: 'Lock bundles',
  description:
    'Locks bundles while an issue is investigated. A Locked bundle cannot be used. Only whole bundles that are Active or Reserved can be locked. A reason is required.',
  permission: 'issue',
  body: LockRequest,
  handle: (call) =>
    executeAction(requestContext(call), {
      type: 'lock',
      details: { reason: call.body.reason },
      async decide() {
        assertReason('lock', call.body.reason);
        return {};
      },
    }),
});

export const unlockCertificates = defineMutation({
  ...actionOperation,
  id: 'unlockCertificates',
  path: '/certificate/unlock',
  summary: 'Unlock bundles',
  description: 'Restores the status that the bundles had before they were locked. A reason is required.',
  permission: 'issue',
  body: UnlockRequest,
  handle: (call) =>
    executeAction(requestContext(call), {
      type: 'unlock',
      details: { reason: call.body.reason },
      async decide() {
        assertReason('unlock', call.body.reason);
        return {};
      },
    }),
});
