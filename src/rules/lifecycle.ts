import { type Ask, asksForWholeBundles } from './apportion.ts';
import type { BundleStatus, OpenStatus } from './enums.ts';
import { isExpired } from './expiry.ts';
import { refuse } from './refusal.ts';

/** Who performs an action: holders of certificates, administrators, or the registry by itself. */
export type Performer = 'trading' | 'admin' | 'registry';

interface Rule {
  /** Final statuses do not type-check here: nothing leaves them. */
  readonly from: readonly OpenStatus[];
  readonly to: BundleStatus | 'before lock';
  readonly performer: Performer;
  readonly wholeBundlesOnly: boolean;
  readonly reasonRequired: boolean;
  /** Whether it says who may claim the bundle from then on. */
  readonly namesBeneficiary: boolean;
}

const plain = { wholeBundlesOnly: false, reasonRequired: false, namesBeneficiary: false } as const;
const trading = { ...plain, performer: 'trading' } as const;
// The contract gives withdraw, lock and unlock a reason but no quantity, so they take bundles whole.
const admin = { ...plain, performer: 'admin', wholeBundlesOnly: true, reasonRequired: true } as const;

/** The lifecycle table of rule LIFE-1. An action that is not in it is refused. */
export const lifecycle = {
  transfer: { ...trading, from: ['Active'], to: 'Active' },
  cancel: { ...trading, from: ['Active', 'Reserved'], to: 'Cancelled', namesBeneficiary: true },
  claim: { ...trading, from: ['Cancelled'], to: 'Claimed' },
  reserve: { ...trading, from: ['Active'], to: 'Reserved' },
  unreserve: { ...trading, from: ['Reserved'], to: 'Active' },
  lock: { ...admin, from: ['Active', 'Reserved'], to: 'Locked' },
  unlock: { ...admin, from: ['Locked'], to: 'before lock' },
  withdraw: { ...admin, from: ['Active', 'Reserved', 'Locked'], to: 'Withdrawn' },
  expire: {
    ...plain,
    from: ['Active', 'Reserved'],
    to: 'Expired',
    performer: 'registry',
    wholeBundlesOnly: true,
  },
  export: { ...trading, from: ['Active'], to: 'Exported', wholeBundlesOnly: true },
  cancel_for_storage: {
    ...trading,
    from: ['Active', 'Reserved'],
    to: 'Cancelled for Storage',
    namesBeneficiary: true,
  },
} as const satisfies Record<string, Rule>;

export type LifecycleAction = keyof typeof lifecycle;

const table: Readonly<Record<LifecycleAction, Rule>> = lifecycle;

/** `Object.keys` forgets the names' type; the filter proves it again. */
const isLifecycleAction = (name: string): name is LifecycleAction => Object.hasOwn(lifecycle, name);

export const lifecycleActions: readonly LifecycleAction[] = Object.keys(lifecycle).filter(isLifecycleAction);

/** What the lifecycle must know of a bundle. `priorStatus`: the status that a lock put aside. */
export interface BundleState {
  readonly id: number;
  readonly status: BundleStatus;
  readonly expiry: Date;
  readonly priorStatus?: BundleStatus | null | undefined;
}

const includes = (statuses: readonly BundleStatus[], status: BundleStatus) => statuses.includes(status);

/**
 * Expiry takes certificates that nobody has used, so it binds the statuses that `expire` leaves, whether
 * or not its job has run. A Cancelled bundle has been used and may still be claimed. A Locked one is set
 * aside: were it bound too, it could neither be withdrawn nor reach a final status; unlocked, it expires at once.
 */
export function hasLapsed(bundle: BundleState, now: Date): boolean {
  return includes(lifecycle.expire.from, bundle.status) && isExpired(bundle.expiry, now);
}

/**
 * Whether the lifecycle lets `action` have this bundle at `now`; ownership and permission are asked elsewhere.
 *
 * @throws {Refusal} `wrong-status`, `bundle-expired` or (expire only) `not-yet-expired`: all conflicts.
 */
