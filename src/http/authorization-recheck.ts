import { lockCaller, reloadCaller, retainsRights } from '../authentication/index.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Authority, Caller } from '../operation/caller.ts';
import type { Operation, Services } from '../operation/operation.ts';
import { Problem, problems } from '../operation/problem.ts';
import type { Permission } from '../rules/permission.ts';
import { Refusal } from '../rules/refusal.ts';
import { authorise } from './authenticate.ts';
import { problemOf } from './error-handler.ts';

/** The authorization that a mutation is judged by. */
export interface HeldAuthorization {
  /** `null` for a public operation. */
  readonly authority: Authority | null;
  /** Locks the caller's rights until the commit. Call once per transaction. `revokesFrom`: users who lose rights by it. */
  hold(tx: Transaction, revokesFrom?: readonly number[]): Promise<void>;
}

/** The caller lost its authorization during the request; the work is rolled back. */
export class AuthorizationLost extends Error {
  readonly answer: Problem;

  constructor(answer: Problem) {
    super(answer.message);
    this.answer = answer;
  }
}

/** Some of the caller's rights were revoked meanwhile. `caller`: `undefined` without its login or API key. */
class AuthorizationReduced extends Error {
  readonly caller: Caller | undefined;

  constructor(caller: Caller | undefined) {
    super('rights were revoked while a mutation was running');
    this.caller = caller;
  }
}

/**
 * Re-runs the mutation if the caller's rights were reduced before the commit or before a refusal. So a concurrent
 * revocation takes effect either entirely before the mutation or entirely after it.
 *
 * @throws {AuthorizationLost} if the remaining rights do not permit the operation; otherwise the error of `work`.
 */
export async function withAuthorization<T>(
  operation: Operation,
  services: Services,
  authority: Authority | null,
  work: (held: HeldAuthorization) => Promise<T>,
): Promise<T> {
  const { permission } = operation;
  if (permission === 'public' || authority === null) return work({ authority, hold: async () => undefined });
  for (let current = authority; ; ) {
    const held = holdable(services, current);
    try {
      return await work(held);
    } catch (error) {
      const reduced = error instanceof AuthorizationReduced ? error : await held.reducedBefore(error);
      if (reduced === undefined) throw error;
      current = remaining(operation, permission, reduced);
    }
  }
}

/** The authorization of a caller, and whether the caller may still see the reason of a refusal. */
function holdable({ database, clock }: Services, authority: Authority) {
  const { caller } = authority;
  const holding = new WeakSet<Transaction>();
  let held = false;
  return {
    authority,
    async hold(tx: Transaction, revokesFrom: readonly number[] = []): Promise<void> {
      if (holding.has(tx)) return;
      const now = await lockCaller(tx, caller, { now: clock(), taking: revokesFrom });
      if (!retainsRights(caller, now)) throw new AuthorizationReduced(now);
      holding.add(tx);
      held = true;
    },
    async reducedBefore(error: unknown): Promise<AuthorizationReduced | undefined> {
      if (held || problemOf(error).status >= 500) return undefined;
      const now = await database.readPrimary((reader) => reloadCaller(reader, caller, clock()));
      return retainsRights(caller, now) ? undefined : new AuthorizationReduced(now);
    },
  };
}

function remaining(
  operation: Operation,
  permission: Permission,
  { caller }: AuthorizationReduced,
): Authority {
  if (caller === undefined)
    throw new AuthorizationLost(problems.unauthenticated('The login or API key has ended.'));
  try {
    return authorise(operation, permission, caller);
  } catch (error) {
    if (error instanceof Refusal) throw new AuthorizationLost(Problem.of(error));
    throw error instanceof Problem ? new AuthorizationLost(error) : error;
  }
}
