import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';

/** Energy in Wh by the status of the bundles that have it; statuses without energy are absent. */
export type EnergyByStatus = Readonly<Record<string, string>>;

/** How many entries one statement reads. The sequencer uses the same connection and waits for it. */
const ENTRIES = 5_000;

/**
 * The energy by status after the entry at `to`, from what it was after the entry at `from` and from the journal alone: the cost grows
 * with the entries in between, not with the bundles.
 *
 * @param from -1 for the beginning of the journal.
 */
export async function energyAfter(
  execute: Execute,
  before: EnergyByStatus,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<EnergyByStatus> {
  const energy = new Map(Object.entries(before).map(([status, wh]) => [status, BigInt(wh)]));
  for (let after = from; after < to; after += ENTRIES) {
    for (const { status, wh } of await changes(execute, after, Math.min(to, after + ENTRIES)))
      energy.set(status, (energy.get(status) ?? 0n) + BigInt(wh));
  }
  const present = [...energy].filter(([, wh]) => wh !== 0n);
  return Object.fromEntries(present.map(([status, wh]) => [status, String(wh)]));
}

/** A change of a status moves the energy of its bundle, which the entry that created the bundle states (rule HASH-3). */
function changes(execute: Execute, after: number, upTo: number): Promise<{ status: string; wh: string }[]> {
  return execute(sql`
    SELECT change.status, sum(change.wh)::text AS wh
    FROM journal_position p
    JOIN journal j ON j.id = p.journal_id AND j.entity_name = 'bundle' AND j.attributes_after ? 'status'
    CROSS JOIN LATERAL (
      SELECT (c.attributes_after ->> 'range_end')::bigint - (c.attributes_after ->> 'range_start')::bigint + 1 AS wh
      FROM journal c WHERE c.entity_name = 'bundle' AND c.entity_id = j.entity_id ORDER BY c.id LIMIT 1) AS created
    CROSS JOIN LATERAL (VALUES (j.attributes_after ->> 'status', created.wh::numeric),
                               (j.attributes_before ->> 'status', -created.wh::numeric)) AS change(status, wh)
    WHERE p.position > ${after} AND p.position <= ${upTo} AND change.status IS NOT NULL
    GROUP BY change.status`);
}
