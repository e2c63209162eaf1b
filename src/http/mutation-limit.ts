import type { Config } from '../config.ts';
import type { Authority } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { inTurn, placesFor } from './in-flight.ts';

/** The bounds of the mutations under way in this process: one caller cannot take the connections of all others. */
export interface MutationLimit {
  /**
   * Runs a mutation. It counts until its work has ended, whether or not the client waits for it.
   *
   * @throws {Problem} 429 for a caller with too many.
   */
  run<T>(caller: Caller, work: () => Promise<T>): Promise<T>;
  /**
   * Runs a dry run when its turn has come: one at a time of a caller, and two at a time of all callers together.
   *
   * @throws {Problem} 429 for a caller with another one, 503 if too many wait.
   */
  dryRun<T>(caller: Caller, work: () => Promise<T>): Promise<T>;
}

/** The id of a user, or the address of an unknown caller. */
export type Caller = number | string;

export const callerOf = ({
  authority,
  address,
}: {
  readonly authority: Authority | null;
  readonly address: string;
}): Caller => authority?.caller.userId ?? address;

const DRY_RUNS_AT_A_TIME = 2;
/** Dry runs that wait for their turn, each of another caller. */
const MOST_WAITING = 20;

export function createMutationLimit({
  DATABASE_POOL_SIZE: poolSize,
  MAX_MUTATIONS_PER_USER: most = Math.max(1, Math.floor(poolSize / 2)),
}: Pick<Config, 'DATABASE_POOL_SIZE' | 'MAX_MUTATIONS_PER_USER'>): MutationLimit {
  const mutations = placesFor<Caller>(most);
  const dryRuns = placesFor<Caller>(1);
  const allDryRuns = placesFor<'all'>(DRY_RUNS_AT_A_TIME + MOST_WAITING);
  const dryRunInTurn = inTurn(DRY_RUNS_AT_A_TIME);
  return {
    async run(caller, work) {
      const leave = mutations.take(caller);
      if (leave === undefined) {
        throw problems.tooMany('too-many-mutations', `More than ${most} changes of one user at a time.`, 1);
      }
      return work().finally(leave);
    },
    async dryRun(caller, work) {
      const leave = dryRuns.take(caller);
      if (leave === undefined) {
        throw problems.tooMany('too-many-dry-runs', 'More than one dry run of one user at a time.', 1);
      }
      const leaveAll = allDryRuns.take('all');
      if (leaveAll === undefined) {
        leave();
        throw problems.overloaded();
      }
      return dryRunInTurn(work).finally(() => {
        leaveAll();
        leave();
      });
    },
  };
}
