import { sql } from 'drizzle-orm';
import { lifecycle } from '../rules/lifecycle.ts';
import type { InvariantGroup } from './invariant.ts';

/** The steps of the lifecycle table by type of action: `('cancel', 'Active', 'Cancelled'), ...`, a split included. */
const stepsOfActions = sql.raw(
  Object.entries(lifecycle)
    .flatMap(([type, { from, to, wholeBundlesOnly }]) =>
      from.flatMap((status) => {
        const next = to === 'before lock' ? lifecycle.lock.from : [to];
        return [...next, ...(wholeBundlesOnly ? [] : ['Bundle Split'])].map(
          (after) => `('${type}', '${status}', '${after}')`,
        );
      }),
    )
    .join(', '),
);

const namesBeneficiary = sql.raw(
  Object.entries(lifecycle)
    .filter(([, rule]) => rule.namesBeneficiary)
    .map(([type]) => `'${type}'`)
    .join(', '),
);

/** The entries that change account, status or beneficiary of a bundle, with the action that each names, if it lists the bundle. */
const changes: InvariantGroup = {
  over: sql`
    FROM (SELECT id, entity_id, action_id, actor_id, transaction_id, attributes_before AS before, attributes_after AS after
          FROM journal
          WHERE entity_name = 'bundle' AND event_type <> 'CREATE'
            AND attributes_after ?| '{account_id,status,prior_status,beneficiary}') AS e
    LEFT JOIN (SELECT DISTINCT id AS action_id, unnest(bundle_ids || resulting_bundle_ids) AS bundle_id
               FROM action WHERE action_result = 'Success') AS listed
      ON listed.action_id = e.action_id AND listed.bundle_id = e.entity_id
    LEFT JOIN action a ON a.id = listed.action_id
    LEFT JOIN journal made ON made.entity_name = 'action' AND made.entity_id = a.id AND made.event_type = 'CREATE'`,
  invariants: [
    {
      name: 'every change of a bundle names a successful action that lists the bundle',
      holds: sql`a.id IS NOT NULL`,
      line: sql`format('bundle %s, entry %s, action %s', e.entity_id, e.id, coalesce(e.action_id::text, 'none'))`,
    },
    {
      name: 'every change of a bundle has the transaction and the user of its action',
      holds: sql`e.transaction_id = made.transaction_id AND e.actor_id IS NOT DISTINCT FROM a.user_id`,
      line: sql`format('bundle %s, entry %s, action %s', e.entity_id, e.id, a.id)`,
    },
    {
      name: 'every change of a bundle is one that its action makes',
      holds: sql`CASE
        WHEN e.after ? 'account_id' THEN a.action_type = 'transfer' AND e.after - 'account_id' = '{}'
          AND (e.before ->> 'account_id')::bigint = a.source_id AND (e.after ->> 'account_id')::bigint = a.target_id
        ELSE (a.action_type::text, e.before ->> 'status', e.after ->> 'status') IN (${stepsOfActions})
          AND CASE WHEN e.after ->> 'status' <> 'Bundle Split' AND a.action_type::text IN (${namesBeneficiary})
              THEN e.after ->> 'beneficiary' = a.beneficiary ELSE NOT e.after ? 'beneficiary' END END`,
      line: sql`format('bundle %s, entry %s, action %s (%s)', e.entity_id, e.id, a.id, a.action_type)`,
    },
  ],
};

/** The chain of the entries of each bundle, and its end: the row. */
const ends: InvariantGroup = {
  over: sql`
    FROM (SELECT DISTINCT ON (entity_id, key) entity_id, key, value, id
          FROM journal CROSS JOIN LATERAL jsonb_each_text(attributes_after) AS changed
          WHERE entity_name = 'bundle' AND event_type <> 'CREATE'
            AND key IN ('account_id', 'status', 'prior_status', 'beneficiary')
          ORDER BY entity_id, key, id DESC) AS e
    LEFT JOIN bundle b ON b.id = e.entity_id`,
  invariants: [
    {
      name: 'every bundle has the account, status and beneficiary that its last change left',
      holds: sql`b.id IS NOT NULL AND e.value IS NOT DISTINCT FROM CASE e.key
        WHEN 'account_id' THEN b.account_id::text WHEN 'status' THEN b.status::text
        WHEN 'prior_status' THEN b.prior_status::text ELSE b.beneficiary END`,
      line: sql`format('bundle %s, %s after entry %s', e.entity_id, e.key, e.id)`,
    },
  ],
};

/** What bundles were through, held against the actions that did it (rules LIFE-1, ACT-8 and JRN-1). */
export const actionInvariants: readonly InvariantGroup[] = [changes, ends];
