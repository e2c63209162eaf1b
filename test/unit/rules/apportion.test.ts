import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ask, amountOf, apportion, type Offer } from '../../../src/rules/apportion.ts';
import { wh } from '../../../src/rules/units.ts';
import { refused } from './expect-refusal.ts';

/** Bundles in the notation of the tests: quantities are plain numbers. */
interface Bundle {
  readonly id: number;
  readonly quantity: number;
}

const offered = (bundles: readonly Bundle[]): Offer<number>[] =>
  bundles.map(({ id, quantity }) => ({ id, quantity: wh(quantity) }));

const apportioned = (bundles: readonly Bundle[], ask: Ask) => apportion(offered(bundles), amountOf(ask));

const three = [
  { id: 30, quantity: 100 },
  { id: 10, quantity: 50 },
  { id: 20, quantity: 200 },
];

const offers = fc
  .array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1, maxLength: 30 })
  .map((quantities) => quantities.map((quantity, id) => ({ id, quantity })));
const total = (bundles: readonly { quantity: number }[]) =>
  bundles.reduce((sum, { quantity }) => sum + quantity, 0);

describe('without quantity and percentage', () => {
  test('every bundle is taken whole', () => {
    const whole = three.map(({ id, quantity }) => ({ id, take: quantity }));
    expect(apportioned(three, {})).toEqual(whole);
    expect(apportioned(three, { quantity: null, percentage: undefined })).toEqual(whole);
  });
});

describe('a quantity', () => {
  test('is the total: bundles are taken whole in the order given, the last one in part', () => {
    expect(apportioned(three, { quantity: 120 })).toEqual([
      { id: 30, take: 100 },
      { id: 10, take: 20 },
    ]);
  });

  test('that ends at the end of a bundle splits none and leaves the rest unchanged', () => {
    expect(apportioned(three, { quantity: 150 })).toEqual([
      { id: 30, take: 100 },
      { id: 10, take: 50 },
    ]);
  });

  test('is met exactly, with at most one bundle in part, the last one', () => {
    const asked = offers.chain((bundles) =>
      fc.tuple(fc.constant(bundles), fc.integer({ min: 1, max: total(bundles) })),
    );
    fc.assert(
      fc.property(asked, ([bundles, quantity]) => {
        const shares = apportioned(bundles, { quantity });
        expect(shares.reduce((sum, { take }) => sum + take, 0)).toBe(quantity);
        expect(shares.map(({ id }) => id)).toEqual(bundles.slice(0, shares.length).map(({ id }) => id));
        for (const [index, { take }] of shares.entries()) {
          const whole = bundles[index]?.quantity ?? 0;
          expect(take).toBeGreaterThanOrEqual(1);
          if (index < shares.length - 1) expect(take).toBe(whole);
          else expect(take).toBeLessThanOrEqual(whole);
        }
      }),
    );
  });

  test('of everything takes everything, and one more is refused with both figures', () => {
    expect(apportioned(three, { quantity: 350 })).toHaveLength(3);
    const refusal = refused(() => apportioned(three, { quantity: 351 }));
    expect(refusal).toMatchObject({ kind: 'rule', code: 'not-enough' });
    expect(refusal.message).toMatch(/351.*350/);
  });

  test.each([0, -500, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'of %d is refused',
    (quantity) => {
      expect(refused(() => apportioned(three, { quantity }))).toMatchObject({
        kind: 'rule',
        code: 'quantity-invalid',
      });
    },
  );

  test('with a percentage is refused', () => {
    for (const quantity of [0, 10]) {
      expect(refused(() => apportioned(three, { quantity, percentage: 1 })).code).toBe(
        'quantity-and-percentage',
      );
    }
  });
});

describe('a percentage', () => {
  test.each([
    [0.29, 100, 29],
    ['0.29', 100, 29],
    [0.07, 100, 7],
    [0.57, 100, 57],
    [0.999, 1000, 999],
    [0.5, 3, 1],
    ['0.99999999999999999999999999999999', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1],
    ['1.000', 10, 10],
  ])('of %s takes of %d exactly %d', (percentage, quantity, take) => {
    expect(apportioned([{ id: 1, quantity }], { percentage })).toEqual([{ id: 1, take }]);
  });

  test('applies to each bundle, and leaves those unchanged whose share is 0', () => {
    const small = { id: 5, quantity: 9 };
    expect(apportioned([small, ...three], { percentage: 0.1 })).toEqual([
      { id: 30, take: 10 },
      { id: 10, take: 5 },
      { id: 20, take: 20 },
    ]);
  });

  test('of 1 takes every bundle whole', () => {
    fc.assert(
      fc.property(offers, (bundles) => {
        expect(apportioned(bundles, { percentage: 1 })).toEqual(apportioned(bundles, {}));
      }),
    );
  });

  test('of less than 1 Wh of every bundle is refused', () => {
    const refusal = refused(() => apportioned([{ id: 1, quantity: 9 }], { percentage: 0.1 }));
    expect(refusal).toMatchObject({ kind: 'rule', code: 'nothing-to-take' });
  });

  test('equals rational arithmetic, for any number of digits', () => {
    const digits = fc.stringMatching(/^[0-9]{1,32}$/).filter((text) => BigInt(text) > 0n);
    fc.assert(
      fc.property(digits, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (fraction, quantity) => {
        const exact = (BigInt(fraction) * BigInt(quantity)) / 10n ** BigInt(fraction.length);
        const take = () => apportioned([{ id: 1, quantity }], { percentage: `0.${fraction}` });
        if (exact === 0n) expect(refused(take).code).toBe('nothing-to-take');
        else expect(take()).toEqual([{ id: 1, take: Number(exact) }]);
      }),
      { numRuns: 500 },
    );
  });

  test('as a JSON number is the decimal that JSON shows', () => {
    const tenThousandths = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(tenThousandths, fc.integer({ min: 10_000, max: 2 ** 40 }), (n, quantity) => {
        const exact = (BigInt(n) * BigInt(quantity)) / 10_000n;
        expect(apportioned([{ id: 1, quantity }], { percentage: n / 10_000 })).toEqual([
          { id: 1, take: Number(exact) },
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    0,
    -0.1,
    1.0000001,
    5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '0',
    '-0.5',
    '1e-1',
    '0x1',
    ' 0.5',
    '.5',
  ])('of %j is refused', (percentage) => {
    expect(refused(() => apportioned(three, { percentage }))).toMatchObject({
      kind: 'rule',
      code: 'percentage-invalid',
    });
  });
});
