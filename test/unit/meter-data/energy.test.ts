import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnergyOutOfRangeError, sumMwh, toWholeWh } from '../../../src/meter-data/energy.ts';

describe('MWh converted to whole Wh', () => {
  it.each([
    [0.29, 290_000],
    ['0.29', 290_000],
    [1.005, 1_005_000],
    [4.35, 4_350_000],
    [333.333, 333_333_000],
    ['0.0000019', 1],
    ['0.0000009', 0],
    [0, 0],
    [-0.29, -290_000],
    ['-0.0000001', -1],
    [1e-7, 0],
    ['1e-300', 0],
    [9_007_199_254, 9_007_199_254_000_000],
  ])('%s MWh is %i Wh', (energyMwh, energyWh) => {
    expect(toWholeWh(energyMwh)).toBe(energyWh);
  });

  it('never become minus zero', () => {
    expect(Object.is(toWholeWh(-0), 0)).toBe(true);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    -1e300,
    9_007_199_255,
    'NaN',
    '',
    '0x10',
    '1,5',
    '1e9999',
  ])('%s MWh is refused', (energyMwh) => {
    expect(() => toWholeWh(energyMwh)).toThrow(EnergyOutOfRangeError);
  });

  it('name the energy that is too large', () => {
    expect(() => toWholeWh(1e300)).toThrow('1e+300 MWh exceeds the maximum of 9007199254740991 Wh');
  });

  it('are the inverse of Wh written as MWh', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (energyWh) => {
        const sign = energyWh < 0 ? '-' : '';
        const digits = String(Math.abs(energyWh)).padStart(7, '0');
        expect(toWholeWh(`${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`)).toBe(energyWh + 0);
      }),
    );
  });
});

describe('sums of MWh', () => {
  it('add before rounding: two halves of 0.6 Wh are 1 Wh', () => {
    expect(toWholeWh(sumMwh(['0.0000006', '0.0000006']))).toBe(1);
  });

  it('are exact where binary arithmetic is not', () => {
    expect(sumMwh([0.1, 0.2]).toString()).toBe('0.3');
  });

  it('keep tiny values beside huge ones, and round down', () => {
    expect(toWholeWh(sumMwh([1, -1e-300]))).toBe(999_999);
  });

  it('of three-decimal quantities equal the sum of their Wh, in any order', () => {
    const kwh = fc.array(fc.integer({ min: -2_000_000, max: 2_000_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(kwh, (quantities) => {
        const expectedWh = quantities.reduce((sum, quantity) => sum + quantity * 1000, 0);
        const energiesMwh = quantities.map((quantity) => quantity / 1000);
        expect(toWholeWh(sumMwh(energiesMwh))).toBe(expectedWh);
        expect(toWholeWh(sumMwh(energiesMwh.toReversed()))).toBe(expectedWh);
      }),
    );
  });
});
