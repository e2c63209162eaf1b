import { type SQL, sql } from 'drizzle-orm';
import { array, type Execute } from '../database/connection.ts';
import type { SequencedEntry } from '../journal/index.ts';
import type { Authority } from '../operation/caller.ts';
import { redact } from '../rules/redaction.ts';

/*
 * Who may see an event: administrators see all; others the history of the bundles that their accounts hold now and,
 * without an API key, of their own user, because a change of it by others must not go unnoticed. Pages are selected by
 * `visibleEvents` in SQL, and events that many streams share by `isVisible` in memory. Both must select the same.
 */

/** The accounts that a bundle is or was in; `null` if they are unknown, or for another entity. */
export interface Holders {
  /** The account that holds the bundle now. */
  readonly now: number | null;
  /** The account that held it before the event or, for a creation, the one in which it was created. */
  readonly before: number | null;
}

const NO_HOLDERS: Holders = { now: null, before: null };

/** A condition over `j` (the entry). The account of a bundle is looked up by its id, so that the plan is the same for any account. */
export function visibleEvents({ caller, scope }: Authority): SQL {
  if (scope === 'all') return sql`true`;
  const bundles = sql`j.entity_name = 'bundle'
    AND (SELECT b.account_id FROM bundle b WHERE b.id = j.entity_id) = ANY (${array([...caller.accountIds])}::bigint[])`;
  if (caller.apiKey !== undefined) return bundles;
  return sql`(${bundles} OR j.entity_name = 'registry_user' AND j.entity_id = ${caller.userId})`;
}

export function isVisible(
  { entity_name: name, entity_id: id }: SequencedEntry,
  holders: Holders,
  { caller, scope }: Authority,
): boolean {
  if (scope === 'all') return true;
  const accounts: ReadonlySet<number> = caller.accountIds;
  if (name === 'bundle') return holders.now !== null && accounts.has(holders.now);
  return name === 'registry_user' && id === caller.userId && caller.apiKey === undefined;
}

/**
 * An event as a caller may see it: without user, action and account of what happened to a bundle in an account of others, as in
 * lineage (rule HASH-6).
 */
export function redactedFor(
  event: SequencedEntry,
  { before }: Holders,
  { caller, scope }: Authority,
): SequencedEntry {
  if (scope === 'all' || event.entity_name !== 'bundle') return event;
  const accounts: ReadonlySet<number> = caller.accountIds;
  return redact(event, before ?? undefined, (id) => accounts.has(id));
}

/** The holders of the bundles of some entries, by the position of the entry. */
export async function holdersOf(
  execute: Execute,
  entries: readonly SequencedEntry[],
): Promise<(entry: SequencedEntry) => Holders> {
  const positions = entries.filter((each) => each.entity_name === 'bundle').map(({ position }) => position);
  if (positions.length === 0) return () => NO_HOLDERS;
  const rows = await execute<Holders & { readonly position: number }>(sql`
    SELECT p.position, (SELECT b.account_id FROM bundle b WHERE b.id = j.entity_id) AS now,
      (
        SELECT (h.attributes_after ->> 'account_id')::bigint FROM journal h
        WHERE h.entity_name = 'bundle' AND h.entity_id = j.entity_id AND h.attributes_after ? 'account_id'
          AND (h.id < j.id OR h.event_type = 'CREATE')
        ORDER BY h.id DESC LIMIT 1) AS before
    FROM journal_position p JOIN journal j ON j.id = p.journal_id
    WHERE p.position = ANY (${array(positions)}::bigint[])`);
  const byPosition = new Map(rows.map((row) => [row.position, row]));
  return ({ position }) => byPosition.get(position) ?? NO_HOLDERS;
}
