import { PERSONAL_DATA_BREAKS } from './personal-data-violations.ts';

/** How each invariant of the check can be broken behind the triggers. */

/** The ids of the rows that `BREAKS` changes. */
export type Places = Readonly<
  Record<
    | 'whole'
    | 'wholeIssuance'
    | 'older'
    | 'parent'
    | 'splitIssuance'
    | 'first'
    | 'second'
    | 'again'
    | 'newest'
    | 'moved'
    | 'target'
    | 'recurring',
    number
  >
>;

const onBundle = (bundle: keyof Places, assignment: string) => (ids: Places) =>
  `UPDATE bundle SET ${assignment} WHERE id = ${ids[bundle]}`;
const onIssuance = (issuance: keyof Places, assignment: string) => (ids: Places) =>
  `UPDATE issuance SET ${assignment} WHERE id = ${ids[issuance]}`;
const onEntry = (bundle: keyof Places, type: 'CREATE' | 'UPDATE', assignment: string) => (ids: Places) =>
  `UPDATE journal SET ${assignment} WHERE entity_name = 'bundle' AND event_type = '${type}' AND entity_id = ${ids[bundle]}`;

const onActionOf = (bundle: number, assignment: string) =>
  `UPDATE action SET ${assignment} WHERE ${bundle} = ANY (resulting_bundle_ids)`;
const onCreations = (entity: string, attributes: string) =>
  `UPDATE journal SET attributes_after = attributes_after || '${attributes}' WHERE entity_name = '${entity}' AND event_type = 'CREATE'`;

/** An entry that makes every user an administrator. */
const promotion = (actor: string) => `
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_before, attributes_after, actor_id, recorded_at)
  SELECT '1', uuidv7(), 'UPDATE', 'registry_user', id, jsonb_build_object('role', role), '{"role": "ADMIN"}', ${actor}, now()
  FROM registry_user`;

/** Adds to the totals of an account. */
function addedToTotals(bundles: number, energyWh: number): string {
  return `
    INSERT INTO account_total_change (account_id, energy_source, status, bundles, energy_wh)
    SELECT b.account_id, i.energy_source, b.status, ${bundles}, ${energyWh}
    FROM bundle b JOIN issuance i ON i.id = b.issuance_id WHERE b.status <> 'Bundle Split' LIMIT 1`;
}

