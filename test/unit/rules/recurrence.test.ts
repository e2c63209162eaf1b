import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { periodUnits } from '../../../src/rules/enums.ts';
import {
  assertSchedule,
  MOST_PERIODS,
  MOST_RUNS,
  runAfter,
  type Schedule,
} from '../../../src/rules/recurrence.ts';

const monthly = (firstRun: string, fields: Partial<Schedule> = {}): Schedule => ({
  firstRun: new Date(firstRun),
  periodQuantity: 1,
  periodUnit: 'months',
  numberOfRuns: 12,
  ...fields,
});

const runsOf = (schedule: Schedule) =>
  Array.from({ length: schedule.numberOfRuns }, (_, done) => runAfter(schedule, done)?.toISOString());

const schedules = fc.record({
  firstRun: fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
  periodQuantity: fc.integer({ min: 1, max: 40 }),
  periodUnit: fc.constantFrom(...periodUnits),
  numberOfRuns: fc.integer({ min: 1, max: 60 }),
});

describe('runs', () => {
  test('at the end of months are on the last day of shorter ones, and return to their day', () => {
    expect(runsOf(monthly('2027-01-31T08:30:00Z', { numberOfRuns: 4 }))).toEqual([
      '2027-01-31T08:30:00.000Z',
      '2027-02-28T08:30:00.000Z',
      '2027-03-31T08:30:00.000Z',
      '2027-04-30T08:30:00.000Z',
    ]);
    expect(runAfter(monthly('2028-01-31T00:00:00Z'), 1)).toEqual(new Date('2028-02-29T00:00:00Z'));
  });

  test('on 29 February are on the 28th in other years', () => {
    const yearly = monthly('2028-02-29T00:00:00Z', { periodUnit: 'years', numberOfRuns: 5 });
    expect(runsOf(yearly).map((run) => run?.slice(0, 10))).toEqual([
      '2028-02-29',
      '2029-02-28',
      '2030-02-28',
      '2031-02-28',
      '2032-02-29',
    ]);
  });

  test('keep their time of day in UTC, whatever the clocks of any country do', () => {
    const daily = monthly('2026-03-28T01:30:00Z', { periodUnit: 'days', numberOfRuns: 3 });
    expect(runsOf(daily)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T01:30:00.000Z',
    ]);
  });

  test('have the requested number, the first of them at the first instant', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        expect(runAfter(schedule, 0)).toEqual(schedule.firstRun);
        expect(runAfter(schedule, schedule.numberOfRuns - 1)).toBeInstanceOf(Date);
        expect(runAfter(schedule, schedule.numberOfRuns)).toBeUndefined();
        expect(runAfter(schedule, schedule.numberOfRuns + 1)).toBeUndefined();
      }),
    );
  });

  test('are in ascending order', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const runs = runsOf(schedule);
        expect(runs).toEqual([...new Set(runs)].toSorted());
      }),
    );
  });

  test('of months are on the day of the first one, or on the last of a month that lacks it', () => {
    fc.assert(
      fc.property(schedules, fc.nat({ max: 59 }), (schedule, done) => {
        const run = runAfter({ ...schedule, periodUnit: 'months' }, done % schedule.numberOfRuns);
        const at = DateTime.fromJSDate(run ?? new Date(0), { zone: 'utc' });
        const first = DateTime.fromJSDate(schedule.firstRun, { zone: 'utc' });
        const months = (at.year - first.year) * 12 + at.month - first.month;
        expect(months).toBe((done % schedule.numberOfRuns) * schedule.periodQuantity);
        expect(at.day).toBe(Math.min(first.day, at.daysInMonth ?? 0));
        expect(at.toFormat('HH:mm:ss.SSS')).toBe(first.toFormat('HH:mm:ss.SSS'));
      }),
    );
  });

  test('of days and weeks are multiples of 24 hours apart', () => {
    const HOURS_MS = { days: 24 * 3_600_000, weeks: 7 * 24 * 3_600_000 };
    fc.assert(
      fc.property(schedules, fc.constantFrom('days', 'weeks'), (schedule, periodUnit) => {
        const [a, b] = [0, 1].map((done) => runAfter({ ...schedule, periodUnit, numberOfRuns: 2 }, done));
        expect((b?.getTime() ?? 0) - (a?.getTime() ?? 0)).toBe(
          schedule.periodQuantity * HOURS_MS[periodUnit],
        );
      }),
    );
  });
});

describe('a schedule', () => {
  const now = new Date('2026-03-15T12:00:00Z');

  test('can begin at once, and not in the past', () => {
    expect(() => assertSchedule(monthly('2026-03-15T12:00:00Z'), now)).not.toThrow();
    expect(() => assertSchedule(monthly('2026-03-15T11:59:59.999Z'), now)).toThrow('not be in the past');
  });

  test('ends within the years of ISO 8601', () => {
    const longest = { periodUnit: 'years', numberOfRuns: 7_974 } as const;
    expect(() => assertSchedule(monthly('2026-03-15T12:00:00Z', longest), now)).not.toThrow();
    for (const fields of [
      { ...longest, numberOfRuns: 7_975 },
      { ...longest, numberOfRuns: MOST_RUNS, periodQuantity: MOST_PERIODS },
    ]) {
      expect(() => assertSchedule(monthly('2026-03-15T12:00:00Z', fields), now)).toThrow(
        'after the year 9999',
      );
    }
  });
});
