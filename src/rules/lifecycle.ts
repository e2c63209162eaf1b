import { type Ask, asksForWholeBundles } from './apportion.ts';
import type { BundleStatus, OpenStatus } from './enums.ts';
import { isExpired } from './expiry.ts';
import { refuse } from './refusal.ts';

/** Who performs an action: users of the account, administrators, or the registry itself. */
export type Performer = 'trading' | 'admin' | 'registry';

interface Rule {
  /** Final statuses do not type-check here: no bundle leaves them. */
  readonly from: readonly OpenStatus[];
  readonly to: BundleStatus | 'before lock';
  readonly performer: Performer;
  readonly wholeBundlesOnly: boolean;
  readonly reasonRequired: boolean;
  /** Whether it sets the beneficiary of the bundle. */
  readonly namesBeneficiary: boolean;
}

const plain = { wholeBundlesOnly: false, reasonRequired: false, namesBeneficiary: false } as const;
const trading = { ...plain, performer: 'trading' } as const;
// Withdraw, lock and unlock take a reason but no amount, so they take bundles whole (rule ACT-7).
const admin = { ...plain, performer: 'admin', wholeBundlesOnly: true, reasonRequired: true } as const;

/** The table of rule LIFE-1. An action that is not in it is refused. */
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

/** Restores the type of the names, which `Object.keys` loses. */
const isLifecycleAction = (name: string): name is LifecycleAction => Object.hasOwn(lifecycle, name);

export const lifecycleActions: readonly LifecycleAction[] = Object.keys(lifecycle).filter(isLifecycleAction);

/** The part of a bundle that the lifecycle depends on. `priorStatus`: the status before a lock. */
export interface BundleState {
  readonly id: number;
  readonly status: BundleStatus;
  readonly expiry: Date;
  readonly priorStatus?: BundleStatus | null | undefined;
}

const includes = (statuses: readonly BundleStatus[], status: BundleStatus) => statuses.includes(status);

/**
 * Whether a bundle has expired, even if the job that sets `Expired` has not run yet (rule LIFE-3). A Cancelled bundle was
 * used in time and can still be claimed. A Locked one can still be unlocked or withdrawn; unlocked, it expires at once.
 */
export function hasLapsed(bundle: BundleState, now: Date): boolean {
  return includes(lifecycle.expire.from, bundle.status) && isExpired(bundle.expiry, now);
}

/**
 * Requires that the lifecycle allows `action` on this bundle at `now`. Ownership and permission are checked elsewhere.
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
 * The status of a bundle after `action`.
 *
 * @throws {Refusal} `wrong-status` when the table has no such step.
 * @throws {RangeError} for a locked bundle without a prior status.
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
 * Every possible change of a bundle's status, each pair once: the steps of the table, and the split. The database table
 * `bundle_status_transition` must be equal. A step that keeps the status (a transfer) is not listed.
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

/** The statuses from which an action is possible: certificates that can still be used. */
export const openStatuses: readonly OpenStatus[] = [
  ...new Set(Object.values(table).flatMap(({ from }) => from)),
];

/** The statuses of a bundle with a beneficiary: those after an action that sets it, and all that follow. */
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
 * Requires that an action on whole bundles is not asked for a part (rule ACT-7).
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
 * Requires a reason for the actions that need one (rule LIFE-9); a blank one is none.
 *
 * @returns the trimmed reason, or `undefined` if there is none.
 * @throws {Refusal} `reason-required`.
 */
export function assertReason(action: LifecycleAction, reason: string | null | undefined): string | undefined {
  const given = reason?.trim() || undefined;
  if (table[action].reasonRequired && given === undefined) throw refuse.reasonRequired(action);
  return given;
}
