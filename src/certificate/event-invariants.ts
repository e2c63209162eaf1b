import { type SQL, sql } from 'drizzle-orm';
import { personalColumns } from '../database/personal-schema.ts';
import type { InvariantGroup } from './invariant.ts';

/** The tables whose rows are compared with all of their events. Bundles, of which there are most, are compared apart. */
export const comparedTables = [
  'registry_user',
  'organisation',
  'account',
  'account_user',
  'account_whitelist',
  'api_key',
  'device',
  'measurement_report',
  'issuance_metadata',
  'issuance_policy',
  'issuance',
  'recurring_action',
  'action',
] as const;

/** Their columns that the journal leaves out, as an array in SQL. Events from before may still have them. */
function personalIn(table: (typeof comparedTables)[number]): SQL {
  const personal: Readonly<Record<string, readonly string[]>> = personalColumns;
  return sql.raw(`'{${(personal[table] ?? []).join(',')}}'::text[]`);
}

const created = (entity: string): SQL => sql`(
  SELECT entity_id AS id, attributes_after AS attributes FROM journal
  WHERE entity_name = ${sql.raw(`'${entity}'`)} AND event_type = 'CREATE')`;

/** The last value of every attribute that was changed after the creation. */
const changed = (entity: string): SQL => sql`(
  SELECT entity_id AS id, jsonb_object_agg(key, value ORDER BY journal.id) AS attributes
  FROM journal CROSS JOIN jsonb_each(attributes_after)
  WHERE entity_name = ${sql.raw(`'${entity}'`)} AND event_type <> 'CREATE' GROUP BY entity_id)`;

/** What the events of a row left. */
const left = sql`made.attributes || coalesce(later.attributes, '{}')`;

/** Columns that are younger than the events of a row are not compared; `journal:replay` does that. */
const comparison = (table: (typeof comparedTables)[number]): SQL => sql`
  SELECT ${sql.raw(`'${table}'`)} AS entity, coalesce(r.id, made.id) AS id,
         made.id IS NOT NULL AND jsonb_populate_record(r, (${left}) - ${personalIn(table)}) = r AS same
  FROM ${sql.identifier(table)} r
  FULL JOIN ${created(table)} AS made ON made.id = r.id
  LEFT JOIN ${changed(table)} AS later ON later.id = made.id`;

const records: InvariantGroup = {
  over: sql`FROM (${sql.join(comparedTables.map(comparison), sql` UNION ALL `)}) AS compared`,
  invariants: [
    {
      name: 'every record is what its events left, and every event has its record',
      holds: sql`same`,
      line: sql`format('%s %s', entity, id)`,
    },
  ],
};

/**
 * The changes of bundles after their creation, by bundle: of each attribute the first value before and the last value after, and
 * the first entry that does not start from what the entry before it left.
 */
const laterChanges = sql`(
  SELECT entity_id AS id, jsonb_object_agg(key, before) FILTER (WHERE is_first) AS first,
         jsonb_object_agg(key, after) FILTER (WHERE is_last) AS last,
         min(entry) FILTER (WHERE NOT is_first AND before IS DISTINCT FROM left_before) AS broken
  FROM (SELECT entity_id, id AS entry, key, attributes_before -> key AS before, value AS after, lag(value) OVER steps AS left_before,
               lag(id) OVER steps IS NULL AS is_first, lead(id) OVER steps IS NULL AS is_last
        FROM journal CROSS JOIN jsonb_each(attributes_after)
        WHERE entity_name = 'bundle' AND event_type <> 'CREATE'
        WINDOW steps AS (PARTITION BY entity_id, key ORDER BY id)) AS step
  GROUP BY entity_id)`;

/** The attributes of a bundle that change. */
const CHANGING = ['account_id', 'status', 'prior_status', 'beneficiary'] as const;

/** Of each attribute, the value that the creation of the bundle gave it, and that of its row, both as text. */
const createdAndPresent = sql.raw(
  CHANGING.map((name) => `made.attributes ->> '${name}' AS made_${name}, b.${name}::text AS ${name}`).join(
    ', ',
  ),
);

/** Whether a row has another value than the last one in the events. */
const differs = sql.raw(
  CHANGING.map(
    (name) =>
      `${name} IS DISTINCT FROM CASE WHEN later.last ? '${name}' THEN later.last ->> '${name}' ELSE made_${name} END`,
  ).join(' OR '),
);

/** Whether the first change of an attribute starts from another value than that of the creation. */
const startsElsewhere = sql.raw(
  CHANGING.map(
    (name) => `(later.first ? '${name}' AND later.first ->> '${name}' IS DISTINCT FROM made_${name})`,
  ).join(' OR '),
);

/**
 * One row, over all pairs of a bundle and its creation: if a bundle was created twice, there are more pairs than bundles. The
 * hash stands for all that a bundle keeps for ever. OFFSET keeps the entries out of the second join, which would copy them.
 */
const bundles: InvariantGroup = {
  over: sql`
    FROM (SELECT count(*) AS pairs, (SELECT count(*) FROM bundle) AS bundles,
                 min(coalesce(pair.id, made_id)) FILTER (WHERE pair.id IS NULL OR made_id IS NULL) AS single,
                 min(pair.id) FILTER (WHERE NOT same_hash OR ${differs}) AS differing,
                 min(later.broken) AS broken, min(made_id) FILTER (WHERE ${startsElsewhere}) AS misread
          FROM (SELECT b.id, made.id AS made_id, made.attributes ->> 'hash' = b.hash::text AS same_hash, ${createdAndPresent}
                FROM bundle b FULL JOIN ${created('bundle')} AS made ON made.id = b.id OFFSET 0) AS pair
          LEFT JOIN ${laterChanges} AS later ON later.id = made_id) AS compared`,
  invariants: [
    {
      name: 'every bundle has exactly one creation in the journal',
      holds: sql`single IS NULL AND pairs = bundles`,
      line: sql`format('%s bundles, %s pairs of a bundle and an entry; alone: %s', bundles, pairs, coalesce(single::text, 'none'))`,
    },
    {
      name: 'every bundle has the account, status, beneficiary and hash that its events left',
      holds: sql`differing IS NULL`,
      line: sql`format('bundle %s', differing)`,
    },
    {
      name: 'every change of a bundle starts from what the entry before it left',
      holds: sql`broken IS NULL AND misread IS NULL`,
      line: sql`coalesce(format('entry %s', broken), format('the first change of bundle %s', misread))`,
    },
  ],
};

/** Bundles that a split created, with the entry that split their parent. */
const children: InvariantGroup = {
  over: sql`
    FROM journal child
    LEFT JOIN journal split
      ON split.entity_name = 'bundle' AND split.entity_id = child.parent_entity_id AND split.event_type <> 'CREATE'
     AND split.attributes_after ->> 'status' = 'Bundle Split'
    WHERE child.entity_name = 'bundle' AND child.event_type = 'CREATE' AND child.parent_entity_id IS NOT NULL`,
  invariants: [
    {
      name: 'every child of a split was created by the action that split its parent',
      holds: sql`child.action_id = split.action_id AND child.transaction_id = split.transaction_id AND child.id > split.id`,
      line: sql`format('bundle %s, entry %s', child.entity_id, child.id)`,
    },
  ],
};

/** Bundles and their entries in the journal (rule JRN-1). */
export const bundleRowInvariants: readonly InvariantGroup[] = [bundles];
export const bundleEventInvariants: readonly InvariantGroup[] = [children];
/** All other rows and their entries. */
export const recordRowInvariants: readonly InvariantGroup[] = [records];
