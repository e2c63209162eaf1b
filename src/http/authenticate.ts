import type { FastifyRequest } from 'fastify';
import { identify } from '../authentication/index.ts';
import type { WalPosition } from '../database/position.ts';
import type { Authority } from '../operation/caller.ts';
import type { Operation, Services } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { assertAllowed } from '../rules/permission.ts';

/** Nobody: what a public operation is called by. It reaches no account. */
const ANYONE: Authority = { caller: { userId: 0, role: 'AUDIT_USER', accountIds: new Set() }, scope: 'own' };

/**
 * Who is calling, and how far the operation's permission reaches for that role.
 *
 * @throws {Problem} 401 without a valid token of a living user, 403 when the role lacks the permission.
 */
export async function authenticate(
  request: FastifyRequest,
  operation: Operation,
  services: Services,
  atLeast: WalPosition | undefined,
): Promise<Authority> {
  if (operation.permission === 'public') return ANYONE;
  const caller = await identify(services, bearerToken(request), { changes: operation.changes, atLeast });
  return { caller, scope: assertAllowed(operation.permission, caller.role) };
}

function bearerToken(request: FastifyRequest): string {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token && rest.length === 0) return token;
  throw problems.unauthenticated('Send the access token of /auth/login as "Authorization: Bearer <token>".');
}
