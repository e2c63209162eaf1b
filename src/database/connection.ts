import { createHash } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { PgDialect } from 'drizzle-orm/pg-core';
import pg from 'pg';
import * as schema from './schema.ts';
import { startupParameters, type TimeLimits } from './time-limits.ts';

export type Orm = NodePgDatabase<typeof schema>;

/** The reading part of the ORM: it has no methods that write. */
export type ReadOrm = Pick<Orm, 'select' | 'selectDistinct' | 'query' | '$count'>;

/** Executes one SQL statement and returns its rows, with `bigint` as safe integers and instants as `Date`. */
export type Execute = <Row extends object>(statement: SQL) => Promise<Row[]>;

const INT8 = 20;
const INT8_ARRAY = 1016;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is past the integers that JSON can carry`);
  return value;
}

/** The text form of a one-dimensional array without nulls, such as `{1,2}`. */
function safeIntegers(text: string): number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(safeInteger);
}

/** `int8` as safe integers, everything else as `pg` reads it. */
export const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === INT8) return safeInteger;
    if (format !== 'binary' && oid === INT8_ARRAY) return safeIntegers;
    return pg.types.getTypeParser(oid, format ?? 'text');
  },
};

export interface PoolOptions {
  readonly url: string;
  readonly size: number;
  readonly readOnly: boolean;
  readonly limits: TimeLimits;
  readonly onError: (error: Error) => void;
  /** The time limit for a connection: for a free one of the pool, or for a new one of the server. */
  readonly connectWithinMs?: number;
  /** The time limit for an answer; by default none. */
  readonly answerWithinMs?: number;
}

/** A pool of connections in UTC; a read-only one cannot write, whatever its role permits. */
export function createPool(options: PoolOptions): pg.Pool {
  const { url, size, readOnly, limits, onError, connectWithinMs = 5_000, answerWithinMs } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    types,
    keepAlive: true,
    connectionTimeoutMillis: connectWithinMs,
    query_timeout: answerWithinMs,
    application_name: readOnly ? 'registry-read' : 'registry-write',
    options: [
      '-c timezone=UTC',
      `-c default_transaction_read_only=${readOnly ? 'on' : 'off'}`,
      ...startupParameters(limits),
    ].join(' '),
  });
  pool.on('error', (error) => {
    // The pool attaches the whole client, with every prepared statement, which must not be logged.
    Reflect.deleteProperty(error, 'client');
    onError(error);
  });
  // The pool handles errors of idle clients only. The loss of a client in use fails its statement; without this
  // handler, its error event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

const dialect = new PgDialect({ casing: 'snake_case' });
const statementNames = new Map<string, string>();

/** The statements are few and constant, so each connection prepares each of them once. */
function statementName(text: string): string {
  const known = statementNames.get(text);
  if (known) return known;
  const name = createHash('sha1').update(text).digest('hex');
  statementNames.set(text, name);
  return name;
}

/** Text and parameters of a `sql` template, as `pg` takes them. */
export function compile(statement: SQL): { text: string; values: unknown[]; name: string } {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  return { text, values: params, name: statementName(text) };
}

export function executeOn(client: pg.ClientBase | pg.Pool): Execute {
  return async <Row extends object>(statement: SQL) => (await client.query<Row>(compile(statement))).rows;
}

const orms = new WeakMap<pg.ClientBase | pg.Pool, Orm>();

/** The ORM of a connection or pool. Drizzle analyses the whole schema for a new one, so each has one. */
export function ormOn(client: pg.ClientBase | pg.Pool): Orm {
  const known = orms.get(client);
  if (known) return known;
  const orm = drizzle(client as pg.PoolClient, { schema, casing: 'snake_case' });
  orms.set(client, orm);
  return orm;
}

/** One parameter that holds a whole array; a bare array in a template would become a list of parameters. Cast it to its type. */
export function array(values: readonly unknown[]): SQL {
  // Numbers are written here: `pg` would examine and quote each of them, ten thousand in 10 ms.
  const areNumbers = values.every((value) => typeof value === 'number');
  return sql`${sql.param(areNumbers ? `{${values.join(',')}}` : values)}`;
}
