import { type SQL, sql } from 'drizzle-orm';
import { DEFAULT_POLICY } from '../rules/issuance-policy.ts';
import type { InvariantGroup } from './invariant.ts';
import { includes, valuesInJournal } from './journal-values.ts';

/** Joins the value that an attribute of the device had when the issuance was written. */
const deviceHad = (attribute: string): SQL => {
  const name = sql.raw(attribute);
  return sql`LEFT JOIN ${valuesInJournal('device', attribute)} AS ${name}
    ON ${name}.id = i.device_id AND ${includes(attribute, 'j')}`;
};

/** The margin at that time. Before the first one was recorded, it may have been the default or that one. */
const margin = sql`coalesce(policy.value::numeric, greatest(${sql.raw(String(DEFAULT_POLICY.capacityMargin))}, first_policy.margin))`;

const offGrid = (instant: SQL): SQL =>
  sql`extract(epoch FROM ${instant}) % (60 * granularity_minutes.value::int)`;

/** Issuances against their device as it was in the journal at that time (rules ISS-3 and ISS-6). */
export const issuingInvariants: readonly InvariantGroup[] = [
  {
    over: sql`
      FROM issuance i
      LEFT JOIN journal j ON j.entity_name = 'issuance' AND j.entity_id = i.id AND j.event_type = 'CREATE'
      ${deviceHad('power_mw')} ${deviceHad('granularity_minutes')} ${deviceHad('operational_date')}
      LEFT JOIN ${valuesInJournal('issuance_policy', 'capacity_margin')} AS policy ON ${includes('policy', 'j')}
      LEFT JOIN ${valuesInJournal('issuance_policy', 'certificate_expiry_years')} AS years ON ${includes('years', 'j')}
      CROSS JOIN (SELECT max((attributes_after ->> 'capacity_margin')::numeric) AS margin FROM journal
                  WHERE entity_name = 'issuance_policy' AND event_type = 'CREATE') AS first_policy`,
    invariants: [
      {
        name: 'no issuance is larger than its device could produce, as it was at that time',
        holds: sql`i.quantity * 3600 <= power_mw.value::numeric * 1000000 * ${margin}
                   * extract(epoch FROM i.production_end - i.production_start)`,
        line: sql`format('issuance %s: %s Wh of a device of %s MW', i.issuance_id, i.quantity, coalesce(power_mw.value, 'no'))`,
      },
      {
        name: 'no issuance is for an interval that its device did not have',
        holds: sql`i.production_start >= operational_date.value::timestamptz
                   AND ${offGrid(sql`i.production_start`)} = 0 AND ${offGrid(sql`i.production_end`)} = 0`,
        line: sql`format('issuance %s of a device that operates from %s in intervals of %s minutes',
                         i.issuance_id, operational_date.value, granularity_minutes.value)`,
      },
      {
        // Before the first policy, the settings of the API applied, which no event has.
        name: 'every issuance expires as many years after its interval as the policy of that time said',
        holds: sql`years.value IS NULL OR i.expiry AT TIME ZONE 'UTC'
                   = i.production_end AT TIME ZONE 'UTC' + make_interval(years => years.value::int)`,
        line: sql`format('issuance %s expires at %s, under a policy of %s years', i.issuance_id, i.expiry, years.value)`,
      },
    ],
  },
];
