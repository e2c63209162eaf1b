import { type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from '../database/transaction.ts';
import { problems } from './problem.ts';

/*
 * The parts of an edit (`defineEdit`): its row is locked, read, and written only if a field differs.
 */

/** Locks the row so that the following read is current. Deleted rows are not locked. */
export async function lockRow(tx: Transaction, table: PgTable, id: number): Promise<void> {
  await tx.execute(sql`SELECT FROM ${table} WHERE id = ${id} AND deleted_at IS NULL FOR NO KEY UPDATE`);
}

/**
 * Older clients repeat the id of the deleted entity in the query string.
 *
 * @throws {Problem} 422 if the ids differ.
 */
export function requireSameId(id: number, query: Readonly<Record<string, number | undefined>>): void {
  const errors = Object.entries(query)
    .filter(([, named]) => named !== undefined && named !== id)
    .map(([name]) => ({ path: `query.${name}`, message: 'differs from the id in the path' }));
  if (errors.length > 0) throw problems.invalid(errors);
}

/** The version after this one. */
export const nextVersion: SQL = sql`version + 1`;

/**
 * Returns the requested fields that differ from the row, or `undefined` if none does: then nothing is written, and the
 * version and the journal stay unchanged. A field that is `undefined` is not requested.
 */
export function changesOf<Row extends object>(
  row: Row,
  requested: { readonly [Name in keyof Row]?: Row[Name] | undefined },
): Partial<Row> | undefined {
  const changes: Partial<Row> = {};
  let any = false;
  for (const name in requested) {
    const value = requested[name];
    if (value === undefined || same(value, row[name])) continue;
    changes[name] = value;
    any = true;
  }
  return any ? changes : undefined;
}

function same(a: unknown, b: unknown): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;
}
