import { defineMutation } from '../operation/operation.ts';
import { actionOperation } from './action-operation.ts';
import { ReserveRequest, UnreserveRequest } from './action-schemas.ts';
import { executeAction, requestContext } from './execute-action.ts';

export const reserveCertificates = defineMutation({
  ...actionOperation,
  id: 'reserveCertificates',
  path: '/certificate/reserve',
  summary: 'Reserve bundles',
  description:
    'Reserves Active bundles. A Reserved bundle can be cancelled, but cannot be transferred until it is unreserved.',
  permission: 'act',
  body: ReserveRequest,
  handle: (call) => executeAction(requestContext(call), { type: 'reserve' }),
});

export const unreserveCertificates = defineMutation({
  ...actionOperation,
  id: 'unreserveCertificates',
  path: '/certificate/unreserve',
  summary: 'Unreserve bundles',
  description: 'Makes Reserved bundles Active again.',
  permission: 'act',
  body: UnreserveRequest,
  handle: (call) => executeAction(requestContext(call), { type: 'unreserve' }),
});
