import { type SQL, sql } from 'drizzle-orm';
import { valuesOf } from '../database/columns.ts';
import { roleNames } from '../rules/enums.ts';
import { lifecycle, type Performer } from '../rules/lifecycle.ts';
import { type Permission, type Scope, scopeOf } from '../rules/permission.ts';
import type { InvariantGroup } from './invariant.ts';
import { includes, valuesInJournal } from './journal-values.ts';

const typesOf = (performer: Performer): SQL =>
  valuesOf(
    Object.entries(lifecycle)
      .filter(([, rule]) => rule.performer === performer)
      .map(([type]) => type),
  );

const rolesWith = (permission: Permission, scope: Scope): SQL =>
  valuesOf(roleNames.filter((role) => scopeOf(permission, role) === scope));

/** Rows that exist from their creation until their deletion, as the journal has them, with the two accounts or users that they relate. */
const relations = (entity: 'account_user' | 'account_whitelist', other: string): SQL => sql`(
  SELECT made.id AS since, gone.id AS until, (made.attributes_after ->> 'account_id')::bigint AS account_id,
         (made.attributes_after ->> ${sql.raw(`'${other}'`)})::bigint AS other_id
  FROM journal made
  LEFT JOIN journal gone ON gone.entity_name = made.entity_name AND gone.entity_id = made.entity_id AND gone.event_type = 'DELETE'
  WHERE made.entity_name = ${sql.raw(`'${entity}'`)} AND made.event_type = 'CREATE')`;

/** Successful actions, with what the journal says of their users and accounts up to the entry of the action. */
const actions: InvariantGroup = {
  over: sql`
      FROM action a
      LEFT JOIN journal acted ON acted.entity_name = 'action' AND acted.entity_id = a.id AND acted.event_type = 'CREATE'
      LEFT JOIN ${valuesInJournal('registry_user', 'role')} AS role ON role.id = a.user_id AND ${includes('role', 'acted')}
      LEFT JOIN journal removed ON removed.entity_name = 'registry_user' AND removed.entity_id = a.user_id
        AND removed.event_type = 'DELETE' AND removed.id < acted.id
      WHERE a.action_result = 'Success'`,
  invariants: [
    {
      name: 'every action was allowed to its user at that time',
      holds: sql`removed.id IS NULL AND CASE
          WHEN a.action_type::text IN ${typesOf('registry')} THEN a.user_id IS NULL
          WHEN a.action_type::text IN ${typesOf('admin')} THEN role.value IN ${rolesWith('issue', 'all')}
          ELSE role.value IN ${rolesWith('act', 'all')} OR role.value IN ${rolesWith('act', 'own')} AND EXISTS (
            SELECT FROM ${relations('account_user', 'user_id')} AS member
            WHERE member.account_id = a.source_id AND member.other_id = a.user_id AND ${includes('member', 'acted')}) END`,
      line: sql`format('action %s (%s) of user %s, then %s', a.id, a.action_type, a.user_id, coalesce(role.value, 'without a role'))`,
    },
    {
      name: 'every transfer went to an account that accepted it at that time',
      holds: sql`a.action_type <> 'transfer' OR EXISTS (
          SELECT FROM ${relations('account_whitelist', 'source_account_id')} AS listed
          WHERE listed.account_id = a.target_id AND listed.other_id = a.source_id AND ${includes('listed', 'acted')})`,
      line: sql`format('action %s from account %s to account %s', a.id, a.source_id, a.target_id)`,
    },
  ],
};

/** Changes of roles, with the role that their actor had. */
const promotions: InvariantGroup = {
  over: sql`
    FROM journal acted
    LEFT JOIN ${valuesInJournal('registry_user', 'role')} AS role ON role.id = acted.actor_id AND ${includes('role', 'acted')}
    WHERE acted.entity_name = 'registry_user' AND acted.event_type <> 'CREATE' AND acted.attributes_after ? 'role'`,
  invariants: [
    {
      name: 'every change of a role was made by an administrator',
      holds: sql`role.value IN ${rolesWith('administer', 'all')}`,
      line: sql`format('entry %s: user %s became %s, by user %s, then %s', acted.id, acted.entity_id,
                       acted.attributes_after ->> 'role', coalesce(acted.actor_id::text, 'none'), coalesce(role.value, 'without a role'))`,
    },
  ],
};

/** Rights, as they were in the journal at the time (rules ACT-2, ACT-14 and LIFE-4). */
export const rightInvariants: readonly InvariantGroup[] = [actions, promotions];
