import { describe, expect, it } from 'vitest';
import { B1610FormatError, halfHourEndMs, parseB1610 } from '../../../src/meter-data/elexon/b1610.ts';
import { aRow } from './b1610-row.ts';

const row = aRow('2026-08-01T00:30:00', 1.5);

describe('B1610 responses', () => {
  it('can be an array', () => {
    expect(parseB1610([row])).toEqual([row]);
  });

  it('can have the older format', () => {
    expect(parseB1610({ data: [row], metadata: {} })).toEqual([row]);
  });

  it('can be empty', () => {
    expect(parseB1610([])).toEqual([]);
    expect(parseB1610({ data: [] })).toEqual([]);
  });

  it('can have unknown fields, and lack those that do not concern energy', () => {
    const { psrType, nationalGridBmUnitId, settlementRunType, ...bare } = row;
    expect(parseB1610([{ ...bare, news: 1 }])).toEqual([bare]);
  });

  it.each([
    [null, 'found null'],
    ['text', 'found string'],
    [{ error: 'x', message: 'y' }, 'found an object with error, message'],
    [{ data: 7 }, 'found an object with data'],
  ])('%j is refused', (answer, found) => {
    expect(() => parseB1610(answer)).toThrow(B1610FormatError);
    expect(() => parseB1610(answer)).toThrow(found);
  });

  it.each([
    ['quantity', '1.5'],
    ['quantity', null],
    ['quantity', Number.NaN],
    ['bmUnit', null],
    ['bmUnit', ''],
    ['dataset', 'B1620'],
    ['settlementPeriod', 51],
    ['settlementDate', '2026-13-01'],
    ['halfHourEndTime', '2026-02-30T00:30:00'],
    ['halfHourEndTime', '2026-08-01T00:31:00'],
    ['halfHourEndTime', '2026-08-01'],
  ])('with an invalid %s (%j) are refused by row and field', (field, value) => {
    expect(() => parseB1610([row, { ...row, [field]: value }])).toThrow(
      new RegExp(`^B1610 row 1, ${field}: `),
    );
  });

  it('with a row that is not an object are refused by row', () => {
    expect(() => parseB1610([row, row, 3])).toThrow('B1610 row 2, the row itself: ');
  });
});

describe('the time of a row', () => {
  it.each(['2026-08-01T00:30:00', '2026-08-01T00:30:00Z', '2026-08-01T00:30', '2026-08-01T01:30:00+01:00'])(
    '%s is half past midnight UTC',
    (halfHourEndTime) => {
      const [parsed] = parseB1610([{ ...row, halfHourEndTime }]);
      expect(parsed && halfHourEndMs(parsed)).toBe(Date.UTC(2026, 7, 1, 0, 30));
    },
  );
});
