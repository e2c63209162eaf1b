import { describe, expect, test } from 'vitest';
import { actionTypes, type BundleStatus, bundleStatuses, finalStatuses } from '../../../src/rules/enums.ts';
import {
  assertMay,
  assertMayTakePart,
  assertReason,
  type BundleState,
  lifecycle,
  lifecycleActions,
  openStatuses,
  statusAfter,
  statusesWithBeneficiary,
  statusTransitions,
} from '../../../src/rules/lifecycle.ts';
import { refused } from './expect-refusal.ts';

const EXPIRY = new Date('2027-01-12T15:00:00Z');
const BEFORE = new Date('2027-01-12T14:59:59.999Z');

const aBundle = (state: Partial<BundleState> = {}): BundleState => ({
  id: 7,
  status: 'Active',
  expiry: EXPIRY,
  ...state,
});

/** The table of rule LIFE-1, written a second time by hand. */
const LAW: Record<string, Partial<Record<BundleStatus, BundleStatus>>> = {
  transfer: { Active: 'Active' },
  cancel: { Active: 'Cancelled', Reserved: 'Cancelled' },
  claim: { Cancelled: 'Claimed' },
  reserve: { Active: 'Reserved' },
  unreserve: { Reserved: 'Active' },
  lock: { Active: 'Locked', Reserved: 'Locked' },
  unlock: { Locked: 'Reserved' },
  withdraw: { Active: 'Withdrawn', Reserved: 'Withdrawn', Locked: 'Withdrawn' },
  expire: { Active: 'Expired', Reserved: 'Expired' },
  export: { Active: 'Exported' },
  cancel_for_storage: { Active: 'Cancelled for Storage', Reserved: 'Cancelled for Storage' },
};

const everyPair = lifecycleActions.flatMap((action) =>
  bundleStatuses.map((status) => ({ action, status, to: LAW[action]?.[status] })),
);
const allowed = everyPair.flatMap(({ to, ...pair }) => (to === undefined ? [] : [{ ...pair, to }]));
const forbidden = everyPair.filter(({ to }) => to === undefined);
/** `expire` runs at the expiry, all others before it. */
const nowFor = (action: string) => (action === 'expire' ? EXPIRY : BEFORE);

describe('the lifecycle table', () => {
  test('every status is final or open', () => {
    expect([...openStatuses, ...finalStatuses].toSorted()).toEqual(bundleStatuses.toSorted());
  });

  test('a bundle has a beneficiary from its cancellation on', () => {
    expect(statusesWithBeneficiary.filter((status) => status !== 'Bundle Split').toSorted()).toEqual([
      'Cancelled',
      'Cancelled for Storage',
      'Claimed',
    ]);
  });

  test('has a row for every action of the contract that is not a recurring one', () => {
    const single = actionTypes.filter((type) => !type.startsWith('recurring_'));
    expect(lifecycleActions.toSorted()).toEqual(single.toSorted());
    expect(Object.keys(LAW).toSorted()).toEqual(lifecycleActions.toSorted());
  });

  test.each(allowed)('$action turns $status into $to', ({ action, status, to }) => {
    const bundle = aBundle({ status, priorStatus: 'Reserved' });
    expect(() => assertMay(action, bundle, nowFor(action))).not.toThrow();
    expect(statusAfter(action, bundle)).toBe(to);
  });

  test.each(forbidden)('$action of a $status bundle is refused as a conflict', ({ action, status }) => {
    const bundle = aBundle({ status, priorStatus: 'Active' });
    for (const refusal of [
      refused(() => assertMay(action, bundle, nowFor(action))),
      refused(() => statusAfter(action, bundle)),
    ]) {
      expect(refusal).toMatchObject({ kind: 'conflict', code: 'wrong-status' });
    }
  });

  test('nothing leaves a final status', () => {
    const left = statusTransitions().map(([from]) => from);
    for (const status of finalStatuses) expect(left).not.toContain(status);
  });

  test('every other status can be left', () => {
    const left = new Set(statusTransitions().map(([from]) => from));
    const isFinal = (status: BundleStatus) => finalStatuses.some((final) => final === status);
    expect([...left].toSorted()).toEqual(bundleStatuses.filter((status) => !isFinal(status)).toSorted());
  });

  test('the transitions are the changes of the table and the split of what can be taken in part', () => {
    const pairs = statusTransitions().map(([from, to]) => `${from} -> ${to}`);
    expect(pairs.toSorted()).toEqual(
      [
        'Active -> Reserved',
        'Active -> Locked',
        'Active -> Cancelled',
        'Active -> Cancelled for Storage',
        'Active -> Expired',
        'Active -> Exported',
        'Active -> Withdrawn',
        'Active -> Bundle Split',
        'Reserved -> Active',
        'Reserved -> Locked',
        'Reserved -> Cancelled',
        'Reserved -> Cancelled for Storage',
        'Reserved -> Expired',
        'Reserved -> Withdrawn',
        'Reserved -> Bundle Split',
        'Locked -> Active',
        'Locked -> Reserved',
        'Locked -> Withdrawn',
        'Cancelled -> Claimed',
        'Cancelled -> Bundle Split',
      ].toSorted(),
    );
  });

  test('administrators lock, unlock and withdraw, the registry expires, traders do the rest', () => {
    const by = (performer: string) => lifecycleActions.filter((a) => lifecycle[a].performer === performer);
    expect(by('admin').toSorted()).toEqual(['lock', 'unlock', 'withdraw']);
    expect(by('registry')).toEqual(['expire']);
    expect(by('trading')).toHaveLength(lifecycleActions.length - 4);
  });
});

