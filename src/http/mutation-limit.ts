import type { Config } from '../config.ts';
import type { Authority } from '../operation/caller.ts';
import { clientAddressOf, clientSiteOf } from '../operation/client-address.ts';
import { type Problem, problems } from '../operation/problem.ts';
import { placesFor } from './in-flight.ts';
import { QueueFull, type TurnQueue, turnQueue } from './turn-queue.ts';

/** What a mutation counts for. */
export interface Sender {
  readonly authority: Authority | null;
  readonly operationId: string;
  /** The client's IP address. */
  readonly ip: string;
  /** Aborted when the connection to the client has ended. */
  readonly gone: AbortSignal;
}

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
   * logins, wait for the turn of their network, and only while their client does. Each operation has a queue of its own, so that
   * refreshes do not wait for logins.
   *
   * @throws {Problem} 429 for a user, or a network of unknown callers, with too many; 503 if too many of all networks wait.
   */
  run<T>(sender: Sender, work: () => Promise<T>): Promise<T>;
  /**
   * Runs a dry run when its turn has come: one at a time of a user, and two at a time of all users together. One whose client is
   * gone before does not begin.
   *
   * @throws {Problem} 429 for a user with another one, or if too many wait.
   */
  dryRun<T>(sender: Sender, work: () => Promise<T>): Promise<T>;
}

/** Requests of unknown callers of one network, by operation. */
const OF_NETWORK = { running: 2, waiting: 20 };
/** The share of the connections for writes that serves unknown callers, by operation: there are two, logins and refreshes. */
const SHARE_OF_POOL = 1 / 3;

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
  const unknown = unknownCallers(poolSize, mostWaiting);
  const dryRunOf = placesFor<number | null>(1);
  const dryRuns = turnQueue<number | null>({
    running: DRY_RUNS_AT_A_TIME,
    runningPerKey: 1,
    waiting: DRY_RUNS_WAITING,
    waitingPerKey: 1,
  });
  const tooMany = () =>
    problems.tooMany('too-many-mutations', `More than ${mostPerUser} changes of one user at a time.`, 1);
  return {
    admit(authority, kind) {
      if (authority === null) return;
      const { userId } = authority.caller;
      if (users.isFull(userId)) throw tooMany();
      if (kind === 'dry run' && dryRunOf.isFull(userId)) throw tooManyDryRuns();
    },
    async run(sender, work) {
      if (sender.authority === null) return unknown.run(sender, work);
      const leave = users.take(sender.authority.caller.userId);
      if (leave === undefined) throw tooMany();
      return work().finally(leave);
    },
    async dryRun({ authority, gone }, work) {
      const userId = authority?.caller.userId ?? null;
      const leave = dryRunOf.take(userId);
      if (leave === undefined) throw tooManyDryRuns();
      return answeringFull(dryRuns.run(userId, work, gone), tooManyWait).finally(leave);
    },
  };
}

const halfOf = (poolSize: number) => Math.max(1, Math.floor(poolSize / 2));

const tooManyDryRuns = () =>
  problems.tooMany('too-many-dry-runs', 'More than one dry run of one user at a time.', 1);

const tooManyWait = () =>
  problems.tooMany('too-many-dry-runs', `${DRY_RUNS_WAITING} dry runs wait for their turn.`, 1);

/** The queues of unknown callers, by operation, in which networks take turns: of IPv6, sites. */
function unknownCallers(poolSize: number, mostWaiting: number) {
  // One network never has all places.
  const running = Math.max(2, Math.floor(poolSize * SHARE_OF_POOL));
  const bounds = {
    running,
    runningPerKey: Math.min(OF_NETWORK.running, running - 1),
    waiting: mostWaiting,
    waitingPerKey: OF_NETWORK.waiting,
  };
  const queues = new Map<string, TurnQueue<string>>();
  const tooMany = ({ of }: QueueFull) => {
    if (of === 'all') return problems.overloaded();
    const detail = `More than ${OF_NETWORK.waiting} requests of this kind from one network wait for their turn.`;
    return problems.tooMany('too-many-mutations', detail, 1);
  };
  return {
    run<T>({ operationId, ip, gone }: Sender, work: () => Promise<T>): Promise<T> {
      const queue = queues.get(operationId) ?? turnQueue<string>(bounds);
      queues.set(operationId, queue);
      return answeringFull(queue.run(clientSiteOf(ip) ?? clientAddressOf(ip), work, gone), tooMany);
    },
  };
}

function answeringFull<T>(queued: Promise<T>, problemOf: (full: QueueFull) => Problem): Promise<T> {
  return queued.catch((error: unknown) => {
    throw error instanceof QueueFull ? problemOf(error) : error;
  });
}
