import { sql } from 'drizzle-orm';
import { valuesOf } from '../database/columns.ts';
import { statusesWithBeneficiary, statusTransitions } from '../rules/lifecycle.ts';
import type { Invariant, InvariantGroup } from './invariant.ts';
import { written } from './issuance-invariants.ts';

/** The live bundles of each issuance (rules CONS-1 and LIFE-10). */
const conservation: InvariantGroup = {
  over: sql`
    FROM issuance i
    LEFT JOIN (SELECT issuance_id, min(range_start) AS starts, sum(quantity) AS quantity, bool_and(status = 'Withdrawn') AS withdrawn,
                      min(id) FILTER (WHERE range_start <> expected) AS misplaced
               FROM (SELECT id, issuance_id, range_start, quantity, status,
                            lag(range_end) OVER (PARTITION BY issuance_id ORDER BY range_start) + 1 AS expected
                     FROM bundle WHERE status <> 'Bundle Split') AS slice
               GROUP BY issuance_id) AS held ON held.issuance_id = i.id`,
  invariants: [
    {
      name: 'live bundles of an issuance neither overlap nor leave a gap',
      holds: sql`held.starts = i.range_start AND held.misplaced IS NULL`,
      line: sql`format('issuance %s, at bundle %s', i.issuance_id, held.misplaced)`,
    },
    {
      name: 'live bundles of an issuance hold exactly what was issued',
      holds: sql`held.quantity = i.quantity`,
      line: sql`format('issuance %s: %s Wh issued, %s Wh in live bundles', i.issuance_id, i.quantity, held.quantity)`,
    },
    {
      name: 'an issuance is withdrawn exactly when all its live bundles are',
      holds: sql`held.withdrawn = (i.withdrawn_at IS NOT NULL)`,
      line: sql`format('issuance %s', i.issuance_id)`,
    },
  ],
};

/** The children of a split (rule SPLIT-1). A third child would overlap these two, which conservation has excluded. */
const splits: InvariantGroup = {
  over: sql`
    FROM bundle p
    LEFT JOIN bundle taken ON taken.parent_id = p.id AND taken.range_start = p.range_start
    LEFT JOIN bundle rest ON rest.parent_id = p.id AND rest.range_end = p.range_end
    WHERE p.status = 'Bundle Split'`,
  invariants: [
    {
      name: 'the two children of a split tile their parent',
      holds: sql`rest.range_start = taken.range_end + 1`,
      line: sql`format('bundle %s, from %s to %s', p.id, p.range_start, p.range_end)`,
    },
  ],
};

/**
 * The text that src/rules/hash.ts hashes. Issuance ids were checked before: they need no escaping, and end with the start of
 * the interval. It is built in short pieces, because each concatenation copies the text before it.
 */
const hashed = sql`
  ('{"bundle_quantity":' || b.quantity || ',"certificate_bundle_id_range_end":' || b.range_end
   || ',"certificate_bundle_id_range_start":' || b.range_start)
  || (',"device_id":' || i.device_id || ',"energy_carrier":"' || i.energy_carrier || '","energy_source":"' || i.energy_source)
  || ('","expiry_datestamp":"' || ${written(sql`i.expiry`)} || '","face_value":' || i.face_value)
  || (',"issuance_id":"' || i.issuance_id || '","metadata_id":' || i.metadata_id)
  || (',"production_ending_interval":"' || ${written(sql`i.production_end`)}
      || '","production_starting_interval":"' || right(i.issuance_id, 20) || '"}')
  || coalesce(encode(p.hash, 'hex'), '')`;

/** Descent and hashes (rules SPLIT-2 and HASH-1). */
const descent: readonly Invariant[] = [
  {
    name: 'a bundle comes from a split of the same issuance, or holds all that was issued',
    holds: sql`CASE WHEN b.parent_id IS NULL THEN b.range_start = i.range_start AND b.range_end = i.range_end
               ELSE p.issuance_id = b.issuance_id AND p.id < b.id END`,
    line: sql`format('bundle %s, from %s to %s', b.id, b.range_start, b.range_end)`,
  },
  {
    name: 'a bundle has the device, the interval and the expiry of its issuance',
    holds: sql`b.device_id = i.device_id AND b.production_start = i.production_start AND b.expiry = i.expiry`,
    line: sql`format('bundle %s of issuance %s', b.id, i.issuance_id)`,
  },
  {
    name: 'the hash of a bundle follows from its facts and its parent',
    holds: sql`b.hash = sha256(convert_to(${hashed}, 'UTF8'))`,
    line: sql`format('bundle %s of issuance %s', b.id, i.issuance_id)`,
  },
];

/** The statuses that have a prior status, with the prior statuses allowed: `('Locked', 'Active'), ...`. */
const putsAside = sql.raw(
  statusTransitions()
    .filter(([, to]) => to === 'Locked' || to === 'Bundle Split')
    .map(([from, to]) => `('${to}', '${from}')`)
    .join(', '),
);

/** Statuses (rules LIFE-6 and LIFE-9). */
const status: readonly Invariant[] = [
  {
    name: 'a bundle has a beneficiary once it is cancelled, and not before',
    holds: sql`b.status = 'Bundle Split' OR (b.status IN ${valuesOf(statusesWithBeneficiary)}) = (b.beneficiary IS NOT NULL)`,
    line: sql`format('bundle %s is %s', b.id, b.status)`,
  },
  {
    name: 'only locked bundles and split parents have a prior status',
    holds: sql`CASE WHEN b.prior_status IS NULL THEN b.status NOT IN ('Locked', 'Bundle Split')
               ELSE (b.status, b.prior_status) IN (${putsAside}) END`,
    line: sql`format('bundle %s is %s and was %s', b.id, b.status, coalesce(b.prior_status::text, 'nothing'))`,
  },
];

const bundles: InvariantGroup = {
  over: sql`
    FROM bundle b
    JOIN issuance i ON i.id = b.issuance_id
    LEFT JOIN bundle p ON p.id = b.parent_id AND p.status = 'Bundle Split'`,
  invariants: [...descent, ...status],
};

export const bundleInvariants: readonly InvariantGroup[] = [conservation, splits, bundles];
