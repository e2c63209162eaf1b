/**
 * The time that one kind of work on the database may take, in milliseconds, by the settings of PostgreSQL that limit
 * it. 0: no limit.
 */
export interface TimeLimits {
  /** For one lock. */
  readonly lock_timeout: number;
  /** For one statement, except COMMIT: that may wait for a synchronous standby, and is then no longer to be cancelled. */
  readonly statement_timeout: number;
  /** From the beginning of a transaction to the moment before its commit is written. Beyond it, the connection ends. */
  readonly transaction_timeout: number;
  /** Between two statements of a transaction: a process that hangs would keep its locks. Beyond it, the connection ends. */
  readonly idle_in_transaction_session_timeout: number;
}

const SECOND = 1_000;

/** The registry never waits between two statements, so that one limit fits all work. */
const idle_in_transaction_session_timeout = 30 * SECOND;

export const timeLimits = {
  /** A request that changes something. Its transaction ends before another attempt may take over its `Idempotency-Key`. */
  mutation: {
    lock_timeout: 10 * SECOND,
    statement_timeout: 30 * SECOND,
    transaction_timeout: 50 * SECOND,
    idle_in_transaction_session_timeout,
  },
  /** It changes nothing, so that it gives way: it can be repeated at no cost. */
  dryRun: {
    lock_timeout: SECOND,
    statement_timeout: 10 * SECOND,
    transaction_timeout: 20 * SECOND,
    idle_in_transaction_session_timeout,
  },
  /** Expiry. It waits longer for a lock than requests may hold one, so that nobody can stop it. */
  expiry: {
    lock_timeout: 55 * SECOND,
    statement_timeout: 60 * SECOND,
    transaction_timeout: 120 * SECOND,
    idle_in_transaction_session_timeout,
  },
  /**
   * One run of a recurring action. All runs follow one another, so that one that waits, such as for an action of its own user, must
   * not delay those of others for long. A run beyond its time stays due.
   */
  recurringRun: {
    lock_timeout: 10 * SECOND,
    statement_timeout: 20 * SECOND,
    transaction_timeout: 30 * SECOND,
    idle_in_transaction_session_timeout,
  },
  /**
   * A statement of a leader, on the connection that holds the lock of its role. The server ends it before the leader stops waiting
   * for the answer: until it has ended, no other process can lead.
   */
  leader: {
    lock_timeout: 10 * SECOND,
    statement_timeout: 15 * SECOND,
    transaction_timeout: 18 * SECOND,
    idle_in_transaction_session_timeout,
  },
  /**
   * A migration. While it waits for the lock of a table, requests that use the table wait behind it: it gives up before they do. It
   * may rewrite large tables, and an operator can end it.
   */
  migration: {
    lock_timeout: 5 * SECOND,
    statement_timeout: 0,
    transaction_timeout: 0,
    idle_in_transaction_session_timeout,
  },
  /** A page, an entity, or one page of a stream. */
  read: {
    lock_timeout: 10 * SECOND,
    statement_timeout: 15 * SECOND,
    transaction_timeout: 30 * SECOND,
    idle_in_transaction_session_timeout,
  },
  /** A check of the whole registry or journal that an administrator requests. */
  check: {
    lock_timeout: 10 * SECOND,
    statement_timeout: 600 * SECOND,
    transaction_timeout: 0,
    idle_in_transaction_session_timeout,
  },
  /** A program that an operator runs and can end. */
  none: {
    lock_timeout: 0,
    statement_timeout: 0,
    transaction_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  },
} as const satisfies Readonly<Record<string, TimeLimits>>;

/** The limits of reads and transactions for which no others are given. */
export interface DefaultLimits {
  readonly read: TimeLimits;
  readonly write: TimeLimits;
}

export const requestLimits: DefaultLimits = { read: timeLimits.read, write: timeLimits.mutation };
export const noLimits: DefaultLimits = { read: timeLimits.none, write: timeLimits.none };

/** The parameters of a connection that set these limits when it is opened. */
export function startupParameters(limits: TimeLimits): string[] {
  return Object.entries(limits).map(([name, ms]) => `-c ${name}=${ms}`);
}

/** Statements that restore those of {@link startupParameters}. */
export const RESET_LIMITS = Object.keys(timeLimits.none)
  .map((name) => `RESET ${name}`)
  .join('; ');

/** Expressions that set these limits, for the transaction or for the session. */
export function setLimits(limits: TimeLimits, until: 'commit' | 'end of session'): string[] {
  return Object.entries(limits).map(([name, ms]) => `set_config('${name}', '${ms}', ${until === 'commit'})`);
}
