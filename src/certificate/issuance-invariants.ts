import { type SQL, sql } from 'drizzle-orm';
import type { InvariantGroup } from './invariant.ts';

/** An instant of whole seconds as the API and the hashes format it. One with a fraction differs, and is a violation. */
export const written = (instant: SQL): SQL =>
  sql`replace((${instant} AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z'`;

const headers: InvariantGroup = {
  over: sql`
    FROM issuance i
    CROSS JOIN LATERAL (SELECT i.production_end AT TIME ZONE 'UTC' AS ends, i.expiry AT TIME ZONE 'UTC' AS expires) AS wall
    LEFT JOIN issuance p ON p.id = i.replaces_id AND p.withdrawn_at IS NOT NULL`,
  invariants: [
    {
      name: 'an issuance is named after its device and the start of its interval',
      holds: sql`i.issuance_id = i.device_id || '-' || ${written(sql`i.production_start`)}`,
      line: sql`format('issuance %s of device %s from %s', i.issuance_id, i.device_id, i.production_start)`,
    },
    {
      name: 'no issuance was made before its interval had ended',
      holds: sql`i.issued_at >= i.production_end`,
      line: sql`format('issuance %s was made at %s', i.issuance_id, i.issued_at)`,
    },
    {
      name: 'an issuance expires whole calendar years after its interval',
      holds: sql`expires = ends + make_interval(years => (date_part('year', expires) - date_part('year', ends))::int)`,
      line: sql`format('issuance %s expires at %s', i.issuance_id, i.expiry)`,
    },
    {
      name: 'versions of an issuance follow one another, each naming the withdrawn one that it replaces',
      holds: sql`CASE i.issue_version WHEN 1 THEN i.replaces_id IS NULL
                 ELSE p.issuance_id = i.issuance_id AND p.issue_version = i.issue_version - 1 AND p.withdrawn_at <= i.issued_at END`,
      line: sql`format('version %s of issuance %s', i.issue_version, i.issuance_id)`,
    },
  ],
};

const ids: InvariantGroup = {
  over: sql`
    FROM (SELECT issuance_id, range_start,
                 coalesce(lag(range_end) OVER (PARTITION BY device_id ORDER BY range_start) + 1, 1) AS expected
          FROM issuance) AS issued`,
  invariants: [
    {
      name: 'certificate ids of a device ascend from 1 without a gap',
      holds: sql`range_start = expected`,
      line: sql`format('issuance %s starts at %s, where %s is next', issuance_id, range_start, expected)`,
    },
  ],
};

const intervals: InvariantGroup = {
  over: sql`
    FROM (SELECT issuance_id, production_start,
                 max(production_end) OVER (PARTITION BY device_id ORDER BY production_start, id
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous_end
          FROM issuance WHERE withdrawn_at IS NULL) AS live`,
  invariants: [
    {
      name: 'a device has at most one live issuance for any instant',
      holds: sql`coalesce(production_start >= previous_end, true)`,
      line: sql`format('issuance %s starts before the one before it ends', issuance_id)`,
    },
  ],
};

/** Checks plants that have had several devices. Two devices with the same `key` for grid and identifier are of one plant. */
const plantsBy = (key: 'lower' | 'name_skeleton', name: string): InvariantGroup => {
  const plant = sql.raw(`${key}(grid), ${key}(local_device_identifier)`);
  return {
    over: sql`
      FROM (SELECT i.issuance_id, i.production_start,
                   max(i.production_end) OVER (PARTITION BY plant.number ORDER BY i.production_start, i.id
                                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous_end
            FROM (SELECT id, rank() OVER (ORDER BY ${plant}) AS number, count(*) OVER (PARTITION BY ${plant}) AS devices
                  FROM device WHERE local_device_identifier IS NOT NULL) AS plant
            JOIN issuance i ON i.device_id = plant.id AND i.withdrawn_at IS NULL
            WHERE plant.devices > 1) AS live`,
    invariants: [
      {
        name,
        holds: sql`coalesce(production_start >= previous_end, true)`,
        line: sql`format('issuance %s starts before that of another device of its plant ends', issuance_id)`,
      },
    ],
  };
};

const plants = plantsBy('lower', 'no two devices of one plant have a live issuance for an instant');
const plantsThatLookAlike = plantsBy(
  'name_skeleton',
  'no two devices whose identifiers look alike have a live issuance for an instant',
);

/** Issuances (rules ISS-3 to ISS-11, UNIT-8, DEV-1 and DEV-2). */
export const issuanceInvariants: readonly InvariantGroup[] = [
  headers,
  ids,
  intervals,
  plants,
  plantsThatLookAlike,
];
