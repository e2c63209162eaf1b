import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import { type Anchor, parseAnchor, textOf } from './anchor.ts';

interface Row {
  readonly document: string;
}

/** The last anchor in the database. @throws {InvalidAnchor} */
export async function lastAnchor(execute: Execute): Promise<Anchor | undefined> {
  const [row] = await execute<Row>(sql`SELECT document FROM journal_anchor ORDER BY number DESC LIMIT 1`);
  return row && parseAnchor(row.document);
}

/** At most `limit` anchors from a number on, in order. @throws {InvalidAnchor} */
export async function anchorsFrom(execute: Execute, number: number, limit: number): Promise<Anchor[]> {
  const rows = await execute<Row>(sql`
    SELECT document FROM journal_anchor WHERE number >= ${number} ORDER BY number LIMIT ${limit}`);
  return rows.map(({ document }) => parseAnchor(document));
}

/** Stores an anchor, unless another process was faster. */
export async function insertAnchor(execute: Execute, anchor: Anchor): Promise<void> {
  await execute(sql`
    INSERT INTO journal_anchor (number, position, document)
    VALUES (${anchor.number}, ${anchor.position}, ${textOf(anchor)}) ON CONFLICT DO NOTHING`);
}
