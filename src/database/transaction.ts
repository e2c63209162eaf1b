import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ActionId } from '../rules/units.ts';
import { actorProver, type ProveActor } from './actor-proof.ts';
import { type Execute, executeOn, type Orm, ormOn } from './connection.ts';
import { parsePosition, type WalPosition } from './position.ts';
import { setLimits, type TimeLimits } from './time-limits.ts';

/** The user and request of a transaction. The triggers of the journal copy both into every entry. */
export interface Actor {
  /** `null` for the registry itself. */
  readonly userId: number | null;
  readonly requestId: string | null;
}

/** What a transaction did to certificates, for metrics. */
export interface DomainEvent {
  /** The type of the action, or `issue`. */
  readonly action: string;
  readonly result: 'Success' | 'Failure';
  /** The energy of the bundles, 0 for a failure. */
  readonly energyWh: number;
}

/** The operations available inside a transaction. */
export interface Transaction {
  readonly orm: Orm;
  readonly execute: Execute;
  /** Passes the event to the listeners after the commit. It is discarded on a rollback. */
  onCommit(event: DomainEvent): void;
  /** Draws the id of an action, which all later journal entries of the transaction name. */
  beginAction(): Promise<ActionId>;
}

export interface Committed<T> {
  readonly value: T;
  /** The position that a server must have replayed to show the whole transaction. */
  readonly position: WalPosition;
}

/** Runs work in a transaction, by default within the limits with which the database was opened. */
export type Transact = <T>(
  actor: Actor,
  work: (tx: Transaction) => Promise<T>,
  limits?: TimeLimits,
) => Promise<Committed<T>>;

const ATTEMPTS = 5;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

function mayRetry(error: unknown): boolean {
  const { code } = databaseError(error) ?? {};
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** The Postgres error inside a failure: Drizzle wraps what `pg` throws. */
export function databaseError(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error;
  return error instanceof Error && error.cause !== undefined ? databaseError(error.cause) : undefined;
}

interface TransactSource {
  readonly pool: pg.Pool;
  /** The key with which transactions prove their actors, if the database requires it. */
  readonly actorKey: string | undefined;
  /** Those of transactions for which no others are given. */
  readonly limits: TimeLimits;
  readonly onEvent: (event: DomainEvent) => void;
  /** Receives the position of every commit. */
  readonly onCommitted: (position: WalPosition) => void;
}

/**
 * Runs a mutation in one transaction on the primary. All writes use it.
 * Serialization failures and deadlocks are retried, so `work` must have no effect outside the transaction.
 */
export function createTransact({
  pool,
  actorKey,
  limits: defaults,
  onEvent,
  onCommitted,
}: TransactSource): Transact {
  const source = { pool, prove: actorProver(actorKey) };
  return async (actor, work, limits = defaults) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const events: DomainEvent[] = [];
        const committed = await attemptOnce({ ...source, actor, limits }, (client) =>
          work(transactionOn(client, events)),
        );
        onCommitted(committed.position);
        events.forEach(onEvent);
        return committed;
      } catch (error) {
        if (attempt === ATTEMPTS || !mayRetry(error)) throw error;
        await sleep(Math.random() * 20 * 2 ** attempt);
      }
    }
  };
}

/** What a transaction is begun with. */
interface Beginning {
  readonly actor: Actor;
  readonly prove: ProveActor;
  readonly limits: TimeLimits;
}

async function attemptOnce<T>(
  { pool, ...beginning }: Beginning & { readonly pool: pg.Pool },
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<Committed<T>> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin(client, beginning));
    const value = await work(client);
    return { value, position: await commit(client) };
  } catch (error) {
    broken = await rollBack(client);
    throw error;
  } finally {
    client.release(broken);
  }
}

function begin(client: pg.PoolClient, { actor: { userId, requestId }, prove, limits }: Beginning): string {
  const setting = (name: string, value: string | number | null) =>
    `set_config('registry.${name}', ${client.escapeLiteral(String(value ?? ''))}, true)`;
  const settings = [
    setting('actor_id', userId),
    setting('actor_proof', prove(client, userId)),
    setting('request_id', requestId),
    ...setLimits(limits, 'commit'),
  ];
  return `BEGIN; SELECT ${settings.join(', ')}`;
}

function transactionOn(client: pg.PoolClient, events: DomainEvent[]): Transaction {
  return {
    orm: ormOn(client),
    execute: executeOn(client),
    onCommit: (event) => void events.push(event),
    async beginAction() {
      const { rows } = await client.query<{ id: string }>(
        `SELECT set_config('registry.action_id', nextval('action_id_seq')::text, true) AS id`,
      );
      return Number(rows[0]?.id) as ActionId;
    },
  };
}

/**
 * Commits and, in the same round trip, reads the position of the write-ahead log after the commit. A limit of the statement
 * must not apply: if it ended the wait for a synchronous standby, PostgreSQL would report success without it.
 */
async function commit(client: pg.PoolClient): Promise<WalPosition> {
  const results: unknown = await client.query(
    'SET LOCAL statement_timeout = 0; COMMIT; SELECT pg_current_wal_flush_lsn() AS position',
  );
  const [, committed, log] = Array.isArray(results) ? results : [];
  if (committed?.command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back');
  const position = parsePosition(String(log?.rows?.[0]?.position));
  if (position === undefined) throw new Error('the primary did not return its log position');
  return position;
}

/** Returns the error that makes the connection unusable, if even the rollback failed. */
async function rollBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
