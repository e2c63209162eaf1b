import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type B1610Row, readingsFromB1610 } from '../../../src/meter-data/elexon/index.ts';
import { aRow } from './b1610-row.ts';

const at = (text: string) => new Date(text);
const onlyUnit = (rows: readonly B1610Row[], minutes: 30 | 60 = 60) => {
  const [unit] = readingsFromB1610(rows, minutes);
  if (unit === undefined) throw new Error('no unit');
  return unit;
};

describe('half-hours converted to hours', () => {
  it('adds the two halves that end within a UTC hour', () => {
    const unit = onlyUnit([aRow('2026-08-01T00:30:00', 0.145), aRow('2026-08-01T01:00:00', 0.145)]);
    expect(unit.readings).toEqual([
      { start: at('2026-08-01T00:00:00Z'), end: at('2026-08-01T01:00:00Z'), energyWh: 290_000 },
    ]);
  });

  it('rounds down once, after adding', () => {
    const rows = [aRow('2026-08-01T00:30:00', 0.0000006), aRow('2026-08-01T01:00:00', 0.0000006)];
    expect(onlyUnit(rows).readings[0]?.energyWh).toBe(1);
  });

  it('count a half-hour that ends at midnight to the day before', () => {
    const unit = onlyUnit([aRow('2026-08-01T23:30:00', 1), aRow('2026-08-02T00:00:00', 2)]);
    expect(unit.readings[0]?.start).toEqual(at('2026-08-01T23:00:00Z'));
  });

  it('stay half-hours for a granularity of 30 minutes', () => {
    const unit = onlyUnit([aRow('2026-08-01T01:00:00', 2), aRow('2026-08-01T00:30:00', 1)], 30);
    expect(unit.readings).toEqual([
      { start: at('2026-08-01T00:00:00Z'), end: at('2026-08-01T00:30:00Z'), energyWh: 1_000_000 },
      { start: at('2026-08-01T00:30:00Z'), end: at('2026-08-01T01:00:00Z'), energyWh: 2_000_000 },
    ]);
  });

  it('are grouped by unit, in the order of their ids', () => {
    const rows = ['T_B-1', 'E_A-1', 'T_B-1', 'E_A-1'].map((bmUnit, index) =>
      aRow(index < 2 ? '2026-08-01T00:30:00' : '2026-08-01T01:00:00', 1, { bmUnit }),
    );
    expect(readingsFromB1610(rows).map((unit) => [unit.bmUnit, unit.readings.length])).toEqual([
      ['E_A-1', 1],
      ['T_B-1', 1],
    ]);
  });

  it('keep zero and negative hours as readings, and count them', () => {
    const unit = onlyUnit([
      aRow('2026-08-01T00:30:00', 1),
      aRow('2026-08-01T01:00:00', -1),
      aRow('2026-08-01T01:30:00', 1),
      aRow('2026-08-01T02:00:00', -1.001),
      aRow('2026-08-01T02:30:00', 3),
      aRow('2026-08-01T03:00:00', -1),
    ]);
    expect(unit.readings.map((reading) => reading.energyWh)).toEqual([0, -1000, 2_000_000]);
    expect(unit.counts).toEqual({ positive: 1, zero: 1, negative: 1 });
  });

  it('report an hour with one half-hour, without a reading', () => {
    const unit = onlyUnit([aRow('2026-08-01T01:00:00', 1)]);
    expect(unit.readings).toEqual([]);
    expect(unit.incomplete).toEqual([
      {
        start: at('2026-08-01T00:00:00Z'),
        end: at('2026-08-01T01:00:00Z'),
        reason: 'missing part',
        parts: [at('2026-08-01T00:00:00Z')],
      },
    ]);
  });

  it('are empty for no rows', () => {
    expect(readingsFromB1610([])).toEqual([]);
  });
});

describe('several rows for one half-hour', () => {
  const first = aRow('2026-08-01T00:30:00', 1);

  it.each([
    ['II', 'SF'],
    ['SF', 'R1'],
    ['R1', 'R2'],
    ['R2', 'R3'],
    ['R3', 'RF'],
    ['RF', 'DF'],
    [undefined, 'II'],
    ['an unknown run', 'II'],
  ])('%s is replaced by %s, in any order', (older, newer) => {
    const rows = [
      aRow('2026-08-01T01:00:00', 5, { settlementRunType: newer }),
      aRow('2026-08-01T01:00:00', 9, { settlementRunType: older }),
    ];
    for (const half of [rows, rows.toReversed()]) {
      expect(onlyUnit([first, ...half]).readings[0]?.energyWh).toBe(6_000_000);
    }
  });

  it('of the same run that differ leave the hour without a reading', () => {
    const unit = onlyUnit([first, aRow('2026-08-01T01:00:00', 5), aRow('2026-08-01T01:00:00', 9)]);
    expect(unit.readings).toEqual([]);
    expect(unit.incomplete).toMatchObject([
      { reason: 'contradictory values', parts: [at('2026-08-01T00:30:00Z')] },
    ]);
  });

  it('that differ do not matter after a newer run', () => {
    const half = '2026-08-01T01:00:00';
    const rows = [first, aRow(half, 5), aRow(half, 7, { settlementRunType: 'SF' }), aRow(half, 9)];
    expect(onlyUnit(rows).readings[0]?.energyWh).toBe(8_000_000);
  });
});

