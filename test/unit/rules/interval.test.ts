import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { granularities } from '../../../src/rules/enums.ts';
import { assertInterval, intervalProblems } from '../../../src/rules/interval.ts';
import { refused } from './expect-refusal.ts';

const NOW = new Date('2025-01-12T15:00:00Z');
const from = (start: string, end: string) => ({
  start: new Date(`2025-01-12T${start}Z`),
  end: new Date(`2025-01-12T${end}Z`),
});
const device = (granularityMinutes: number) => ({
  granularityMinutes,
  operationalDate: new Date('1900-01-01T00:00:00Z'),
});
const HOURLY = device(60);
const messages = (start: string, end: string, granularity = 60) =>
  intervalProblems(from(start, end), device(granularity), NOW).map(
    ({ path, message }) => `${path} ${message}`,
  );

describe('a production interval', () => {
  test('of an hour that has just ended is valid', () => {
    expect(messages('14:00:00', '15:00:00')).toEqual([]);
    expect(() => assertInterval(from('14:00:00', '15:00:00'), HOURLY, NOW)).not.toThrow();
  });

  test('ends after it starts', () => {
    const late = ['production_ending_interval must be later than the start'];
    expect(messages('14:00:00', '14:00:00')).toEqual(late);
    expect(messages('14:00:00', '13:00:00')).toEqual(late);
  });

  test('lasts at most one hour', () => {
    const long = ['production_ending_interval must be at most one hour after the start'];
    expect(messages('13:00:00', '15:00:00')).toEqual(long);
    expect(messages('13:55:00', '15:00:00', 5)).toEqual(long);
    expect(messages('14:00:00', '14:55:00', 5)).toEqual([]);
  });

  test('is not in the future, not even in part', () => {
    expect(messages('14:30:00', '15:30:00', 30)).toEqual([
      'production_ending_interval must not be in the future',
    ]);
    expect(intervalProblems(from('14:00:00', '15:00:00'), HOURLY, new Date(NOW.getTime() - 1))).toHaveLength(
      1,
    );
  });

  test('starts when the device operates, at the earliest', () => {
    const operatesFrom = (operationalDate: string) =>
      intervalProblems(
        from('14:00:00', '15:00:00'),
        { ...HOURLY, operationalDate: new Date(operationalDate) },
        NOW,
      );
    expect(operatesFrom('2025-01-12T14:00:00Z')).toEqual([]);
    expect(operatesFrom('2025-01-12T14:00:01Z')).toEqual([
      {
        path: 'production_starting_interval',
        message: 'must not be before the operational date of the device',
      },
    ]);
  });

  test.each([
    ['14:01:00', '14:05:00', 5],
    ['14:05:00', '14:10:00', 10],
    ['14:10:00', '14:15:00', 15],
    ['14:15:00', '14:30:00', 30],
    ['14:30:00', '15:00:00', 60],
    ['14:00:01', '14:05:00', 5],
    ['14:00:00.001', '14:05:00', 5],
  ])('from %s to %s does not start at a multiple of %d minutes', (start, end, granularity) => {
    expect(messages(start, end, granularity)).toEqual([
      `production_starting_interval must be aligned to ${granularity} minutes`,
    ]);
  });

  test('ends at a multiple, too', () => {
    expect(messages('14:00:00', '14:30:00', 60)).toEqual([
      'production_ending_interval must be aligned to 60 minutes',
    ]);
  });

  test("is valid at any multiple of the device's granularity", () => {
    const steps = fc.integer({ min: -1_000_000, max: 0 });
    fc.assert(
      fc.property(fc.constantFrom(...granularities), steps, (granularity, step) => {
        const end = new Date(NOW.getTime() + step * granularity * 60_000);
        const start = new Date(end.getTime() - granularity * 60_000);
        expect(intervalProblems({ start, end }, device(granularity), NOW)).toEqual([]);
      }),
    );
  });

  test('requires a valid granularity', () => {
    for (const granularity of [0, 1, 20, 45, 120, -5, Number.NaN]) {
      expect(messages('14:00:00', '15:00:00', granularity)).toEqual([
        'granularity_minutes must be one of 5, 10, 15, 30, 60',
      ]);
    }
  });

  test('requires two instants', () => {
    const never = new Date(Number.NaN);
    expect(intervalProblems({ start: never, end: NOW }, HOURLY, NOW)).toMatchObject([
      { path: 'production_starting_interval' },
    ]);
    expect(intervalProblems({ start: NOW, end: never }, HOURLY, NOW)).toMatchObject([
      { path: 'production_ending_interval' },
    ]);
  });

  test('is refused with all of its faults', () => {
    const refusal = refused(() => assertInterval(from('13:01:00', '15:02:00'), HOURLY, NOW));
    expect(refusal).toMatchObject({ kind: 'rule', code: 'interval-invalid' });
    expect(refusal.errors).toHaveLength(4);
  });
});
