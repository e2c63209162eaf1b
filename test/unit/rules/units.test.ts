import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { ActionIntent } from '../../../src/certificate/action-store.ts';
import type { ActionDefinition } from '../../../src/certificate/execute-action.ts';
import type { transfer } from '../../../src/certificate/transfer.ts';
import type { accountId, bundleId } from '../../../src/operation/schemas.ts';
import type { Share } from '../../../src/rules/apportion.ts';
import {
  type AccountId,
  type BundleId,
  type DeviceId,
  type UserId,
  type Wh,
  wh,
} from '../../../src/rules/units.ts';

describe('ids and units, as the compiler sees them', () => {
  test('an id cannot be used as one of another kind, and a number cannot be used as an id', () => {
    expectTypeOf<AccountId>().not.toExtend<BundleId>();
    expectTypeOf<BundleId>().not.toExtend<AccountId>();
    expectTypeOf<UserId>().not.toExtend<AccountId>();
    expectTypeOf<DeviceId>().not.toExtend<BundleId>();
    expectTypeOf<number>().not.toExtend<AccountId>();
  });

  test('an id and an energy can be used as numbers', () => {
    expectTypeOf<AccountId>().toExtend<number>();
    expectTypeOf<Wh>().toExtend<number>();
  });

  test('a number, an id or a power cannot be used as energy', () => {
    expectTypeOf<number>().not.toExtend<Wh>();
    expectTypeOf<BundleId>().not.toExtend<Wh>();
    expectTypeOf<Share<BundleId>['take']>().toEqualTypeOf<Wh>();
  });

  test('schemas read typed ids', () => {
    expectTypeOf<z.output<typeof accountId>>().toEqualTypeOf<AccountId>();
    expectTypeOf<z.output<typeof bundleId>>().toEqualTypeOf<BundleId>();
  });

  test('the accounts and bundles of an action cannot be swapped', () => {
    expectTypeOf<ActionIntent['sourceId']>().toEqualTypeOf<AccountId>();
    expectTypeOf<ActionIntent['bundleIds']>().toEqualTypeOf<readonly BundleId[]>();
    expectTypeOf<ActionDefinition['targetId']>().toEqualTypeOf<AccountId | undefined>();
    expectTypeOf<typeof transfer>().parameters.toEqualTypeOf<[AccountId, AccountId]>();
  });
});

describe('wh', () => {
  test('accepts whole watt-hours', () => {
    expect([0, 1, Number.MAX_SAFE_INTEGER].map(wh)).toEqual([0, 1, Number.MAX_SAFE_INTEGER]);
  });

  test.each([-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])('refuses %s', (quantity) => {
    expect(() => wh(quantity)).toThrow(RangeError);
  });
});
