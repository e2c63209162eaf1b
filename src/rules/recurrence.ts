import { DateTime } from 'luxon';
import type { PeriodUnit } from './enums.ts';
import { refuse } from './refusal.ts';

/** When a recurring action runs: `numberOfRuns` times, the first at `firstRun`, then every `periodQuantity` units. In UTC. */
export interface Schedule {
  readonly firstRun: Date;
  readonly periodQuantity: number;
  readonly periodUnit: PeriodUnit;
  readonly numberOfRuns: number;
}

/** The most runs of one recurring action: one a day for 27 years. */
export const MOST_RUNS = 10_000;
export const MOST_PERIODS = 10_000;
/** The most recurring actions with runs left that one account can have. */
export const MOST_PER_ACCOUNT = 100;
/** The most issuance ids, and the most pairs of device and start, in the filter of a recurring action: each run evaluates it. */
export const MOST_FILTER_ITEMS = 1_000;

/**
 * When the run after `runsDone` runs is due; `undefined` after the last one. It is counted from the first run, not from the
 * previous one: a schedule from 31 January runs on the last day of February, and on 31 March again (rule REC-1).
 */
export function runAfter(schedule: Schedule, runsDone: number): Date | undefined {
  if (runsDone >= schedule.numberOfRuns) return undefined;
  return DateTime.fromJSDate(schedule.firstRun, { zone: 'utc' })
    .plus({ [schedule.periodUnit]: runsDone * schedule.periodQuantity })
    .toJSDate();
}

const LAST_YEAR = 9999;

/**
 * Requires that the first run is not before `now`, and that the last one is before the year 10000 (rule REC-1).
 *
 * @throws {Refusal} `schedule-past` or `schedule-too-long`.
 */
export function assertSchedule(schedule: Schedule, now: Date): void {
  if (schedule.firstRun.getTime() < now.getTime()) throw refuse.schedulePast();
  const last = runAfter(schedule, schedule.numberOfRuns - 1);
  // Beyond the last instant of JavaScript, the year is NaN.
  if (!(last && last.getUTCFullYear() <= LAST_YEAR)) throw refuse.scheduleTooLong();
}

/**
 * Requires that an account with `present` recurring actions with runs left may have another one (rule REC-11).
 *
 * @throws {Refusal} `too-many-recurring`.
 */
export function assertRoomForRecurring(present: number): void {
  if (present >= MOST_PER_ACCOUNT) throw refuse.tooManyRecurring(present, MOST_PER_ACCOUNT);
}
