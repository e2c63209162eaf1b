import { sql } from 'drizzle-orm';
import { valuesOf } from '../database/columns.ts';
import { lifecycleActions } from '../rules/lifecycle.ts';
import type { InvariantGroup } from './invariant.ts';

const succeeded = sql`action_result = 'Success' AND action_type::text IN ${valuesOf(lifecycleActions)}`;

/** The bundles that carry the effect of actions. */
const resulting = sql`(
  SELECT id AS action_id, unnest(resulting_bundle_ids) AS bundle_id FROM action WHERE ${succeeded})`;

const results: InvariantGroup = {
  over: sql`
    FROM ${resulting} AS result
    LEFT JOIN journal change
      ON change.action_id = result.action_id AND change.entity_id = result.bundle_id
     AND change.entity_name = 'bundle' AND change.event_type <> 'CREATE'`,
  invariants: [
    {
      name: 'every action changed the bundles in which it resulted',
      holds: sql`change.id IS NOT NULL`,
      line: sql`format('action %s, bundle %s', result.action_id, result.bundle_id)`,
    },
  ],
};

/** What each action asks of each bundle that it lists, and what it took: the whole bundle, or the first part of its split. */
const amounts: InvariantGroup = {
  over: sql`
    FROM (SELECT a.id AS action_id, item.bundle_id, CASE WHEN whole.bundle_id IS NULL THEN coalesce(part.quantity, 0) ELSE p.quantity END AS taken,
                 CASE WHEN a.certificate_quantity IS NULL
                      THEN floor(p.quantity * coalesce(a.certificate_bundle_percentage, 1))
                      ELSE least(p.quantity, greatest(0, a.certificate_quantity - coalesce(sum(p.quantity) OVER before, 0))) END AS asked,
                 cardinality(a.resulting_bundle_ids) AS results,
                 count(coalesce(whole.bundle_id, part.bundle_id)) OVER (PARTITION BY a.id) AS explained
          FROM action a
          LEFT JOIN LATERAL unnest(a.bundle_ids) WITH ORDINALITY AS item(bundle_id, place) ON true
          LEFT JOIN bundle p ON p.id = item.bundle_id
          LEFT JOIN ${resulting} AS whole ON whole.action_id = a.id AND whole.bundle_id = item.bundle_id
          LEFT JOIN (SELECT result.action_id, result.bundle_id, b.parent_id, b.range_start, b.quantity
                     FROM ${resulting} AS result JOIN bundle b ON b.id = result.bundle_id) AS part
            ON part.action_id = a.id AND part.parent_id = item.bundle_id AND part.range_start = p.range_start
          WHERE ${succeeded}
          WINDOW before AS (PARTITION BY a.id ORDER BY item.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS taking`,
  invariants: [
    {
      name: 'every action took from each bundle what its quantity or percentage asks for',
      holds: sql`asked = taken`,
      line: sql`format('action %s took %s Wh of bundle %s, not %s', action_id, taken, bundle_id, asked)`,
    },
    {
      name: 'an action results in bundles that it lists, or in the first parts of their splits',
      holds: sql`results = explained`,
      line: sql`format('action %s', action_id)`,
    },
  ],
};

/** What actions did, held against what they asked for (rules ACT-4 to ACT-7 and ACT-10). */
export const amountInvariants: readonly InvariantGroup[] = [results, amounts];
