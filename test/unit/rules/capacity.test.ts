import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertWithinCapacity, capacityLimitWh } from '../../../src/rules/capacity.ts';
import { refused } from './expect-refusal.ts';

const lasting = (minutes: number) => ({
  start: new Date('2025-01-12T14:00:00Z'),
  end: new Date(Date.parse('2025-01-12T14:00:00Z') + minutes * 60_000),
});

describe('the capacity limit', () => {
  test.each([
    [1, 60, 1.1, 1_100_000],
    [1, 30, 1.1, 550_000],
    [0.1, 60, 1.1, 110_000],
    [0.3, 60, 1.1, 330_000],
    [4.35, 60, 1, 4_350_000],
    ['4.35', 15, '1.1', 1_196_250],
    [1, 5, 1, 83_333],
    [0.0000001, 60, 1.1, 0],
    [0, 60, 1.1, 0],
    [1e300, 60, 1.1, Number.MAX_SAFE_INTEGER],
  ])('of %s MW over %d min with margin %s is %d Wh', (powerMw, minutes, margin, limit) => {
    expect(capacityLimitWh({ powerMw, margin, ...lasting(minutes) })).toBe(limit);
  });

  test('equals rational arithmetic', () => {
    const kW = fc.integer({ min: 0, max: 10_000_000 });
    const minutes = fc.integer({ min: 1, max: 60 });
    const hundredths = fc.integer({ min: 100, max: 200 });
    fc.assert(
      fc.property(kW, minutes, hundredths, (power, length, margin) => {
        const exact = (BigInt(power) * 1_000n * BigInt(margin) * BigInt(length)) / 6_000n;
        const limit = capacityLimitWh({ powerMw: power / 1_000, margin: margin / 100, ...lasting(length) });
        expect(limit).toBe(Number(exact));
      }),
    );
  });

  test('permits exactly the limit and not one Wh more', () => {
    const device = { powerMw: 0.3, margin: 1.1, ...lasting(60) };
    expect(() => assertWithinCapacity(330_000, device)).not.toThrow();
    const refusal = refused(() => assertWithinCapacity(330_001, device));
    expect(refusal).toMatchObject({ kind: 'rule', code: 'over-capacity' });
    expect(refusal.message).toMatch(/330001 .*330000 /);
  });

  test('is an error for invalid arguments', () => {
    for (const bad of [{ powerMw: -1 }, { powerMw: Number.NaN }, { powerMw: 'lots' }, { margin: -1 }]) {
      expect(() => capacityLimitWh({ powerMw: 1, margin: 1.1, ...lasting(60), ...bad })).toThrow(RangeError);
    }
    expect(() => capacityLimitWh({ powerMw: 1, margin: 1.1, ...lasting(0) })).toThrow(RangeError);
    expect(() => capacityLimitWh({ powerMw: 1, margin: 1.1, ...lasting(Number.NaN) })).toThrow(RangeError);
  });
});
