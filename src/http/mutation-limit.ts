import type { Config } from '../config.ts';
import type { Authority } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { inTurn, placesFor } from './in-flight.ts';

/** The bounds of the mutations under way in this process: no caller can take the connections of all others. */
export interface MutationLimit {
  /**
   * Runs a mutation. It counts until its work has ended, whether or not the client waits for it. Those of unknown callers, such as
   * logins, wait for their turn: refusals would let some of them keep out the others of their network.
   *
   * @throws {Problem} 429 for a user with too many, 503 if too many unknown callers wait.
   */
  run<T>(authority: Authority | null, work: () => Promise<T>): Promise<T>;
  /**
   * Runs a dry run when its turn has come: one at a time of a user, and two at a time of all users together.
   *
   * @throws {Problem} 429 for a user with another one, or if too many wait.
   */
  dryRun<T>(authority: Authority | null, work: () => Promise<T>): Promise<T>;
}

const DRY_RUNS_AT_A_TIME = 2;
/** Dry runs that wait for their turn, each of another user. */
const DRY_RUNS_WAITING = 20;

type Settings = Pick<Config, 'DATABASE_POOL_SIZE' | 'DATABASE_MAX_WAITING' | 'MAX_MUTATIONS_PER_USER'>;

export function createMutationLimit({
  DATABASE_POOL_SIZE: poolSize,
  DATABASE_MAX_WAITING: mostWaiting,
  MAX_MUTATIONS_PER_USER: mostPerUser = halfOf(poolSize),
}: Settings): MutationLimit {
  const mutations = placesFor<number>(mostPerUser);
  const unknown = {
    places: placesFor<'all'>(halfOf(poolSize) + mostWaiting),
    inTurn: inTurn(halfOf(poolSize)),
  };
  const dryRuns = {
    ofUser: placesFor<number>(1),
    places: placesFor<'all'>(DRY_RUNS_AT_A_TIME + DRY_RUNS_WAITING),
    inTurn: inTurn(DRY_RUNS_AT_A_TIME),
  };
  return {
    async run(authority, work) {
      if (authority === null) {
        const leave = unknown.places.take('all');
        if (leave === undefined) throw problems.overloaded();
        return unknown.inTurn(work).finally(leave);
      }
      const leave = mutations.take(authority.caller.userId);
      if (leave === undefined)
        throw problems.tooMany(
          'too-many-mutations',
          `More than ${mostPerUser} changes of one user at a time.`,
          1,
        );
      return work().finally(leave);
    },
    async dryRun(authority, work) {
      const leave = dryRuns.ofUser.take(authority?.caller.userId ?? 0);
      if (leave === undefined)
        throw problems.tooMany('too-many-dry-runs', 'More than one dry run of one user at a time.', 1);
      const leaveAll = dryRuns.places.take('all');
      if (leaveAll === undefined) {
        leave();
        throw problems.tooMany(
          'too-many-dry-runs',
          `More than ${DRY_RUNS_WAITING} dry runs wait for their turn.`,
          1,
        );
      }
      return dryRuns.inTurn(work).finally(() => {
        leaveAll();
        leave();
      });
    },
  };
}

const halfOf = (poolSize: number) => Math.max(1, Math.floor(poolSize / 2));