describe('clock-change days', () => {
  /** The rows of one London day: its first half-hour ends half an hour after midnight in London. */
  const londonDay = (midnightUtc: string, settlementDate: string, periods: number) =>
    Array.from({ length: periods }, (_, index) =>
      aRow(
        new Date(Date.parse(midnightUtc) + (index + 1) * 1_800_000).toISOString().slice(0, 19),
        index + 1,
        {
          settlementDate,
          settlementPeriod: index + 1,
        },
      ),
    );
  const hoursFrom = (midnightUtc: string, hours: number) =>
    Array.from({ length: hours }, (_, hour) => new Date(Date.parse(midnightUtc) + hour * 3_600_000));

  it('the 46 periods of 2025-03-30 are 23 hours without a gap', () => {
    const { readings, incomplete } = onlyUnit(londonDay('2025-03-30T00:00:00Z', '2025-03-30', 46));
    expect(incomplete).toEqual([]);
    expect(readings.map((reading) => reading.start)).toEqual(hoursFrom('2025-03-30T00:00:00Z', 23));
    // Periods 1+2, 3+4 (02:00 to 03:00 in London, an hour after the first) and 45+46.
    expect(readings[0]?.energyWh).toBe(3_000_000);
    expect(readings[1]?.energyWh).toBe(7_000_000);
    expect(readings[22]).toEqual({
      start: at('2025-03-30T22:00:00Z'),
      end: at('2025-03-30T23:00:00Z'),
      energyWh: 91_000_000,
    });
  });

  it('the 50 periods of 2025-10-26 are 25 hours without a gap or an overlap', () => {
    const { readings, incomplete } = onlyUnit(londonDay('2025-10-25T23:00:00Z', '2025-10-26', 50));
    expect(incomplete).toEqual([]);
    expect(readings.map((reading) => reading.start)).toEqual(hoursFrom('2025-10-25T23:00:00Z', 25));
    // London has 01:00 to 02:00 twice: periods 3+4 in summer time, 5+6 in winter time.
    expect(readings[1]).toMatchObject({ start: at('2025-10-26T00:00:00Z'), energyWh: 7_000_000 });
    expect(readings[2]).toMatchObject({ start: at('2025-10-26T01:00:00Z'), energyWh: 11_000_000 });
    expect(readings[24]).toMatchObject({ end: at('2025-10-27T00:00:00Z'), energyWh: 99_000_000 });
  });
});

describe('any rows', () => {
  const anyRow = fc
    .record({
      slot: fc.integer({ min: 0, max: 20 }),
      kwh: fc.integer({ min: -5000, max: 300_000 }),
      run: fc.constantFrom('II', 'SF', 'R1', 'RF', undefined),
      bmUnit: fc.constantFrom('T_A-1', 'T_B-1'),
    })
    .map(({ slot, kwh, run, bmUnit }) => {
      const end = new Date(Date.UTC(2025, 9, 26) + slot * 1_800_000).toISOString().slice(0, 19);
      return aRow(end, kwh / 1000, { settlementRunType: run, bmUnit });
    });
  const anyRows = fc.array(anyRow, { maxLength: 60 });
  const withShuffled = anyRows.chain((rows) =>
    fc.tuple(
      fc.constant(rows),
      fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
    ),
  );

  it('give the same readings in any order', () => {
    fc.assert(
      fc.property(withShuffled, ([rows, shuffled]) => {
        expect(readingsFromB1610(shuffled)).toEqual(readingsFromB1610(rows));
      }),
    );
  });

  it('give the same readings when repeated', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        expect(readingsFromB1610([...rows, ...rows])).toEqual(readingsFromB1610(rows));
      }),
    );
  });

  it('of whole hours have the same energy as hours and as half-hours', () => {
    const kwhOfHalves = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(kwhOfHalves, (hours) => {
        const rows = hours.flat().map((kwh, index) => {
          const end = new Date(Date.UTC(2025, 2, 30) + (index + 1) * 1_800_000);
          return aRow(end.toISOString().slice(0, 19), kwh / 1000);
        });
        const totalWh = (minutes: 30 | 60) =>
          onlyUnit(rows, minutes).readings.reduce((sum, reading) => sum + reading.energyWh, 0);
        expect(totalWh(60)).toBe(totalWh(30));
        expect(totalWh(60)).toBe(hours.flat().reduce((sum, kwh) => sum + kwh * 1000, 0));
      }),
    );
  });
});
