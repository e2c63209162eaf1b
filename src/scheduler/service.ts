import { sql } from 'drizzle-orm';
import { expireBatch } from '../certificate/index.ts';
import type { Execute } from '../database/connection.ts';
import type { Database } from '../database/database.ts';
import { type Job, NotEligible, runLeaderElection } from '../database/leader-election.ts';
import type { SchedulerStatus } from '../operation/operation.ts';
import { runAllDue, type Turn } from './recurring-run.ts';
import { startTick, type Tick } from './tick.ts';

export interface SchedulerOptions {
  readonly database: Database;
  readonly writeUrl: string;
  readonly clock: () => Date;
  /** The largest difference between the clock and that of Postgres; beyond it, this process does not lead (rule REC-10). */
  readonly clockMayDifferMs: number;
  readonly onError: (error: unknown, what: string) => void;
}

export interface Scheduler {
  status(): SchedulerStatus;
  /** Stops the jobs, and waits for those under way. */
  stop(): Promise<void>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The advisory lock of the leader. */
const LEADER_LOCK = 7_262_003;
const LOOK_EVERY_MS = 1_000;

/**
 * Starts the scheduler: in one process at a time, bundles expire, recurring actions run, and totals are folded. The jobs run
 * side by side, so that none starves another. Each is correct even if several processes run it or repeat it; leadership only
 * avoids double work.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { clock, onError } = options;
  const state: Writable<Omit<SchedulerStatus, 'leads' | 'problem'>> = {
    bundlesExpired: 0,
    runsDone: 0,
    runsRefused: 0,
    lastTickAt: null,
  };
  const problems = new Map<string, string>();

  const expire = (tick: Tick) => expireAllDue(options, tick, state);

  const turn: Turn = new Set();
  const runRecurring = (tick: Tick) => runRecurringDue(options, { tick, turn }, state);

  const underWay = new Set<Promise<void>>();
  /**
   * A job that fails is repeated in the next tick and does not end leadership, which depends on the lock's connection.
   */
  const jobOf = (name: string, job: (tick: Tick, execute: Execute) => Promise<void>): Job => ({
    everyMs: LOOK_EVERY_MS,
    async tick(execute, signal) {
      await assertClock(execute, options);
      const tick = startTick(signal);
      const working = job(tick, execute).then(
        () => {
          problems.delete(name);
          if (!tick.isOver()) state.lastTickAt = clock();
        },
        (error: unknown) => {
          problems.set(name, `The scheduler job ${name} failed.`);
          onError(error, `the scheduler job ${name} failed`);
        },
      );
      underWay.add(working);
      await working.finally(() => underWay.delete(working));
    },
  });

  const leadership = runLeaderElection({
    writeUrl: options.writeUrl,
    lock: LEADER_LOCK,
    name: 'scheduler',
    jobs: [
      jobOf('expiry', expire),
      jobOf('recurring actions', runRecurring),
      jobOf('totals of accounts', foldTotals),
    ],
    onError,
  });

  return {
    status: () => ({
      ...state,
      leads: leadership.leads(),
      problem: leadership.problem() ?? [...problems.values()][0] ?? null,
    }),
    async stop() {
      await leadership.stop();
      await Promise.all(underWay);
    },
  };
}

function runRecurringDue(
  { database, clock }: SchedulerOptions,
  progress: { readonly tick: Tick; readonly turn: Turn },
  state: { runsDone: number; runsRefused: number },
): Promise<void> {
  return runAllDue({
    ...progress,
    database,
    clock,
    onRun(result) {
      if (result === 'done') state.runsDone += 1;
      if (result === 'refused') state.runsRefused += 1;
    },
  });
}

async function expireAllDue(
  { database, clock }: SchedulerOptions,
  tick: Tick,
  state: { bundlesExpired: number },
): Promise<void> {
  for (let more = true; more && !tick.isOver(); ) {
    const expired = await expireBatch(database, clock());
    state.bundlesExpired += expired.bundles;
    more = expired.more;
  }
}

/** Moves the changes of totals that writers appended into the totals: what is read for a total stays small. */
async function foldTotals(tick: Tick, execute: Execute): Promise<void> {
  for (let folded = 1; folded > 0 && !tick.isOver(); ) {
    const [row] = await execute<{ folded: number }>(sql`SELECT fold_account_totals() AS folded`);
    folded = row?.folded ?? 0;
  }
}

/** Requires that the clocks agree: expiry is final, so a wrong clock must not cause it. */
async function assertClock(execute: Execute, { clock, clockMayDifferMs }: SchedulerOptions): Promise<void> {
  const [row] = await execute<{ now: Date }>(sql`SELECT clock_timestamp() AS now`);
  const differsMs = Math.abs(clock().getTime() - (row?.now.getTime() ?? 0));
  if (differsMs <= clockMayDifferMs) return;
  const seconds = Math.round(differsMs / 1_000);
  throw new NotEligible(`The clocks of this process and of the primary database are ${seconds} s apart.`);
}
