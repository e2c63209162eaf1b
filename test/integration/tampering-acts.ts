/** Ways to change the data past the rules, and the tools that notice each. */

export const TOOLS = ['check', 'verify', 'replay', 'event store', 'anchor'] as const;
export type Tool = (typeof TOOLS)[number];

/** What there is to tamper with. */
export interface Scene {
  /** Bundles: one that is whole and active, one that was transferred, and one that was cancelled last. */
  readonly whole: number;
  readonly moved: number;
  readonly cancelled: number;
  readonly target: number;
  readonly device: number;
  readonly trader: number;
}

export interface Act {
  readonly who: '`registry_app`' | 'the owner' | 'the administrator of EventStoreDB';
  readonly what: string;
  readonly how: How;
  /** `refused`: it is not possible. */
  readonly noticedBy: readonly Tool[] | 'refused';
  /** Of what is refused, the reason that the database gives. */
  readonly reason?: string;
}

/** Statements as the role that writes, as the owner without triggers, or so and then with a chain that is computed anew. */
type How =
  | {
      readonly as: 'writer' | 'owner' | 'owner, with the chain';
      readonly statements: (scene: Scene) => string;
    }
  | { readonly as: 'event store'; readonly change: 'forget' | 'append' };

const asWriter = (statements: (scene: Scene) => string) => ({ as: 'writer', statements }) as const;
const asOwner = (statements: (scene: Scene) => string) => ({ as: 'owner', statements }) as const;

/** In the bundle, its action, and the entries of both. */
const anotherBeneficiary = ({ cancelled }: Scene) => `
  UPDATE bundle SET beneficiary = 'Mallory' WHERE id = ${cancelled};
  UPDATE action SET beneficiary = 'Mallory' WHERE action_type = 'cancel';
  UPDATE journal SET attributes_after = attributes_after || '{"beneficiary": "Mallory"}'
  WHERE attributes_after ->> 'status' = 'Cancelled' OR attributes_after ->> 'action_type' = 'cancel'`;

/** As if the last action had never been. */
const withoutLastAction = ({ cancelled }: Scene) => `
  UPDATE bundle SET status = 'Active', beneficiary = NULL WHERE id = ${cancelled};
  DELETE FROM action WHERE action_type = 'cancel';
  DELETE FROM journal_anchor;
  DELETE FROM journal_position WHERE journal_id IN (SELECT id FROM journal WHERE action_id = (SELECT max(action_id) FROM journal));
  DELETE FROM journal WHERE action_id = (SELECT max(action_id) FROM journal);
  SELECT rebuild_account_totals()`;

export const ACTS: readonly Act[] = [
  {
    who: '`registry_app`',
    what: 'moves a bundle without an action',
    how: asWriter(({ whole, target }) => `UPDATE bundle SET account_id = ${target} WHERE id = ${whole}`),
    noticedBy: ['check'],
  },
  {
    who: '`registry_app`',
    what: 'makes a user an administrator',
    how: asWriter(({ trader }) => `UPDATE registry_user SET role = 'ADMIN' WHERE id = ${trader}`),
    noticedBy: ['check'],
  },
  {
    who: '`registry_app`',
    what: 'issues 5 TWh to a device of 100 MW',
    how: asWriter(
      ({ device, whole }) => `
        WITH made AS (
          INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source, range_start, range_end, expiry)
          SELECT device_id || '-2026-01-01T00:00:00Z', device_id, metadata_id, '2026-01-01T00:00Z', '2026-01-01T01:00Z', energy_source,
                 first, first + 5000000000000 - 1, timestamptz '2026-01-01T01:00Z' + interval '2 years'
          FROM (SELECT i.*, (SELECT max(range_end) + 1 FROM issuance WHERE device_id = ${device}) AS first
                FROM issuance i JOIN bundle b ON b.issuance_id = i.id WHERE b.id = ${whole}) AS like_this
          RETURNING *)
        INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
        SELECT made.id, device.account_id, range_start, range_end, sha256('x'), device_id, production_start
        FROM made JOIN device ON device.id = device_id`,
    ),
    noticedBy: 'refused',
    reason: 'no more is issued than the device can produce in the interval',
  },
  {
    who: '`registry_app`',
    what: 'deletes an action',
    how: asWriter(() => 'DELETE FROM action'),
    noticedBy: 'refused',
    reason: 'permission denied for table action',
  },
  {
    who: 'the owner',
    what: 'makes a cancelled bundle active',
    how: asOwner(
      ({ cancelled }) => `
        UPDATE bundle SET status = 'Active', beneficiary = NULL WHERE id = ${cancelled};
        SELECT rebuild_account_totals()`,
    ),
    noticedBy: ['check', 'replay'],
  },
  {
    who: 'the owner',
    what: 'replaces a beneficiary',
    how: asOwner(({ cancelled }) => `UPDATE bundle SET beneficiary = 'Mallory' WHERE id = ${cancelled}`),
    noticedBy: ['check', 'replay'],
  },
  {
    who: 'the owner',
    what: 'deletes an action',
    how: asOwner(() => `DELETE FROM action WHERE action_type = 'cancel'`),
    noticedBy: ['check', 'replay'],
  },
  {
    who: 'the owner',
    what: 'gives a user another role',
    how: asOwner(({ trader }) => `UPDATE registry_user SET role = 'ADMIN' WHERE id = ${trader}`),
    noticedBy: ['check', 'replay'],
  },
  {
    who: 'the owner',
    what: 'replaces the hash of a password',
    how: asOwner(({ trader }) => `UPDATE credential SET password_hash = 'x' WHERE user_id = ${trader}`),
    noticedBy: ['check'],
  },
  {
    who: 'the owner',
    what: 'deletes an entry of the journal',
    how: asOwner(
      ({ moved }) =>
        `DELETE FROM journal WHERE entity_name = 'bundle' AND entity_id = ${moved} AND event_type = 'UPDATE'`,
    ),
    noticedBy: ['check', 'verify', 'replay', 'event store', 'anchor'],
  },
  {
    who: 'the owner',
    what: 'rewrites a beneficiary in all rows and entries',
    how: asOwner(anotherBeneficiary),
    noticedBy: ['verify', 'event store', 'anchor'],
  },
  {
    who: 'the owner',
    what: 'rewrites a beneficiary in all rows and entries, and recomputes the chain',
    how: { as: 'owner, with the chain', statements: anotherBeneficiary },
    noticedBy: ['event store', 'anchor'],
  },
  {
    who: 'the owner',
    what: 'removes the last action with its entries and all anchors of the database',
    how: asOwner(withoutLastAction),
    noticedBy: ['event store', 'anchor'],
  },
  {
    who: 'the administrator of EventStoreDB',
    what: 'removes the last events',
    how: { as: 'event store', change: 'forget' },
    noticedBy: ['event store'],
  },
  {
    who: 'the administrator of EventStoreDB',
    what: 'appends an event that the registry has not sent',
    how: { as: 'event store', change: 'append' },
    noticedBy: ['event store'],
  },
];
