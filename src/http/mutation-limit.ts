import type { Config } from '../config.ts';
import type { Authority } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { inTurn, placesFor } from './in-flight.ts';

/** The bounds of the mutations under way in this process: no caller can take the connections of all others. */
export interface MutationLimit {
  /**
   * Refuses a mutation that {@link run} would refuse now, before its body is read.
   *
   * @throws {Problem} 429
   */
  admit(authority: Authority | null, kind: 'mutation' | 'dry run'): void;
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
  const users = placesFor<number>(mostPerUser);
  const unknown = placesFor<'all'>(halfOf(poolSize) + mostWaiting);
  const unknownInTurn = inTurn(halfOf(poolSize));
  const dryRunOf = placesFor<number>(1);
  const dryRuns = placesFor<'all'>(DRY_RUNS_AT_A_TIME + DRY_RUNS_WAITING);
  const dryRunInTurn = inTurn(DRY_RUNS_AT_A_TIME);
  const tooMany = () =>
    problems.tooMany('too-many-mutations', `More than ${mostPerUser} changes of one user at a time.`, 1);
  return {
    admit(authority, kind) {
      if (authority === null) return;
      const { userId } = authority.caller;
      if (users.isFull(userId)) throw tooMany();
      if (kind === 'dry run' && dryRunOf.isFull(userId)) throw tooManyDryRuns();
    },
    async run(authority, work) {
      const leave = authority ? users.take(authority.caller.userId) : unknown.take('all');
      if (leave === undefined) throw authority ? tooMany() : problems.overloaded();
      return (authority ? work() : unknownInTurn(work)).finally(leave);
    },
    async dryRun(authority, work) {
      const leave = dryRunOf.take(authority?.caller.userId ?? 0);
      if (leave === undefined) throw tooManyDryRuns();
      const leaveAll = dryRuns.take('all');
      if (leaveAll === undefined) {
        leave();
        throw problems.tooMany('too-many-dry-runs', `${DRY_RUNS_WAITING} dry runs wait for their turn.`, 1);
      }
      return dryRunInTurn(work).finally(() => {
        leaveAll();
        leave();
      });
    },
  };
}

const halfOf = (poolSize: number) => Math.max(1, Math.floor(poolSize / 2));

const tooManyDryRuns = () =>
  problems.tooMany('too-many-dry-runs', 'More than one dry run of one user at a time.', 1);
