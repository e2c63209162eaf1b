import { lockCaller, reloadCaller, retainsRights } from '../authentication/index.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Authority, Caller } from '../operation/caller.ts';
import type { Operation, Services } from '../operation/operation.ts';
import { Problem, problems } from '../operation/problem.ts';
import type { Permission } from '../rules/permission.ts';
import { Refusal } from '../rules/refusal.ts';
import { authorise } from './authenticate.ts';
import { problemOf } from './error-handler.ts';

/** The rights that a mutation is judged by. */
export interface Rights {
  readonly authority: Authority;
  /** Once in each transaction: holds them until the commit. `taking` are the users from whom it takes rights next. */
  hold(tx: Transaction, taking?: readonly number[]): Promise<void>;
}

/** The caller had rights when its request came, and has none now. What it asked for is rolled back. */
export class RightsLost extends Error {
  readonly answer: Problem;

  constructor(answer: Problem) {
    super(answer.message);
    this.answer = answer;
  }
}

/** Thrown by whoever holds rights of which some are gone. `caller`: `undefined` without its login or API key. */
class Taken extends Error {
  readonly caller: Caller | undefined;

  constructor(caller: Caller | undefined) {
    super('rights were taken while a mutation was under way');
    this.caller = caller;
  }
}

/**
 * Does a mutation as if whatever takes rights from its caller came wholly before it, or wholly after. When rights are gone by the
 * time that it would commit, or be refused for another reason, it is done anew with those that are left.
 *
 * @throws {RightsLost} when none are left for the operation; otherwise what `work` throws.
 */
export async function withRights<T>(
  operation: Operation,
  services: Services,
  authority: Authority,
  work: (rights: Rights) => Promise<T>,
): Promise<T> {
  const { permission } = operation;
  if (permission === 'public') return work({ authority, hold: async () => undefined });
  for (let current = authority; ; ) {
    const rights = holdable(services, current);
    try {
      return await work(rights);
    } catch (error) {
      const taken = error instanceof Taken ? error : await rights.takenBefore(error);
      if (taken === undefined) throw error;
      current = remaining(operation, permission, taken);
    }
  }
}

/** The rights of a caller, and whether a refusal came of what it must not know any more. */
function holdable({ database, clock }: Services, authority: Authority) {
  const { caller } = authority;
  const holding = new WeakSet<Transaction>();
  let held = false;
  return {
    authority,
    async hold(tx: Transaction, taking: readonly number[] = []): Promise<void> {
      if (holding.has(tx)) return;
      const now = await lockCaller(tx, caller, { now: clock(), taking });
      if (!retainsRights(caller, now)) throw new Taken(now);
      holding.add(tx);
      held = true;
    },
    async takenBefore(error: unknown): Promise<Taken | undefined> {
      if (held || problemOf(error).status >= 500) return undefined;
      const now = await database.readPrimary((reader) => reloadCaller(reader, caller, clock()));
      return retainsRights(caller, now) ? undefined : new Taken(now);
    },
  };
}

function remaining(operation: Operation, permission: Permission, { caller }: Taken): Authority {
  if (caller === undefined) throw new RightsLost(problems.unauthenticated('The login or API key has ended.'));
  try {
    return authorise(operation, permission, caller);
  } catch (error) {
    if (error instanceof Refusal) throw new RightsLost(Problem.of(error));
    throw error instanceof Problem ? new RightsLost(error) : error;
  }
}
