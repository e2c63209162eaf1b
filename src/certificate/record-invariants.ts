import { sql } from 'drizzle-orm';
import { valuesOf } from '../database/columns.ts';
import { openStatuses, statusTransitions } from '../rules/lifecycle.ts';
import type { InvariantGroup } from './invariant.ts';

const accounts: InvariantGroup = {
  over: sql`FROM account a JOIN bundle b ON b.account_id = a.id WHERE a.deleted_at IS NOT NULL`,
  invariants: [
    {
      name: 'a closed account holds nothing that can still be used',
      holds: sql`b.status NOT IN ${valuesOf(openStatuses)}`,
      line: sql`format('bundle %s in account %s', b.id, a.id)`,
    },
  ],
};

const recurring: InvariantGroup = {
  over: sql`
    FROM recurring_action r
    LEFT JOIN (SELECT recurring_action_id AS id, count(*) AS number, max(recurring_run) AS last
               FROM action WHERE recurring_run IS NOT NULL GROUP BY recurring_action_id) AS l USING (id)`,
  invariants: [
    {
      name: 'the log contains each finished run of a recurring action once',
      holds: sql`coalesce(l.number, 0) = r.runs_done AND coalesce(l.last, 0) = r.runs_done`,
      line: sql`format('recurring action %s: %s runs of %s done, %s in the log', r.id, r.runs_done, r.number_of_runs, coalesce(l.number, 0))`,
    },
  ],
};

const steps = sql.raw(
  statusTransitions()
    .map(([from, to]) => `('${from}', '${to}')`)
    .join(', '),
);

const history: InvariantGroup = {
  over: sql`FROM journal WHERE entity_name = 'bundle' AND event_type = 'UPDATE' AND attributes_after ? 'status'`,
  invariants: [
    {
      name: 'every change of status in the journal is one that the lifecycle allows',
      holds: sql`(attributes_before ->> 'status', attributes_after ->> 'status') IN (${steps})`,
      line: sql`format('bundle %s, entry %s', entity_id, id)`,
    },
  ],
};

/** Both tables of the read model, with their sums beside those of the bundles themselves. */
const totals: InvariantGroup = {
  over: sql`
    FROM (SELECT account_id, energy_source, status, sum(bundles) AS bundles, sum(energy_wh) AS energy_wh
          FROM (SELECT * FROM account_total UNION ALL SELECT * FROM account_total_change) AS part
          GROUP BY account_id, energy_source, status HAVING sum(bundles) <> 0 OR sum(energy_wh) <> 0) AS t
    FULL JOIN (SELECT b.account_id, i.energy_source, b.status, count(*) AS bundles, sum(b.quantity) AS energy_wh
               FROM bundle b JOIN issuance i ON i.id = b.issuance_id
               WHERE b.status <> 'Bundle Split' GROUP BY b.account_id, i.energy_source, b.status) AS held
      USING (account_id, energy_source, status)`,
  invariants: [
    {
      name: 'the totals of an account are those of its live bundles',
      holds: sql`t.bundles = held.bundles AND t.energy_wh = held.energy_wh`,
      line: sql`format('account %s, %s, %s: %s Wh in %s bundles, but totals of %s Wh in %s', account_id, energy_source, status,
                       coalesce(held.energy_wh, 0), coalesce(held.bundles, 0), coalesce(t.energy_wh, 0), coalesce(t.bundles, 0))`,
    },
  ],
};

/** Accounts, recurring actions, the journal and the read model of totals, as far as they concern certificates. */
export const recordInvariants: readonly InvariantGroup[] = [accounts, recurring, history, totals];
