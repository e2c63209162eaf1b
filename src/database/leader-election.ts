import { setTimeout as sleep } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import pg from 'pg';
import { type Execute, executeOn, types } from './connection.ts';

/** A piece of work that only the leader does, over and over. */
export interface Job {
  /** The pause between two rounds. */
  readonly everyMs: number;
  /** Whether the leader does a last round when it stops, so that nothing waits for whoever leads next. */
  readonly finalTick?: boolean;
  /** One round. `execute` runs on the connection that holds the lock; a round that fails gives leadership up. */
  tick(execute: Execute, signal: AbortSignal): Promise<void>;
}

export interface LeadershipOptions {
  readonly writeUrl: string;
  /** The advisory lock whose holder leads. No two offices share one; migrations hold 7 262 001. */
  readonly lock: number;
  /** The name of the office, in Postgres' list of connections and in what is reported. */
  readonly name: string;
  readonly jobs: readonly Job[];
  /** Called when the office is taken, before the first round. */
  readonly onLead?: () => void;
  /** Called about once a second while another process leads. `execute` runs on the connection that asks for the lock. */
  readonly onFollow?: (execute: Execute) => void;
  readonly onError: (error: unknown, what: string) => void;
}

export interface Leadership {
  leads(): boolean;
  /** What is wrong, until a round succeeds again; for everybody to read, so the log alone says why. */
  problem(): string | null;
  /** Ends the rounds under way, does the last ones, and gives the lock up. */
  stop(): Promise<void>;
}

/** Thrown by a round that had better be done by another process. Its message is for everybody to read. */
export class NotEligible extends Error {}

const LEAD_AFTER_MS = 1_000;
/**
 * Postgres ends a session that says nothing for so long, and the lock with it: a leader whose machine, network or process
 * stands still is replaced, as a dead one is. All others, and a leader at work, ask something at least once a second.
 */
const SILENT_AFTER_MS = 3_000;
const ANSWER_WITHIN_MS = 20_000;

/** A stop is given 10 s in all; what is not done by then is the next leader's. */
const LAST_ROUNDS_WITHIN_MS = 4_000;

const heartbeat: Job = { everyMs: LEAD_AFTER_MS, tick: async (execute) => void (await execute(sql`SELECT`)) };

/**
 * Stands for an office that one process at a time holds; every process stands ready to take over. The lock lives and dies
 * with its connection. A leader that was replaced without noticing may still finish a round, so works must be right
 * whoever does them: the office saves work, and no promise rests on it.
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
        // One report an outage: the next attempts, one a second, fail for the same reason.
        if (state.problem !== before)
          options.onError(error, `the ${options.name} gave up leadership and tries to regain it`);
      } finally {
        state.leads = false;
      }
      await pause(LEAD_AFTER_MS, stopped.signal);
    }
  }

  /** Leads for as long as its connection holds the lock: a lost connection gives it up, to the moment. */
  async function lead(): Promise<void> {
    const client = newClient(options);
    client.on('error', () => {});
    await client.connect();
    try {
      const execute = oneByOne(executeOn(client));
      for (; !stopped.signal.aborted; await pause(LEAD_AFTER_MS, stopped.signal)) {
        const leads = await tryLock(execute, options.lock);
        // The primary answers again; and where another leads, this process need not be fit to.
        if (state.problem === lostPrimary || !leads) state.problem = null;
        if (leads) break;
        options.onFollow?.(execute);
      }
      if (stopped.signal.aborted) return;
      options.onLead?.();
      state.leads = true;
      await sideBySide([heartbeat, ...options.jobs.map(mending)], execute, stopped.signal);
      await lastRounds(options.jobs, execute);
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** A round that succeeds is the end of the last problem. */
  const mending = ({ everyMs, tick: round }: Job): Job => ({
    everyMs,
    async tick(execute, signal) {
      await round(execute, signal);
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
    options: `-c idle_session_timeout=${SILENT_AFTER_MS}`,
  });
}

/** Repeats works until the stop, or until one of them fails: one that stalls delays no other. */
async function sideBySide(works: readonly Job[], execute: Execute, stopped: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  stopped.addEventListener('abort', end, { once: true });
  const repeat = async ({ everyMs, tick: round }: Job) => {
    while (!stopped.aborted && !ended.signal.aborted) {
      try {
        await round(execute, ended.signal);
      } catch (error) {
        // A round that the stop broke off, such as one that waits for open transactions, is no failure.
        if (stopped.aborted) return;
        throw error;
      }
      await pause(everyMs, ended.signal);
    }
  };
  try {
    await Promise.all(works.map(repeat));
  } finally {
    stopped.removeEventListener('abort', end);
    end();
  }
}

/** One more round of the works that want it, one after the other. Whatever fails here is done by the next leader. */
async function lastRounds(works: readonly Job[], execute: Execute): Promise<void> {
  const wanted = works.filter(({ finalTick: lastRound }) => lastRound);
  const done = (async () => {
    // Each has its share of the time: what is ordered is relayed, although the order may have waited in vain.
    for (const { tick: round } of wanted) {
      await round(execute, AbortSignal.timeout(LAST_ROUNDS_WITHIN_MS / wanted.length)).catch(() => {});
    }
  })();
  const enough = new AbortController();
  await Promise.race([done, sleep(LAST_ROUNDS_WITHIN_MS, undefined, { signal: enough.signal })]);
  enough.abort();
}

/** The works share one connection, and a connection takes one statement at a time. */
function oneByOne(execute: Execute): Execute {
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
