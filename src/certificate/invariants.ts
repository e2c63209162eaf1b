import { type SQL, sql } from 'drizzle-orm';
import type { Query } from '../database/connection.ts';

/** What must hold over the whole registry; `violations` gives a line for each place where it does not. */
interface Invariant {
  readonly name: string;
  readonly violations: SQL;
}

export interface Violation {
  readonly invariant: string;
  readonly violation: string;
}

/** certificate-rules.md, "Conservation" and what it rests on, each as one statement over sets. */
const invariants: readonly Invariant[] = [
  {
    name: 'live bundles of an issuance neither overlap nor leave a gap',
    violations: sql`
      SELECT format('bundle %s of issuance %s starts at %s, where %s is next', id, issuance_id, range_start, expected) AS violation
      FROM (SELECT b.id, i.issuance_id, b.range_start,
                   coalesce(lag(b.range_end) OVER (PARTITION BY b.issuance_id ORDER BY b.range_start) + 1, i.range_start) AS expected
            FROM bundle b JOIN issuance i ON i.id = b.issuance_id
            WHERE b.status <> 'Bundle Split') AS slices
      WHERE range_start <> expected`,
  },
  {
    name: 'live bundles of an issuance hold exactly what was issued',
    violations: sql`
      SELECT format('issuance %s: %s Wh issued, %s Wh in live bundles', i.issuance_id, i.quantity, coalesce(held.quantity, 0)) AS violation
      FROM issuance i
      LEFT JOIN (SELECT issuance_id, sum(quantity) AS quantity FROM bundle WHERE status <> 'Bundle Split' GROUP BY issuance_id) AS held
        ON held.issuance_id = i.id
      WHERE held.quantity IS DISTINCT FROM i.quantity`,
  },
  {
    name: 'the two children of a split tile their parent',
    violations: sql`
      SELECT format('bundle %s: its children hold %s to %s, %s Wh in %s', p.id, c.starts, c.ends, c.quantity, c.number) AS violation
      FROM bundle p
      LEFT JOIN (SELECT parent_id, count(*) AS number, min(range_start) AS starts, max(range_end) AS ends, sum(quantity) AS quantity
                 FROM bundle WHERE parent_id IS NOT NULL GROUP BY parent_id) AS c ON c.parent_id = p.id
      WHERE (p.status = 'Bundle Split') IS DISTINCT FROM (c.number = 2 AND c.starts = p.range_start AND c.ends = p.range_end
                                                          AND c.quantity = p.quantity)
        AND NOT (p.status <> 'Bundle Split' AND c.number IS NULL)`,
  },
  {
    name: 'certificate ids of a device count up from 1 without a hole',
    violations: sql`
      SELECT format('issuance %s starts at %s, where %s is next', issuance_id, range_start, expected) AS violation
      FROM (SELECT issuance_id, range_start,
                   coalesce(lag(range_end) OVER (PARTITION BY device_id ORDER BY range_start) + 1, 1) AS expected
            FROM issuance) AS issued
      WHERE range_start <> expected`,
  },
  {
    name: 'a device has at most one live issuance for any instant',
    violations: sql`
      SELECT format('issuance %s starts before the one before it ends', issuance_id) AS violation
      FROM (SELECT issuance_id, production_start,
                   max(production_end) OVER (PARTITION BY device_id ORDER BY production_start, id
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous_end
            FROM issuance WHERE withdrawn_at IS NULL) AS live
      WHERE production_start < previous_end`,
  },
  {
    name: 'an issuance is withdrawn when all its live bundles are, and only then',
    violations: sql`
      SELECT format('issuance %s', i.issuance_id) AS violation
      FROM issuance i
      JOIN (SELECT issuance_id, bool_and(status = 'Withdrawn') AS withdrawn FROM bundle WHERE status <> 'Bundle Split' GROUP BY issuance_id) AS held
        ON held.issuance_id = i.id
      WHERE held.withdrawn <> (i.withdrawn_at IS NOT NULL)`,
  },
  {
    name: 'a bundle has a beneficiary once it is cancelled, and not before',
    violations: sql`
      SELECT format('bundle %s is %s', id, status) AS violation
      FROM bundle
      WHERE status <> 'Bundle Split'
        AND (status IN ('Cancelled', 'Cancelled for Storage', 'Claimed')) <> (beneficiary IS NOT NULL)`,
  },
  {
    name: 'a recurring action has run as often as it says, each run once',
    violations: sql`
      SELECT format('recurring action %s: %s runs of %s done, %s in the log', r.id, r.runs_done, r.number_of_runs, coalesce(l.number, 0)) AS violation
      FROM recurring_action r
      LEFT JOIN (SELECT recurring_action_id AS id, count(*) AS number, max(recurring_run) AS last
                 FROM action WHERE recurring_run IS NOT NULL GROUP BY recurring_action_id) AS l USING (id)
      WHERE r.runs_done > r.number_of_runs OR coalesce(l.number, 0) <> r.runs_done OR coalesce(l.last, 0) <> r.runs_done`,
  },
  {
    name: 'every bundle was made in the journal, once',
    violations: sql`
      SELECT format('bundle %s', coalesce(b.id, j.entity_id)) AS violation
      FROM bundle b
      FULL JOIN (SELECT entity_id, count(*) AS number FROM journal WHERE entity_name = 'bundle' AND event_type = 'CREATE' GROUP BY entity_id) AS j
        ON j.entity_id = b.id
      WHERE b.id IS NULL OR j.number IS DISTINCT FROM 1`,
  },
];

export const invariantNames: readonly string[] = invariants.map(({ name }) => name);

/** Checks the invariants one after the other and gives the first violation; `undefined` when all of them hold. */
export async function firstViolation(
  query: Query,
  onChecked: (name: string) => void = () => {},
): Promise<Violation | undefined> {
  for (const { name, violations } of invariants) {
    const [found] = await query<{ violation: string }>(sql`${violations} LIMIT 1`);
    if (found) return { invariant: name, violation: found.violation };
    onChecked(name);
  }
  return undefined;
}
