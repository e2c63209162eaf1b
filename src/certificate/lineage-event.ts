import type { z } from 'zod';
import type { HistoricEntry } from '../journal/index.ts';
import { type BundleStatus, bundleStatuses } from '../rules/enums.ts';
import { formatInstant } from '../rules/instant.ts';
import type { eventKinds, RawEvent, TimelineEvent } from './lineage-schemas.ts';

type Attributes = Record<string, unknown>;
type Kind = (typeof eventKinds)[number];

/** The names of columns that the API names differently. */
const NAMES: Readonly<Record<string, string>> = {
  status: 'certificate_bundle_status',
  range_start: 'certificate_bundle_id_range_start',
  range_end: 'certificate_bundle_id_range_end',
  quantity: 'bundle_quantity',
  production_start: 'production_starting_interval',
  expiry: 'expiry_datestamp',
};

const INSTANTS = new Set(['production_start', 'expiry', 'created_at']);

/** The attributes of an entry, with names and formats of the API. `issuanceId` replaces the id of the issuance's row. */
function apiAttributes(attributes: HistoricEntry['attributes_after'], issuanceId: string): Attributes | null {
  if (attributes === null) return null;
  const format = (column: string, value: unknown) => {
    if (column === 'issuance_id') return issuanceId;
    if (typeof value !== 'string') return value;
    if (INSTANTS.has(column)) return formatInstant(new Date(value));
    return column === 'hash' ? value.replace(/^\\x/, '') : value;
  };
  return Object.fromEntries(
    Object.entries(attributes).map(([column, value]) => [NAMES[column] ?? column, format(column, value)]),
  );
}

const diffsOf = (before: Attributes | null, after: Attributes | null) =>
  before === null
    ? []
    : Object.keys(after ?? {}).map((field) => ({ field, before: before[field], after: after?.[field] }));

function commonOf(entry: HistoricEntry, before: Attributes | null, after: Attributes | null) {
  return {
    position: entry.position,
    timestamp: entry.recorded_at,
    entity_id: entry.entity_id,
    parent_entity_id: entry.parent_entity_id,
    diffs: diffsOf(before, after),
    actor_id: entry.actor_id,
    action_id: entry.action_id,
    request_id: entry.request_id,
  };
}

export function rawEvent(entry: HistoricEntry, issuanceId: string): z.input<typeof RawEvent> {
  const before = apiAttributes(entry.attributes_before, issuanceId);
  const after = apiAttributes(entry.attributes_after, issuanceId);
  return {
    event_id: entry.event_id,
    event_type: entry.event_type,
    ...commonOf(entry, before, after),
    attributes_before: before,
    attributes_after: after,
  };
}

/** Names the account of an event: with its id, or with `null` for an account of other users. */
export type Naming = (accountId: unknown) => { id: number | null; account_name: string };

export function timelineEvent(
  entry: HistoricEntry,
  issuanceId: string,
  naming: Naming,
): z.input<typeof TimelineEvent> {
  const before = apiAttributes(entry.attributes_before, issuanceId);
  const after = apiAttributes(entry.attributes_after, issuanceId);
  const kind = kindOf(entry);
  return {
    id: entry.event_id,
    ...commonOf(entry, before, after),
    kind,
    label: labelOf(kind, after),
    details: detailsOf(before, after, naming),
    raw_before: before,
    raw_after: after,
  };
}

function kindOf({
  event_type: type,
  parent_entity_id: parent,
  attributes_after: after,
}: HistoricEntry): Kind {
  if (type === 'DELETE') return 'deleted';
  if (type === 'CREATE') return parent === null ? 'created' : 'split_child_created';
  if (after !== null && 'account_id' in after) return 'transfer';
  return after !== null && 'status' in after ? 'status_change' : 'update';
}

const LABELS: Readonly<Record<Exclude<Kind, 'status_change'>, string>> = {
  created: 'Issued',
  split_child_created: 'Created by a split',
  transfer: 'Transferred',
  update: 'Changed',
  deleted: 'Deleted',
};

function labelOf(kind: Kind, after: Attributes | null): string {
  if (kind !== 'status_change') return LABELS[kind];
  const status = statusIn(after);
  return status === 'Bundle Split' ? 'Split in two' : `Became ${status}`;
}

const statusIn = (attributes: Attributes | null): BundleStatus | undefined =>
  bundleStatuses.find((status) => status === attributes?.certificate_bundle_status);

function detailsOf(before: Attributes | null, after: Attributes | null, naming: Naming) {
  const [from, to] = [statusIn(before), statusIn(after)];
  const account = (attributes: Attributes | null) =>
    attributes !== null && 'account_id' in attributes ? naming(attributes.account_id) : undefined;
  const [fromAccount, toAccount] = [account(before), account(after)];
  const beneficiary = after?.beneficiary;
  return {
    ...(fromAccount ? { from_account: fromAccount } : {}),
    ...(toAccount ? { to_account: toAccount } : {}),
    ...(from ? { from_status: from } : {}),
    ...(to ? { to_status: to } : {}),
    ...(typeof beneficiary === 'string' ? { beneficiary } : {}),
  };
}