/** Ways to violate each invariant, which require a superuser with disabled triggers. */
export const BREAKS: Readonly<Record<string, Readonly<Record<string, (ids: Places) => string>>>> = {
  'an issuance is named after its device and the start of its interval': {
    'another form': onIssuance('older', `issuance_id = replace(issuance_id, 'T', ' ')`),
    'another device': onIssuance('older', `issuance_id = '9' || issuance_id`),
    'half a second off': onIssuance('older', `production_start = production_start + interval '500 ms'`),
  },
  'no issuance was made before its interval had ended': {
    'a second early': onIssuance('older', `issued_at = production_end - interval '1 s'`),
  },
  'an issuance expires whole calendar years after its interval': {
    'an hour later': onIssuance('older', `expiry = expiry + interval '1 hour'`),
    '731 days, which is not a whole number of years': onIssuance(
      'older',
      `expiry = expiry + interval '1 day'`,
    ),
  },
  'versions of an issuance follow one another, each naming the withdrawn one that it replaces': {
    'without a predecessor': onIssuance('again', 'replaces_id = NULL'),
    'with a predecessor of another issuance': ({ again, older }) =>
      `UPDATE issuance SET replaces_id = ${older} WHERE id = ${again}`,
    'with a version left out': onIssuance('again', 'issue_version = 3'),
    'issued before the withdrawal': onIssuance('again', `issued_at = issued_at - interval '1 s'`),
    'a first version with a predecessor': onIssuance('older', 'replaces_id = 1'),
    'with a live predecessor': ({ again }) => `
      ALTER TABLE issuance DROP CONSTRAINT issuance_one_live_per_instant;
      UPDATE issuance SET withdrawn_at = NULL WHERE id = (SELECT replaces_id FROM issuance WHERE id = ${again})`,
  },
  'certificate ids of a device ascend from 1 without a gap': {
    'an id left out': onIssuance('newest', 'range_start = range_start + 1'),
    'an id used again': onIssuance('newest', 'range_start = range_start - 1'),
  },
  'a device has at most one live issuance for any instant': {
    'an overlap of half an hour': ({ older }) => `
      ALTER TABLE issuance DROP CONSTRAINT issuance_one_live_per_instant, DROP CONSTRAINT issuance_interval;
      UPDATE issuance SET production_end = production_end + interval '30 min', expiry = expiry + interval '30 min' WHERE id = ${older}`,
  },
  'no two devices of one plant have a live issuance for an instant': {
    'one of them deleted, in another case': ({ older, again }) => `
      UPDATE device d SET grid = upper(twin.grid), local_device_identifier = upper(twin.local_device_identifier), deleted_at = now()
      FROM device twin
      WHERE d.id = (SELECT device_id FROM issuance WHERE id = ${older})
        AND twin.id = (SELECT device_id FROM issuance WHERE id = ${again})`,
  },
  'no two devices whose identifiers look alike have a live issuance for an instant': {
    'one of them deleted, with a zero-width character': ({ older, again }) => `
      UPDATE device d SET grid = twin.grid, local_device_identifier = twin.local_device_identifier || U&'\\200B', deleted_at = now()
      FROM device twin
      WHERE d.id = (SELECT device_id FROM issuance WHERE id = ${older})
        AND twin.id = (SELECT device_id FROM issuance WHERE id = ${again})`,
  },
  'live bundles of an issuance neither overlap nor leave a gap': {
    'a certificate in two bundles': onBundle('second', 'range_start = range_start - 1'),
    'a certificate in no bundle': onBundle('second', 'range_start = range_start + 1'),
    'without the first bundle': onBundle('first', 'range_start = range_start + 1'),
    'without any bundle': onBundle('whole', `issuance_id = -1`),
  },
  'live bundles of an issuance hold exactly what was issued': {
    'less at the end': onBundle('second', 'range_end = range_end - 1'),
    'more at the end': onBundle('whole', 'range_end = range_end + 1'),
  },
  'an issuance is withdrawn exactly when all its live bundles are': {
    'a live bundle of a withdrawn issuance': onIssuance('older', 'withdrawn_at = now()'),
    'a live issuance without live bundles': onBundle('whole', `status = 'Withdrawn'`),
  },
  'the two children of a split tile their parent': {
    'a child is missing': onBundle('second', 'parent_id = NULL'),
    'the children have more': onBundle('parent', 'range_start = range_start + 1'),
    'a parent without children': ({ whole }) => `
      UPDATE bundle SET status = 'Bundle Split', prior_status = 'Active' WHERE id = ${whole};
      INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start, expiry)
      SELECT issuance_id, account_id, range_start, range_end, hash, device_id, production_start, expiry FROM bundle WHERE id = ${whole}`,
  },
  'a bundle comes from a split of the same issuance, or holds all that was issued': {
    'a parent that was not split': ({ whole, first }) =>
      `UPDATE bundle SET parent_id = ${first} WHERE id = ${whole}`,
    'an unknown parent': onBundle('whole', 'parent_id = 0'),
    'a parent of another issuance': ({ parent, older }) =>
      `UPDATE bundle SET issuance_id = ${older} WHERE id = ${parent}`,
  },
  'a bundle has the device, the interval and the expiry of its issuance': {
    device: onBundle('whole', 'device_id = device_id + 1'),
    interval: onBundle('whole', `production_start = production_start + interval '1 s'`),
    expiry: onBundle('whole', `expiry = expiry + interval '1 s'`),
  },
  'the hash of a bundle follows from its facts and its parent': {
    'another hash': onBundle('whole', `hash = sha256('x')`),
    "the parent's": ({ parent, first }) =>
      `UPDATE bundle SET hash = (SELECT hash FROM bundle WHERE id = ${parent}) WHERE id = ${first}`,
    'another parent': ({ parent }) => `UPDATE bundle SET hash = sha256('x') WHERE id = ${parent}`,
    'other metadata': onIssuance('wholeIssuance', 'metadata_id = metadata_id + 1'),
    'another source': onIssuance('splitIssuance', `energy_source = 'nuclear'`),
    'another carrier': onIssuance('splitIssuance', `energy_carrier = 'heat'`),
    'another year of expiry': ({ wholeIssuance }) => `
      UPDATE issuance SET expiry = expiry + interval '1 year' WHERE id = ${wholeIssuance};
      UPDATE bundle SET expiry = expiry + interval '1 year' WHERE issuance_id = ${wholeIssuance}`,
    'an earlier end': ({ wholeIssuance }) => `
      ALTER TABLE issuance DROP CONSTRAINT issuance_interval;
      UPDATE issuance SET production_end = production_end - interval '1 min', expiry = expiry - interval '1 min' WHERE id = ${wholeIssuance};
      UPDATE bundle SET expiry = expiry - interval '1 min' WHERE issuance_id = ${wholeIssuance}`,
  },
  'a bundle has a beneficiary once it is cancelled, and not before': {
    'cancelled without a beneficiary': onBundle('second', `status = 'Cancelled'`),
    'a beneficiary before the cancellation': onBundle('second', `beneficiary = 'Somebody'`),
  },
  'only locked bundles and split parents have a prior status': {
    'Locked without a prior status': onBundle('second', `status = 'Locked'`),
    'Locked with a final prior status': onBundle('second', `status = 'Locked', prior_status = 'Expired'`),
    'Bundle Split with the prior status Locked': onBundle('parent', `prior_status = 'Locked'`),
    'Active with a prior status': onBundle('second', `prior_status = 'Reserved'`),
  },
  'a closed account holds nothing that can still be used': {
    closed: ({ target }) => `UPDATE account SET deleted_at = now() WHERE id = ${target}`,
  },
  'the log contains each finished run of a recurring action once': {
    'more runs than the log has': ({ recurring }) =>
      `UPDATE recurring_action SET runs_done = runs_done + 1 WHERE id = ${recurring}`,
    'a run with another number in the log': ({ recurring }) =>
      `UPDATE action SET recurring_run = recurring_run + 1 WHERE recurring_action_id = ${recurring} AND recurring_run IS NOT NULL`,
  },
  'every bundle has exactly one creation in the journal': {
    never: onEntry('second', 'CREATE', `event_type = 'UPDATE'`),
    twice: ({ whole }) => `
      INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, attributes_after, recorded_at)
      SELECT transaction_id, uuidv7(), event_type, entity_name, entity_id, attributes_after, recorded_at
      FROM journal WHERE entity_name = 'bundle' AND event_type = 'CREATE' AND entity_id = ${whole}`,
    'an entry without a bundle': onEntry('second', 'CREATE', 'entity_id = -entity_id'),
  },
  'every change of status in the journal is one that the lifecycle allows': {
    'from a final status': ({ parent }) => `
      UPDATE journal SET attributes_before = '{"status": "Claimed", "prior_status": null}'
      WHERE entity_name = 'bundle' AND event_type = 'UPDATE' AND entity_id = ${parent};
      UPDATE journal SET attributes_after = attributes_after || '{"status": "Claimed"}'
      WHERE entity_name = 'bundle' AND event_type = 'CREATE' AND entity_id = ${parent}`,
  },
  'the totals of an account are those of its live bundles': {
    'too much energy': () => addedToTotals(0, 1),
    'a bundle too few': () => addedToTotals(-1, 0),
    'a total without bundles': () => `INSERT INTO account_total VALUES (1000000, 'chp', 'Active', 1, 1)`,
    'no totals': () => 'DELETE FROM account_total; DELETE FROM account_total_change',
  },
  'no issuance is larger than its device could produce, as it was at that time': {
    'a device that was smaller': ({ older }) => `
      UPDATE journal SET attributes_after = attributes_after || '{"power_mw": 0.00001}'
      WHERE entity_name = 'device' AND entity_id = (SELECT device_id FROM issuance WHERE id = ${older})`,
  },
  'no issuance is for an interval that its device did not have': {
    'a device that started to operate later': ({ older }) => `
      UPDATE journal SET attributes_after = attributes_after || '{"operational_date": "2030-01-01T00:00:00Z"}'
      WHERE entity_name = 'device' AND entity_id = (SELECT device_id FROM issuance WHERE id = ${older})`,
    'a device with days': ({ older }) => `
      UPDATE journal SET attributes_after = attributes_after || '{"granularity_minutes": 1440}'
      WHERE entity_name = 'device' AND entity_id = (SELECT device_id FROM issuance WHERE id = ${older})`,
  },
  'every issuance expires as many years after its interval as the policy of that time said': {
    'a policy of three years': () => `
      INSERT INTO journal (id, transaction_id, event_id, event_type, entity_name, entity_id, attributes_after, recorded_at)
      OVERRIDING SYSTEM VALUE
      VALUES (-1, '1', uuidv7(), 'CREATE', 'issuance_policy', 1, '{"capacity_margin": 1.1, "certificate_expiry_years": 3}', now())`,
  },
  'every change of a bundle names a successful action that lists the bundle': {
    'moved without an action': ({ whole, target }) => `
      SET LOCAL session_replication_role = origin;
      UPDATE bundle SET account_id = ${target} WHERE id = ${whole}`,
    'an action that was deleted': ({ first }) =>
      `DELETE FROM action WHERE ${first} = ANY (resulting_bundle_ids)`,
    'an action that was refused': ({ first }) =>
      `UPDATE action SET action_result = 'Failure' WHERE ${first} = ANY (resulting_bundle_ids)`,
    'an action of other bundles': ({ first, whole }) =>
      `UPDATE action SET bundle_ids = '{${whole}}', resulting_bundle_ids = '{${whole}}' WHERE ${first} = ANY (resulting_bundle_ids)`,
  },
  'every change of a bundle has the transaction and the user of its action': {
    'a later transaction': onEntry('first', 'UPDATE', `transaction_id = '1'`),
    'another user': onEntry('first', 'UPDATE', 'actor_id = -1'),
  },
  'every change of a bundle is one that its action makes': {
    'an action of another type': ({ first }) =>
      `UPDATE action SET action_type = 'claim' WHERE ${first} = ANY (resulting_bundle_ids)`,
    'a transfer to another account': ({ first }) =>
      `UPDATE action SET target_id = source_id WHERE ${first} = ANY (resulting_bundle_ids)`,
    'another beneficiary': ({ again }) => `
      UPDATE action SET beneficiary = 'Mallory'
      WHERE action_type = 'cancel' AND bundle_ids && (SELECT array_agg(id) FROM bundle WHERE issuance_id = ${again})`,
  },
  'every bundle has the account, status, beneficiary and hash that its events left': {
    'another account, with the totals corrected': ({ first, whole }) => `
      UPDATE bundle SET account_id = (SELECT account_id FROM bundle WHERE id = ${whole}) WHERE id = ${first};
      SELECT rebuild_account_totals()`,
    'Active after a cancellation, with the totals corrected': ({ again }) => `
      UPDATE bundle SET status = 'Active', beneficiary = NULL WHERE issuance_id = ${again} AND status = 'Cancelled';
      SELECT rebuild_account_totals()`,
    'another beneficiary': ({ again }) =>
      `UPDATE bundle SET beneficiary = 'Mallory' WHERE issuance_id = ${again} AND status = 'Cancelled'`,
  },
  'every change of a bundle was made by an action of the account that held it': {
    'a cancellation of another account': ({ target }) =>
      `UPDATE action SET source_id = ${target} WHERE action_type = 'cancel'`,
  },
  'every change of a bundle starts from what the entry before it left': {
    'from another status': () => `
      UPDATE journal SET attributes_before = attributes_before || '{"status": "Reserved"}'
      WHERE entity_name = 'bundle' AND attributes_after ->> 'status' = 'Cancelled'`,
    'from nothing': onEntry('parent', 'UPDATE', 'attributes_before = NULL'),
  },
  'every child of a split was created by the action that split its parent': {
    'without an action': onEntry('second', 'CREATE', 'action_id = NULL'),
    'in another transaction': onEntry('second', 'CREATE', `transaction_id = '1'`),
  },
  'an action results in bundles that it lists, or in the first parts of their splits': {
    'a bundle that it does not list': ({ moved }) => onActionOf(moved, 'bundle_ids = bundle_ids[1:1]'),
  },
  'every action changed the bundles in which it resulted': {
    'another bundle': ({ first, whole }) =>
      onActionOf(first, `resulting_bundle_ids = '{${first}, ${whole}}'`),
    'an action that was added': ({ first, whole }) => `
      INSERT INTO action (action_type, action_result, source_id, target_id, user_id, bundle_ids, resulting_bundle_ids, details, requested_at, completed_at)
      SELECT action_type, action_result, source_id, target_id, user_id, '{${whole}}', '{${whole}}', details, requested_at, completed_at
      FROM action WHERE ${first} = ANY (resulting_bundle_ids)`,
  },
  'every action took from each bundle what its quantity or percentage asks for': {
    'another quantity': ({ first }) => onActionOf(first, 'certificate_quantity = certificate_quantity + 1'),
    'whole bundles': ({ first }) => onActionOf(first, 'certificate_quantity = NULL'),
    'another percentage': () =>
      `UPDATE action SET certificate_bundle_percentage = 0.5 WHERE certificate_bundle_percentage IS NOT NULL`,
  },
  'every action was allowed to its user at that time': {
    'a role that may not act': () => onCreations('registry_user', '{"role": "AUDIT_USER"}'),
    'a role that may not withdraw': () => onCreations('registry_user', '{"role": "TRADING_USER"}'),
    'an account of others': () => onCreations('account_user', '{"user_id": -1}'),
    'a member that had left': () => `
      INSERT INTO journal (id, transaction_id, event_id, event_type, entity_name, entity_id, recorded_at)
      OVERRIDING SYSTEM VALUE
      SELECT -id, '1', uuidv7(), 'DELETE', entity_name, entity_id, recorded_at FROM journal WHERE entity_name = 'account_user'`,
  },
  'every transfer went to an account that accepted it at that time': {
    'another account': () => onCreations('account_whitelist', '{"source_account_id": -1}'),
  },
  'every change of a role was made by an administrator': {
    'by nobody': () => promotion('NULL'),
    'by a trading user': () => promotion(`(SELECT min(id) FROM registry_user WHERE role = 'TRADING_USER')`),
  },
  'every record is what its events left, and every event has its record': {
    'a user with another role': () => `UPDATE registry_user SET role = 'ADMIN' WHERE role <> 'ADMIN'`,
    'an action that was deleted': () => `DELETE FROM action WHERE action_type = 'recurring_cancel'`,
    'an account that was added': () => `INSERT INTO account (account_name) VALUES ('Mallory')`,
    'a device of another account': ({ older, target }) =>
      `UPDATE device SET account_id = ${target} WHERE id = (SELECT device_id FROM issuance WHERE id = ${older})`,
    'other emissions': onIssuance('older', 'emissions_factor = 0.1'),
  },
  ...PERSONAL_DATA_BREAKS,
};
