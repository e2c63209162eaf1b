import type { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import type { HistoricEntry } from '../journal/index.ts';
import type { Authority } from '../operation/caller.ts';
import { defineQuery } from '../operation/operation.ts';
import { idParams } from '../operation/schemas.ts';
import { formatInstant } from '../rules/instant.ts';
import { judgeLine, type Link } from '../rules/lineage.ts';
import { quantityOf } from '../rules/range.ts';
import { holderAfter, redact } from '../rules/redaction.ts';
import { requireBundle } from './access.ts';
import { type Naming, rawEvent, timelineEvent } from './lineage-event.ts';
import { Lineage, LineageQuery } from './lineage-schemas.ts';
import {
  accountNames,
  historyOfLine,
  type LineRow,
  lineOf,
  rangeOf,
  type Version,
  versionsAround,
} from './lineage-store.ts';
import { bundleView, type FullRow } from './read-model.ts';

export const readLineage = defineQuery({
  id: 'readCertificateLineage',
  method: 'GET',
  path: '/certificate/:id/lineage',
  tag: 'Certificates',
  summary: 'Get the lineage of a bundle',
  description:
    'Returns the bundle and its ancestors up to the issuance, with all of their events in order. Their hashes are recomputed and verified. Events in accounts of other users are shown without users, requests and beneficiaries (`null`), and such an account is named "another account". Other parts of a split are not shown.',
  permission: 'read',
  params: idParams,
  queryParams: LineageQuery,
  answer: { status: 200, description: 'The lineage', schema: Lineage },
  handle: ({ params, queryParams: { format }, read, authority }) =>
    read(async ({ execute }) => {
      const bundle = await requireBundle(execute, authority, params.id);
      const known = await lookUp(execute, bundle, authority);
      return format === 'raw' ? rawLineage(known) : timelineLineage(known);
    }),
});

/** The data of the answer, redacted for the caller. */
interface Known {
  readonly bundle: FullRow;
  readonly line: readonly LineRow[];
  readonly issuance: Version;
  readonly versions: readonly Version[];
  readonly history: readonly HistoricEntry[];
  /** The identities of the bundles in the journal, for the verification. */
  readonly recorded: ReadonlyMap<number, Link['recorded']>;
  readonly naming: Naming;
}

async function lookUp(execute: Execute, bundle: FullRow, authority: Authority): Promise<Known> {
  const line = await lineOf(execute, bundle.id);
  const own = (accountId: number) => ownedBy(authority, accountId);
  const issuanceRow = line.at(-1)?.issuance ?? 0;
  const versions = await versionsAround(execute, issuanceRow);
  const issuance = versions.find(({ id }) => id === issuanceRow);
  if (issuance === undefined) throw new Error(`bundle ${bundle.id} has no issuance`);
  const history = await historyOfLine(execute, line);
  const names = await accountNames(execute, accountsIn(history, line).filter(own));
  const naming: Naming = (accountId) => {
    const name = typeof accountId === 'number' ? names.get(accountId) : undefined;
    if (typeof accountId !== 'number' || name === undefined)
      return { id: null, account_name: 'another account' };
    return { id: accountId, account_name: name };
  };
  const recorded = new Map(
    history.filter(isCreation).map((each) => [each.entity_id, recordedIdentity(each)]),
  );
  return { bundle, line, issuance, versions, history: redacted(history, own), recorded, naming };
}

/** A storage validator may read other accounts, but they are not its own. */
const ownedBy = ({ caller, scope }: Authority, accountId: number) => {
  const own: ReadonlySet<number> = caller.accountIds;
  return scope === 'all' || own.has(accountId);
};

const isCreation = ({ event_type: type }: HistoricEntry) => type === 'CREATE';

function accountsIn(history: readonly HistoricEntry[], line: readonly LineRow[]): number[] {
  const holders = history.flatMap((entry) => holderAfter(entry) ?? []);
  return [...new Set([...holders, ...line.map(({ accountId }) => accountId)])];
}

/** Events in order, each redacted for the caller (rule HASH-6). */
function redacted(history: readonly HistoricEntry[], own: (accountId: number) => boolean): HistoricEntry[] {
  const holders = new Map<number, number>();
  return history.map((entry) => {
    const after = holderAfter(entry);
    // Unknown for a bundle without a recorded creation.
    const before = holders.get(entry.entity_id) ?? after;
    if (after !== undefined) holders.set(entry.entity_id, after);
    return redact(entry, before, own);
  });
}

/** The identity of a bundle in its CREATE entry; `undefined` if it is malformed, as the journal is what is verified. */
function recordedIdentity({ attributes_after: row }: HistoricEntry): Link['recorded'] {
  const { parent_id: parentId, issuance_id: issuance, range_start: start, range_end: end, hash } = row ?? {};
  if (typeof issuance !== 'number' || typeof start !== 'number' || typeof end !== 'number') return undefined;
  if (typeof hash !== 'string' || !(parentId === null || typeof parentId === 'number')) return undefined;
  return { parentId, issuance, range: { start, end }, hash: hash.replace(/^\\x/, '') };
}

function hashChain({ line, issuance, recorded, naming }: Known) {
  const links = line.map((row) => ({ ...row, range: rangeOf(row), recorded: recorded.get(row.id) }));
  const verdicts = judgeLine(issuance, rangeOf(issuance), links);
  return {
    verified: verdicts.every(({ problem }) => problem === null),
    facts: {
      device_id: issuance.deviceId,
      energy_carrier: issuance.energyCarrier,
      energy_source: issuance.energySource,
      expiry_datestamp: formatInstant(issuance.expiry),
      face_value: issuance.faceValue,
      issuance_id: issuance.issuanceId,
      metadata_id: issuance.metadataId,
      production_ending_interval: formatInstant(issuance.productionEnd),
      production_starting_interval: formatInstant(issuance.productionStart),
    },
    links: links.map((link, index) => ({
      id: link.id,
      parent_id: link.parentId,
      account: naming(link.accountId),
      certificate_bundle_id_range_start: link.rangeStart,
      certificate_bundle_id_range_end: link.rangeEnd,
      bundle_quantity: quantityOf(link.range),
      hash: link.hash,
      recomputed_hash: verdicts[index]?.recomputed ?? '',
      verified: verdicts[index]?.problem === null,
      problem: verdicts[index]?.problem ?? null,
    })),
  };
}

const versionView = (version: Version) => ({
  issuance_id: version.issuanceId,
  issue_version: version.version,
  certificate_bundle_id_range_start: version.rangeStart,
  certificate_bundle_id_range_end: version.rangeEnd,
  issuance_datestamp: formatInstant(version.issuedAt),
  withdrawal_datestamp: version.withdrawnAt && formatInstant(version.withdrawnAt),
});

function commonPart(known: Known) {
  const { line, issuance, versions } = known;
  const neighbour = (step: number) => versions.find(({ version }) => version === issuance.version + step);
  const [previous, next] = [neighbour(-1), neighbour(1)];
  return {
    lineage_path: line.map(({ id }) => id),
    issuance: {
      ...versionView(issuance),
      previous_issuance: previous ? versionView(previous) : null,
      next_issuance: next ? versionView(next) : null,
    },
    hash_chain: hashChain(known),
  };
}

type Answer = z.input<typeof Lineage>;

function timelineLineage(known: Known): Answer {
  const { bundle, history, issuance, naming } = known;
  const timeline = history.map((entry) => timelineEvent(entry, issuance.issuanceId, naming));
  const count = (wanted: string) => timeline.filter(({ kind }) => kind === wanted).length;
  return {
    format: 'timeline',
    bundle: bundleView(bundle),
    ...commonPart(known),
    timeline,
    summary: {
      event_count: timeline.length,
      transfers: count('transfer'),
      status_changes: count('status_change'),
      splits: count('split_child_created'),
      deleted: count('deleted'),
    },
  };
}

function rawLineage(known: Known): Answer {
  const { bundle, history, issuance } = known;
  const view = bundleView(bundle);
  const last = history.findLast(({ entity_id: entityId }) => entityId === bundle.id);
  return {
    format: 'raw',
    bundle_id: bundle.id,
    entity_name: 'bundle',
    issuance_id: issuance.issuanceId,
    ...commonPart(known),
    timeline: history.map((entry) => rawEvent(entry, issuance.issuanceId)),
    created_at: view.created_at,
    last_updated_at: last?.recorded_at ?? view.created_at,
    current_state: view,
  };
}
