import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import type { BundleStatus, EnergyCarrier, EnergySource } from '../rules/enums.ts';
import { bundleHash } from '../rules/hash.ts';
import { certificateRange, splitRange } from '../rules/range.ts';
import type { AccountId, BundleId, DeviceId, MetadataId, Wh } from '../rules/units.ts';

/** A bundle locked for an action, with the facts for its rules and for the hashes of its children. */
export interface LockedBundle {
  readonly id: BundleId;
  readonly status: BundleStatus;
  readonly priorStatus: BundleStatus | null;
  readonly quantity: Wh;
  readonly rangeStart: number;
  readonly rangeEnd: number;
  readonly beneficiary: string | null;
  readonly hash: string;
  readonly issuanceId: string;
  readonly deviceId: DeviceId;
  readonly metadataId: MetadataId;
  readonly productionStart: Date;
  readonly productionEnd: Date;
  readonly energyCarrier: EnergyCarrier;
  readonly energySource: EnergySource;
  readonly faceValue: number;
  readonly expiry: Date;
}

/** The bundles that one statement locks: the rows of more of them would be read in too long a turn of the event loop. */
const LOCKED_AT_ONCE = 2_000;

/**
 * Locks those of the bundles that are in the account, in the order of their ids, so that actions cannot deadlock (rule
 * ACT-13). It does not wait for bundles of other accounts, nor lets their users wait: anybody can name them.
 */
export async function lockBundles(
  tx: Transaction,
  accountId: AccountId,
  ids: readonly BundleId[],
): Promise<LockedBundle[]> {
  const ascending = ids.toSorted((a, b) => a - b);
  const locked: LockedBundle[] = [];
  for (let start = 0; start < ids.length; start += LOCKED_AT_ONCE) {
    locked.push(...(await lockAscending(tx, accountId, ascending.slice(start, start + LOCKED_AT_ONCE))));
  }
  return locked;
}

function lockAscending(
  tx: Transaction,
  accountId: AccountId,
  ids: readonly BundleId[],
): Promise<LockedBundle[]> {
  return tx.execute<LockedBundle>(sql`
    SELECT b.id, b.status, b.prior_status AS "priorStatus", b.quantity,
           b.range_start AS "rangeStart", b.range_end AS "rangeEnd", b.beneficiary, encode(b.hash, 'hex') AS hash,
           i.issuance_id AS "issuanceId", i.device_id AS "deviceId", i.metadata_id AS "metadataId",
           i.production_start AS "productionStart", i.production_end AS "productionEnd",
           i.energy_carrier AS "energyCarrier", i.energy_source AS "energySource", i.face_value AS "faceValue", i.expiry
    FROM bundle b JOIN issuance i ON i.id = b.issuance_id
    WHERE b.id = ANY (${array(ids)}::bigint[]) AND b.account_id = ${accountId}
    ORDER BY b.id
    FOR NO KEY UPDATE OF b`);
}

interface Child {
  readonly parentId: BundleId;
  readonly rangeStart: number;
  readonly rangeEnd: number;
  readonly hash: string;
}

/** The bundles that are split in one turn of the event loop: the hashes of two children take some 10 microseconds. */
const IN_A_TURN = 500;

/**
 * Splits bundles in set-based statements: each parent becomes `Bundle Split` and is replaced by two children that tile it
 * (rules SPLIT-1 to SPLIT-3).
 *
 * @returns the id of the first child, which holds the part to take, by the id of its parent.
 */
export async function splitBundles(
  tx: Transaction,
  parts: readonly { readonly bundle: LockedBundle; readonly take: Wh }[],
): Promise<Map<BundleId, BundleId>> {
  if (parts.length === 0) return new Map();
  const parentIds = parts.map(({ bundle }) => bundle.id);
  await tx.execute(sql`
    UPDATE bundle SET prior_status = status, status = 'Bundle Split' WHERE id = ANY (${array(parentIds)}::bigint[])`);
  const children: Child[] = [];
  for (const [n, { bundle, take }] of parts.entries()) {
    if (n > 0 && n % IN_A_TURN === 0) await nextTurn();
    children.push(...childrenOf(bundle, take));
  }
  const rows = await tx.execute<{ id: BundleId; parentId: BundleId; isFirst: boolean }>(sql`
    INSERT INTO bundle AS b (issuance_id, account_id, status, range_start, range_end, beneficiary, parent_id, hash, device_id,
                             production_start)
    SELECT p.issuance_id, p.account_id, p.prior_status, child.starts, child.ends, p.beneficiary, p.id,
           decode(child.hash, 'hex'), p.device_id, p.production_start
    FROM unnest(${array(children.map(({ parentId }) => parentId))}::bigint[],
                ${array(children.map(({ rangeStart }) => rangeStart))}::bigint[],
                ${array(children.map(({ rangeEnd }) => rangeEnd))}::bigint[],
                ${array(children.map(({ hash }) => hash))}::text[]) WITH ORDINALITY AS child(parent_id, starts, ends, hash, n)
    JOIN bundle p ON p.id = child.parent_id
    ORDER BY child.n
    RETURNING b.id, b.parent_id AS "parentId",
              b.range_start = (SELECT range_start FROM bundle WHERE id = b.parent_id) AS "isFirst"`);
  return new Map(rows.filter(({ isFirst }) => isFirst).map(({ parentId, id }) => [parentId, id]));
}

function childrenOf(parent: LockedBundle, take: Wh): Child[] {
  const halves = splitRange(certificateRange(parent.rangeStart, parent.rangeEnd), take);
  return halves.map((range) => ({
    parentId: parent.id,
    rangeStart: range.start,
    rangeEnd: range.end,
    hash: bundleHash({ ...parent, range }, parent.hash),
  }));
}

/** The effect of an action on one bundle. */
export interface Effect {
  readonly bundleId: BundleId;
  readonly status: BundleStatus;
  readonly priorStatus: BundleStatus | null;
}

/** Writes the effects of an action in one statement; `null` leaves account or beneficiary unchanged. */
export async function applyEffects(
  tx: Transaction,
  effects: readonly Effect[],
  { accountId, beneficiary }: { accountId: AccountId | null; beneficiary: string | null },
): Promise<void> {
  await tx.execute(sql`
    UPDATE bundle b
    SET status = effect.status, prior_status = effect.prior_status,
        account_id = coalesce(${accountId}::bigint, b.account_id),
        beneficiary = coalesce(${beneficiary}::text, b.beneficiary)
    FROM unnest(${array(effects.map(({ bundleId }) => bundleId))}::bigint[],
                ${array(effects.map(({ status }) => status))}::bundle_status[],
                ${array(effects.map(({ priorStatus }) => priorStatus))}::bundle_status[]) AS effect(id, status, prior_status)
    WHERE b.id = effect.id`);
}