describe('a lock', () => {
  test.each(['Active', 'Reserved'] as const)(
    'is reversed to the prior status of the bundle: %s',
    (priorStatus) => {
      expect(statusAfter('unlock', { id: 7, status: 'Locked', priorStatus })).toBe(priorStatus);
    },
  );

  test.each([undefined, null, 'Claimed', 'Locked', 'Cancelled'] as const)(
    'cannot be reversed to %s, which a lock never stores',
    (priorStatus) => {
      expect(() => statusAfter('unlock', { id: 7, status: 'Locked', priorStatus })).toThrow(RangeError);
    },
  );
});

describe('an expired bundle', () => {
  const users = lifecycleActions.filter((action) => action !== 'expire');

  test.each(users)('refuses %s even before the expiry job has run', (action) => {
    for (const status of ['Active', 'Reserved'] as const) {
      const refusal = refused(() => assertMay(action, aBundle({ status }), EXPIRY));
      expect(refusal).toMatchObject({ kind: 'conflict', code: 'bundle-expired' });
    }
  });

  test('expires at its expiry and not a millisecond before', () => {
    expect(() => assertMay('expire', aBundle(), EXPIRY)).not.toThrow();
    expect(refused(() => assertMay('expire', aBundle(), BEFORE)).code).toBe('not-yet-expired');
  });

  test('that was cancelled in time can still be claimed', () => {
    expect(() => assertMay('claim', aBundle({ status: 'Cancelled' }), EXPIRY)).not.toThrow();
  });

  test('that is locked can still be unlocked or withdrawn, and expires once unlocked', () => {
    const locked = aBundle({ status: 'Locked', priorStatus: 'Active' });
    expect(() => assertMay('withdraw', locked, EXPIRY)).not.toThrow();
    expect(() => assertMay('unlock', locked, EXPIRY)).not.toThrow();
    const unlocked = aBundle({ status: statusAfter('unlock', locked) });
    expect(refused(() => assertMay('transfer', unlocked, EXPIRY)).code).toBe('bundle-expired');
  });
});

describe('the parameters of an action', () => {
  const wholeOnly = ['lock', 'unlock', 'withdraw', 'expire', 'export'];

  test.each(lifecycleActions)('%s takes parts only where the table permits it', (action) => {
    for (const part of [{ quantity: 1 }, { percentage: 0.5 }, { percentage: '0.99999999999999999999' }]) {
      const take = () => assertMayTakePart(action, part);
      if (wholeOnly.includes(action)) expect(refused(take).code).toBe('whole-bundles-only');
      else expect(take).not.toThrow();
    }
    for (const whole of [
      {},
      { quantity: null, percentage: null },
      { percentage: 1 },
      { percentage: '1.0' },
    ]) {
      expect(() => assertMayTakePart(action, whole)).not.toThrow();
    }
  });

  test.each([
    [{ quantity: 1 }, ['certificate_quantity']],
    [{ percentage: 0.5 }, ['certificate_bundle_percentage']],
    [{ quantity: 1, percentage: 0.5 }, ['certificate_quantity', 'certificate_bundle_percentage']],
  ])('an action on whole bundles names the invalid parameters: %j', (part, fields) => {
    const { errors } = refused(() => assertMayTakePart('lock', part));
    expect(errors.map(({ path }) => path)).toEqual(fields);
  });

  test.each(['lock', 'unlock', 'withdraw'] as const)(
    '%s requires a reason, and blanks are none',
    (action) => {
      for (const reason of [undefined, null, '', ' \t']) {
        expect(refused(() => assertReason(action, reason))).toMatchObject({
          kind: 'rule',
          errors: [{ path: 'reason' }],
        });
      }
      expect(assertReason(action, ' meter fault ')).toBe('meter fault');
    },
  );

  test('other actions require none', () => {
    expect(assertReason('cancel', undefined)).toBeUndefined();
  });
});