export function assertMay(action: LifecycleAction, bundle: BundleState, now: Date): void {
  const lapsed = hasLapsed(bundle, now);
  if (lapsed && action !== 'expire') throw refuse.expired(action, bundle);
  if (!includes(table[action].from, bundle.status)) throw refuse.wrongStatus(action, bundle);
  if (!lapsed && action === 'expire') throw refuse.notYetExpired(bundle);
}

/**
 * The status that `action` leaves behind.
 *
 * @throws {Refusal} `wrong-status` when the table has no such step.
 * @throws {RangeError} when a locked bundle does not know what it was before.
 */
export function statusAfter(action: LifecycleAction, bundle: Omit<BundleState, 'expiry'>): BundleStatus {
  const { from, to } = table[action];
  if (!includes(from, bundle.status)) throw refuse.wrongStatus(action, bundle);
  return to === 'before lock' ? statusBeforeLock(bundle) : to;
}

function statusBeforeLock({ id, priorStatus }: Omit<BundleState, 'expiry'>): BundleStatus {
  if (!priorStatus || !includes(lifecycle.lock.from, priorStatus)) {
    throw new RangeError(`locked bundle ${id} has no usable prior status: ${priorStatus}`);
  }
  return priorStatus;
}

/**
 * Every change of status that may ever happen to a bundle, each pair once: the steps of the table, and the
 * retirement of a split parent. The database's `bundle_status_transition` must say the same. A step that
 * keeps the status (a transfer) is no change and is not listed.
 */
export function statusTransitions(): ReadonlyArray<readonly [BundleStatus, BundleStatus]> {
  const pairs = new Map<string, readonly [BundleStatus, BundleStatus]>();
  const add = (from: BundleStatus, to: BundleStatus) => {
    if (from !== to) pairs.set(`${from} -> ${to}`, [from, to]);
  };
  for (const { from, to, wholeBundlesOnly } of Object.values(table)) {
    for (const status of from) {
      for (const next of to === 'before lock' ? lifecycle.lock.from : [to]) add(status, next);
      if (!wholeBundlesOnly) add(status, 'Bundle Split');
    }
  }
  return [...pairs.values()];
}

/** The statuses that some action leaves: certificates that can still be used. */
export const openStatuses: readonly OpenStatus[] = [
  ...new Set(Object.values(table).flatMap(({ from }) => from)),
];

/** The statuses of a bundle whose beneficiary has been named: those that naming leads to, and what follows them. */
export const statusesWithBeneficiary: readonly BundleStatus[] = followed(
  Object.values(table).flatMap(({ namesBeneficiary, to }) =>
    namesBeneficiary && to !== 'before lock' ? [to] : [],
  ),
);

function followed(statuses: readonly BundleStatus[]): readonly BundleStatus[] {
  const next = statusTransitions().flatMap(([from, to]) => (includes(statuses, from) ? [to] : []));
  const all = [...new Set([...statuses, ...next])];
  return all.length === statuses.length ? all : followed(all);
}

/**
 * Refuses to take part of a bundle for an action that takes whole ones only.
 *
 * @throws {Refusal} `whole-bundles-only`.
 */
export function assertMayTakePart(action: LifecycleAction, ask: Ask): void {
  if (!table[action].wholeBundlesOnly || asksForWholeBundles(ask)) return;
  const given = (amount: unknown) => amount !== undefined && amount !== null;
  throw refuse.wholeBundlesOnly(action, {
    quantity: given(ask.quantity),
    percentage: given(ask.percentage),
  });
}

/**
 * Refuses a blank reason where the table requires one.
 *
 * @returns the reason without surrounding blanks, or `undefined` when there is none.
 * @throws {Refusal} `reason-required`.
 */
export function assertReason(action: LifecycleAction, reason: string | null | undefined): string | undefined {
  const given = reason?.trim() || undefined;
  if (table[action].reasonRequired && given === undefined) throw refuse.reasonRequired(action);
  return given;
}
