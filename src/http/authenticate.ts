import type { FastifyRequest } from 'fastify';
import { type Credential, createIdentify, type Identify } from '../authentication/index.ts';
import { type Authority, type Caller, requireScope } from '../operation/caller.ts';
import type { Operation, Services } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import type { Permission } from '../rules/permission.ts';

/**
 * Returns the caller and the scope of the operation's permission; `null` for a public operation. Sets `request.caller` also if the
 * caller lacks the permission.
 *
 * @throws {Problem} 401 without a valid credential of a user that is not deleted, 403 when role or API key lack the permission.
 */
export type Authenticate = (request: FastifyRequest, operation: Operation) => Promise<Authority | null>;

export function authenticator(services: Services): Authenticate {
  const identify: Identify = createIdentify(services);
  return async (request, operation) => {
    const { permission, changes } = operation;
    if (permission === 'public') return null;
    const options = { changes, atLeast: request.atLeast, log: request.log };
    request.caller = await identify(credentialOf(request), options);
    return authorise(operation, permission, request.caller);
  };
}

/**
 * Returns the scope of the operation's permission for a caller.
 *
 * @throws {Problem | Refusal} 403
 */
export function authorise({ loginOnly }: Operation, permission: Permission, caller: Caller): Authority {
  if (loginOnly && caller.apiKey)
    throw problems.forbidden('This operation requires a login; API keys are not accepted.');
  return { caller, scope: requireScope(caller, permission) };
}

const API_KEY_HEADER = 'x-api-key';
const API_KEY_PREFIX = 'gcr_';

/** @throws {Problem} 401 without a credential, or with two. */
function credentialOf({ headers }: FastifyRequest): Credential {
  const { authorization, [API_KEY_HEADER]: apiKey } = headers;
  if (authorization !== undefined && apiKey !== undefined)
    throw problems.unauthenticated('Send an access token or an API key, not both.');
  if (typeof apiKey === 'string') return { apiKey };
  const [, previousForm] = /^api key (\S+)$/i.exec(authorization ?? '') ?? [];
  if (previousForm !== undefined) return { apiKey: previousForm };
  const [scheme, token, ...rest] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token && rest.length === 0)
    return token.startsWith(API_KEY_PREFIX) ? { apiKey: token } : { token };
  throw problems.unauthenticated(
    'Send the access token of /auth/login, or an API key, as "Authorization: Bearer <token>".',
  );
}
