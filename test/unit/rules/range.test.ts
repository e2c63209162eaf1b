import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CertificateRange,
  certificateRange,
  contains,
  disjoint,
  quantityOf,
  rangeAfter,
  splitRange,
  tiles,
} from '../../../src/rules/range.ts';
import { type Wh, wh } from '../../../src/rules/units.ts';
import { refused } from './expect-refusal.ts';

const start = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 2 ** 40 });
const aRange = (least: number) =>
  fc
    .tuple(start, fc.integer({ min: least, max: 2 ** 40 }))
    .map(([first, quantity]) => certificateRange(first, first + quantity - 1));
/** A range and a place to split it. */
const aSplit = aRange(2).chain((range) =>
  fc.tuple(fc.constant(range), fc.integer({ min: 1, max: quantityOf(range) - 1 }).map(wh)),
);

describe('a split', () => {
  test('of 250 off 1 to 1000 makes 1 to 250 and 251 to 1000', () => {
    expect(splitRange({ start: 1, end: 1000 }, wh(250))).toEqual([
      { start: 1, end: 250 },
      { start: 251, end: 1000 },
    ]);
  });

  test('always tiles the parent, and its first child is the requested part', () => {
    fc.assert(
      fc.property(aSplit, ([range, n]) => {
        const children = splitRange(range, n);
        expect(tiles(range, children)).toBe(true);
        expect(quantityOf(children[0])).toBe(n);
        expect(children[0].start).toBe(range.start);
        expect(quantityOf(children[0]) + quantityOf(children[1])).toBe(quantityOf(range));
      }),
    );
  });

  test('leaves at least one certificate in each child', () => {
    const range = { start: 11, end: 20 };
    for (const n of [-5, 0, 10, 11, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => splitRange(range, n as Wh)).toThrow(RangeError);
    }
    expect(() => splitRange({ start: 4, end: 4 }, wh(1))).toThrow(RangeError);
    expect(splitRange(range, wh(9))[1]).toEqual({ start: 20, end: 20 });
  });

  test('into slices, repeated in any way, leaves them disjoint with the issued range as their union', () => {
    const history = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 });
    fc.assert(
      fc.property(aRange(1), history, (issued, steps) => {
        const live: CertificateRange[] = [issued];
        for (const [which, where] of steps) {
          const parent = live[which % live.length];
          if (parent === undefined || quantityOf(parent) < 2) continue;
          live.splice(
            which % live.length,
            1,
            ...splitRange(parent, wh(1 + (where % (quantityOf(parent) - 1)))),
          );
        }
        expect(disjoint(live)).toBe(true);
        expect(tiles(issued, live)).toBe(true);
        expect(live.reduce((sum, range) => sum + quantityOf(range), 0)).toBe(quantityOf(issued));
      }),
    );
  });
});

describe('the check of tiles', () => {
  const parent = { start: 1, end: 10 };
  test.each([
    ['a gap', [certificateRange(1, 4), certificateRange(6, 10)]],
    ['an overlap', [certificateRange(1, 5), certificateRange(5, 10)]],
    ['a missing start', [certificateRange(2, 10)]],
    ['a missing end', [certificateRange(1, 9)]],
    ['an excess', [certificateRange(1, 11)]],
    ['a duplicate', [certificateRange(1, 10), certificateRange(1, 10)]],
    ['no child', []],
    ['an inverted child', [certificateRange(1, 10), { start: 11, end: 10 }]],
  ])('detects %s', (_, children) => {
    expect(tiles(parent, children)).toBe(false);
  });

  test('ignores the order', () => {
    expect(tiles(parent, [certificateRange(6, 10), certificateRange(1, 5)])).toBe(true);
  });
});

describe('ranges', () => {
  test('that share one id are not disjoint, neighbours are', () => {
    expect(disjoint([certificateRange(5, 9), certificateRange(1, 5)])).toBe(false);
    expect(disjoint([certificateRange(1, 9), certificateRange(3, 4)])).toBe(false);
    expect(disjoint([certificateRange(5, 9), certificateRange(1, 4)])).toBe(true);
  });

  test('contain their own ends and nothing beyond', () => {
    const outer = certificateRange(5, 9);
    expect(contains(outer, outer)).toBe(true);
    expect(contains(outer, certificateRange(4, 9))).toBe(false);
    expect(contains(outer, certificateRange(5, 10))).toBe(false);
  });

  test.each([
    [0, 5],
    [5, 4],
    [1.5, 3],
    [1, Number.MAX_SAFE_INTEGER + 1],
    [Number.NaN, 1],
  ])('from %d to %d do not exist', (from, to) => {
    expect(() => certificateRange(from, to)).toThrow(RangeError);
  });
});

describe('the ids of an issuance', () => {
  test('start at 1 and continue after the last one used', () => {
    expect(rangeAfter(0, wh(1000))).toEqual({ start: 1, end: 1000 });
    expect(rangeAfter(1000, wh(1))).toEqual({ start: 1001, end: 1001 });
  });

  test('end with the safe integers', () => {
    const last = Number.MAX_SAFE_INTEGER;
    expect(rangeAfter(last - 2, wh(2))).toEqual({ start: last - 1, end: last });
    expect(refused(() => rangeAfter(last - 2, wh(3))).code).toBe('ids-exhausted');
  });

  test.each([
    [-1, 5],
    [0, 0],
    [0, -5],
    [0, 1.5],
  ])('cannot be drawn after %d for a quantity of %d', (last, quantity) => {
    expect(() => rangeAfter(last, quantity as Wh)).toThrow(RangeError);
  });
});
