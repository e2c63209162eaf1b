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

/** Changes of status, with the account that held the bundle: the one that the next transfer took it from, or its present one. */
const parties: InvariantGroup = {
  over: sql`
    FROM journal e
    JOIN action a ON a.id = e.action_id
    LEFT JOIN bundle b ON b.id = e.entity_id
    LEFT JOIN (SELECT entity_id, id AS until, lag(id) OVER (PARTITION BY entity_id ORDER BY id) AS since,
                      (attributes_before ->> 'account_id')::bigint AS account_id
               FROM journal WHERE entity_name = 'bundle' AND event_type <> 'CREATE' AND attributes_after ? 'account_id') AS move
      ON move.entity_id = e.entity_id AND e.id < move.until AND (move.since IS NULL OR e.id > move.since)
    WHERE e.entity_name = 'bundle' AND e.event_type <> 'CREATE' AND e.attributes_after ? 'status'`,
  invariants: [
    {
      name: 'every change of a bundle was made by an action of the account that held it',
      holds: sql`coalesce(move.account_id, b.account_id) = a.source_id`,
      line: sql`format('bundle %s, entry %s, action %s of account %s', e.entity_id, e.id, a.id, a.source_id)`,
    },
  ],
};

/** What bundles were through, held against the actions that did it (rules LIFE-1, ACT-8 and JRN-1). */
export const actionInvariants: readonly InvariantGroup[] = [changes, parties];
