import { z } from 'zod';
import { certificateNumber, count, id, instantText, wattHours } from '../operation/schemas.ts';
import { bundleStatuses, energyCarriers, energySources } from '../rules/enums.ts';
import { Bundle } from './bundle-schemas.ts';

export const LineageQuery = z.object({
  format: z
    .enum(['timeline', 'raw'])
    .default('timeline')
    .meta({ description: '`timeline`: for display; `raw`: for processing' }),
});

const sha256 = z.string().meta({ description: 'sha256, in lowercase hex' });
const hidden = 'null for an event in an account of other users';

const AccountNamed = z
  .object({
    id: id.nullable().meta({ description: 'null for an account of other users' }),
    account_name: z.string().meta({ description: '"another account" for an account of other users' }),
  })
  .meta({ id: 'AccountNamed' });

const IssuanceVersion = z
  .object({
    issuance_id: z.string(),
    issue_version: z
      .int()
      .positive()
      .meta({ description: 'Incremented when a withdrawn interval is issued again' }),
    certificate_bundle_id_range_start: certificateNumber,
    certificate_bundle_id_range_end: certificateNumber,
    issuance_datestamp: instantText,
    withdrawal_datestamp: instantText.nullable(),
  })
  .meta({ id: 'IssuanceVersion' });

const LineageIssuance = IssuanceVersion.extend({
  previous_issuance: IssuanceVersion.nullable().meta({
    description: 'The withdrawn version that this one replaces',
  }),
  next_issuance: IssuanceVersion.nullable().meta({ description: 'The version that replaces this one' }),
}).meta({ id: 'LineageIssuance' });

const SharedFacts = z
  .object({
    device_id: id,
    energy_carrier: z.enum(energyCarriers),
    energy_source: z.enum(energySources),
    expiry_datestamp: instantText,
    face_value: z.int().min(1).max(1),
    issuance_id: z.string(),
    metadata_id: id,
    production_ending_interval: instantText,
    production_starting_interval: instantText,
  })
  .meta({
    id: 'SharedFacts',
    description: 'The facts common to all bundles of the issuance, under the names that the hash covers.',
  });

const HashLink = z
  .object({
    id,
    parent_id: id.nullable(),
    account: AccountNamed,
    certificate_bundle_id_range_start: certificateNumber,
    certificate_bundle_id_range_end: certificateNumber,
    bundle_quantity: wattHours,
    hash: sha256,
    recomputed_hash: sha256,
    verified: z.boolean(),
    problem: z.string().nullable().meta({ description: 'The first problem; null if none' }),
  })
  .meta({ id: 'HashLink' });

const HashChain = z
  .object({
    verified: z.boolean().meta({ description: 'Whether every bundle of the lineage is verified' }),
    facts: SharedFacts,
    links: z.array(HashLink).meta({ description: 'From the first bundle of the issuance down to this one' }),
  })
  .meta({
    id: 'HashChain',
    description:
      'Each hash is sha256 over `facts`, with the range and the quantity of the link, as RFC 8785 JSON, followed by the hash of the previous link.',
  });

const attributes = z.record(z.string(), z.unknown()).nullable();

const Diff = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() }).meta({ id: 'Diff' });

const event = {
  position: count
    .nullable()
    .meta({ description: 'Position in the order of all events; null until it is assigned' }),
  timestamp: instantText,
  entity_id: id,
  parent_entity_id: id.nullable(),
  diffs: z.array(Diff),
  actor_id: id.nullable().meta({ description: `The user; null for the registry itself; ${hidden}` }),
  action_id: id.nullable().meta({ description: hidden }),
  request_id: z.string().nullable().meta({ description: hidden }),
};

export const eventKinds = [
  'created',
  'split_child_created',
  'transfer',
  'status_change',
  'update',
  'deleted',
] as const;

const status = z.enum(bundleStatuses);

export const TimelineEvent = z
  .object({
    id: z.uuid(),
    ...event,
    kind: z.enum(eventKinds),
    label: z.string(),
    details: z.object({
      from_account: AccountNamed.optional(),
      to_account: AccountNamed.optional(),
      from_status: status.optional(),
      to_status: status.optional(),
      beneficiary: z.string().nullable().optional(),
    }),
    raw_before: attributes,
    raw_after: attributes,
  })
  .meta({ id: 'TimelineEvent' });

export const RawEvent = z
  .object({
    event_id: z.uuid(),
    event_type: z.enum(['CREATE', 'UPDATE', 'DELETE']),
    ...event,
    attributes_before: attributes,
    attributes_after: attributes,
  })
  .meta({ id: 'RawEvent' });

const common = {
  lineage_path: z
    .array(id)
    .meta({ description: 'Ids from the first bundle of the issuance down to this one' }),
  issuance: LineageIssuance,
  hash_chain: HashChain,
};

const TimelineLineage = z
  .object({
    format: z.literal('timeline'),
    bundle: Bundle,
    ...common,
    timeline: z.array(TimelineEvent),
    summary: z.object({
      event_count: count,
      transfers: count,
      status_changes: count,
      splits: count,
      deleted: count,
    }),
  })
  .meta({ id: 'TimelineLineage' });

const RawLineage = z
  .object({
    format: z.literal('raw'),
    bundle_id: id,
    entity_name: z.literal('bundle'),
    issuance_id: z.string(),
    ...common,
    timeline: z.array(RawEvent),
    created_at: instantText,
    last_updated_at: instantText,
    current_state: Bundle,
  })
  .meta({ id: 'RawLineage' });

export const Lineage = z.union([TimelineLineage, RawLineage]);
