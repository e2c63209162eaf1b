import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import { type Anchor, digestOf, signAnchor } from './anchor.ts';
import { insertAnchor, lastAnchor } from './anchor-table.ts';
import { energyAfter } from './energy.ts';
import { faultOf, type KeySet } from './key-set.ts';
import type { SigningKey } from './signing-key.ts';

/** The journal is not what its last anchor says: no further anchor is signed. The message is public. */
export class HistoryChanged extends Error {}

export interface Head {
  readonly position: number;
  readonly hash: string;
}

/** The last entry with a position. */
export async function headOf(execute: Execute): Promise<Head | undefined> {
  const [head] = await execute<Head>(sql`
    SELECT position, encode(hash, 'hex') AS hash FROM journal_position ORDER BY position DESC LIMIT 1`);
  return head;
}

export interface SigningOptions {
  readonly key: SigningKey;
  readonly keys: KeySet;
  readonly intervalMs: number;
  readonly now: Date;
}

/**
 * Signs the head of the journal, if the last anchor is older than the interval and the journal has grown since. Returns the last anchor.
 *
 * @throws {HistoryChanged} @throws {InvalidAnchor}
 */
export async function signIfDue(execute: Execute, options: SigningOptions): Promise<Anchor | undefined> {
  const last = await lastAnchor(execute);
  if (last && !isDue(last, options)) return last;
  const head = await headOf(execute);
  if (head === undefined || head.position === last?.position) return last;
  if (last) await requireUnchanged(execute, last, options.keys);
  const from = last?.position ?? -1;
  const anchor = signAnchor(
    {
      ...head,
      number: last ? last.number + 1 : 0,
      energy_wh: await energyAfter(execute, last?.energy_wh ?? {}, { from, to: head.position }),
      signed_at: options.now.toISOString(),
      previous: last ? digestOf(last) : null,
    },
    options.key,
  );
  await insertAnchor(execute, anchor);
  return anchor;
}

/** A last anchor from the future, signed while a clock was wrong, does not delay the next one for longer than the interval. */
function isDue({ signed_at }: Anchor, { now, intervalMs }: SigningOptions): boolean {
  const ageMs = now.getTime() - Date.parse(signed_at);
  return ageMs >= intervalMs || ageMs < 0;
}

async function requireUnchanged(execute: Execute, last: Anchor, keys: KeySet): Promise<void> {
  const fault = faultOf(last, keys);
  if (fault !== undefined) throw new HistoryChanged(`the last anchor in the database ${fault}`);
  const [entry] = await execute<{ hash: string }>(
    sql`SELECT encode(hash, 'hex') AS hash FROM journal_position WHERE position = ${last.position}`,
  );
  if (entry?.hash !== last.hash)
    throw new HistoryChanged('the journal is not what its last anchor says: an entry before it was changed');
}
