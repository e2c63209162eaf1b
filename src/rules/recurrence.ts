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

/** The runs that one recurring action may have: one a day for 27 years. */
export const MOST_RUNS = 10_000;
export const MOST_PERIODS = 10_000;

/**
 * When the run after `runsDone` others is due, or `undefined` when there is none. It is counted from the first run, never from
 * the last: of what begins on 31 January, the run in February is on its last day, and the one in March on the 31st again.
 */
export function runAfter(schedule: Schedule, runsDone: number): Date | undefined {
  if (runsDone >= schedule.numberOfRuns) return undefined;
  return DateTime.fromJSDate(schedule.firstRun, { zone: 'utc' })
    .plus({ [schedule.periodUnit]: runsDone * schedule.periodQuantity })
    .toJSDate();
}

const LAST_YEAR = 9999;

/**
 * Whether a schedule may begin at `now`: its first run is not past, and its last one is in a year that ISO 8601 can write.
 *
 * @throws {Refusal} `schedule-past` or `schedule-too-long`.
 */
export function assertSchedule(schedule: Schedule, now: Date): void {
  if (schedule.firstRun.getTime() < now.getTime()) throw refuse.schedulePast();
  const last = runAfter(schedule, schedule.numberOfRuns - 1);
  // Past the last instant of JavaScript there is no year at all.
  if (!(last && last.getUTCFullYear() <= LAST_YEAR)) throw refuse.scheduleTooLong();
}
