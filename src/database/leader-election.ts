import { setTimeout as sleep } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import pg from 'pg';
import { type Execute, executeOn, types } from './connection.ts';
import { startupParameters, timeLimits } from './time-limits.ts';

/** Work that the leader repeats. */
export interface Job {
  /** The pause between two ticks. */
  readonly everyMs: number;
  /** Whether a leader that stops runs a last tick, so that no work waits for the next leader. */
  readonly finalTick?: boolean;
  /** Runs once. `execute` uses the connection that holds the lock. A failed tick ends leadership. */
  tick(execute: Execute, signal: AbortSignal): Promise<void>;
}

export interface LeadershipOptions {
  readonly writeUrl: string;
  /** The advisory lock of the leader. Each role has its own; migrations use 7 262 001. */
  readonly lock: number;
  /** The name of the role, in Postgres' list of connections and in reports. */
  readonly name: string;
  readonly jobs: readonly Job[];
  /** Called when leadership begins, before the first tick. */
  readonly onLead?: () => void;
  /** Called about once a second while another process leads. `execute` uses the connection that requests the lock. */
  readonly onFollow?: (execute: Execute) => void;
  readonly onError: (error: unknown, what: string) => void;
}

export interface Leadership {
  leads(): boolean;
  /** The current problem, until a tick succeeds. It is public, so only the log has the reason. */
  problem(): string | null;
  /** Aborts the running ticks, runs the final ones, and releases the lock. */
  stop(): Promise<void>;
}

/** Thrown by a tick if this process is not fit to lead. The message is public. */
export class NotEligible extends Error {}

const LEAD_AFTER_MS = 1_000;
/**
 * Postgres ends a session that is idle for this long, and releases its lock: a leader whose machine, network or process hangs is
 * replaced like one that died. A working leader, and every follower, sends a statement at least once a second.
 */
const IDLE_TIMEOUT_MS = 3_000;
const ANSWER_WITHIN_MS = 20_000;

/** A stop may take 10 s in total. The next leader does the remaining work. */
const FINAL_TICKS_WITHIN_MS = 4_000;

const heartbeat: Job = { everyMs: LEAD_AFTER_MS, tick: async (execute) => void (await execute(sql`SELECT`)) };

/**
 * Leader election by a session-level advisory lock. One process at a time leads; the others request the lock every
 * second and take over. The lock is released when its connection ends. A leader that was replaced without noticing may
 * still finish a tick, so jobs must be correct even if two processes run them: leadership avoids double work and is no
 * guarantee.
 */
export function runLeaderElection(options: LeadershipOptions): Leadership {
  const stopped = new AbortController();
  const state: { leads: boolean; problem: string | null } = { leads: false, problem: null };
  const lostPrimary = `The ${options.name} has lost the primary database.`;

  async function serve(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        await lead();
      } catch (error) {
        if (stopped.signal.aborted) return;
        const before = state.problem;
        state.problem = error instanceof NotEligible ? error.message : lostPrimary;
        // One report per outage: the next attempts, one a second, fail for the same reason.
        if (state.problem !== before)
          options.onError(error, `the ${options.name} gave up leadership and tries to regain it`);
      } finally {
        state.leads = false;
      }
      await pause(LEAD_AFTER_MS, stopped.signal);
    }
  }

  /** Requests the lock, then leads for as long as the connection that holds it lives. */
  async function lead(): Promise<void> {
    const client = newClient(options);
    client.on('error', () => {});
    await client.connect();
    try {
      const execute = serialized(executeOn(client));
      for (; !stopped.signal.aborted; await pause(LEAD_AFTER_MS, stopped.signal)) {
        const leads = await tryLock(execute, options.lock);
        // The primary answers again, and a process that does not lead need not be eligible.
        if (state.problem === lostPrimary || !leads) state.problem = null;
        if (leads) break;
        options.onFollow?.(execute);
      }
      if (stopped.signal.aborted) return;
      options.onLead?.();
      state.leads = true;
      await runConcurrently([heartbeat, ...options.jobs.map(clearingProblem)], execute, stopped.signal);
      await runFinalTicks(options.jobs, execute);
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** A successful tick clears the last problem. */
  const clearingProblem = ({ everyMs, tick }: Job): Job => ({
    everyMs,
    async tick(execute, signal) {
      await tick(execute, signal);
      state.problem = null;
    },
  });

  const serving = serve();
  return {
    leads: () => state.leads,
    problem: () => state.problem,
    async stop() {
      stopped.abort();
      await serving;
    },
  };
}

function newClient({ writeUrl, name }: LeadershipOptions): pg.Client {
  return new pg.Client({
    connectionString: writeUrl,
    types,
    keepAlive: true,
    keepAliveInitialDelayMillis: 1_000,
    connectionTimeoutMillis: 5_000,
    query_timeout: ANSWER_WITHIN_MS,
    application_name: `registry-${name}`,
    options: [`-c idle_session_timeout=${IDLE_TIMEOUT_MS}`, ...startupParameters(timeLimits.leader)].join(
      ' ',
    ),
  });
}

/** Repeats jobs until the stop, or until one of them fails. A job that stalls does not delay the others. */
async function runConcurrently(jobs: readonly Job[], execute: Execute, stopped: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  stopped.addEventListener('abort', end, { once: true });
  const repeat = async ({ everyMs, tick }: Job) => {
    while (!stopped.aborted && !ended.signal.aborted) {
      try {
        await tick(execute, ended.signal);
      } catch (error) {
        // A tick that the stop aborted, such as one that waits for open transactions, did not fail.
        if (stopped.aborted) return;
        throw error;
      }
      await pause(everyMs, ended.signal);
    }
  };
  try {
    await Promise.all(jobs.map(repeat));
  } finally {
    stopped.removeEventListener('abort', end);
    end();
  }
}

/** Executes the final ticks, one after another. The next leader repeats what fails here. */
async function runFinalTicks(jobs: readonly Job[], execute: Execute): Promise<void> {
  const wanted = jobs.filter(({ finalTick }) => finalTick);
  const done = (async () => {
    // Each has a share of the time: the relay runs even if the sequencer used up its own.
    for (const { tick } of wanted) {
      await tick(execute, AbortSignal.timeout(FINAL_TICKS_WITHIN_MS / wanted.length)).catch(() => {});
    }
  })();
  const enough = new AbortController();
  await Promise.race([done, sleep(FINAL_TICKS_WITHIN_MS, undefined, { signal: enough.signal })]);
  enough.abort();
}

/** The jobs share one connection, which runs one statement at a time. */
function serialized(execute: Execute): Execute {
  let last: Promise<unknown> = Promise.resolve();
  return <Row extends object>(statement: SQL) => {
    const answer = last.then(() => execute<Row>(statement));
    last = answer.catch(() => {});
    return answer;
  };
}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {});

async function tryLock(execute: Execute, lock: number): Promise<boolean> {
  const [row] = await execute<{ locked: boolean }>(sql`SELECT pg_try_advisory_lock(${lock}) AS locked`);
  return row?.locked ?? false;
}
