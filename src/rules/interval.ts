import { granularities } from './enums.ts';
import { type FieldError, refuse } from './refusal.ts';

const MS_PER_MINUTE = 60_000;
const LONGEST_MS = 60 * MS_PER_MINUTE;

const START = 'production_starting_interval';
const END = 'production_ending_interval';

/** A production interval: `start` is included, `end` is not. */
export interface Interval {
  readonly start: Date;
  readonly end: Date;
}

/** The faults of the end of an interval, of production or of a reading; empty if it has none. */
export function endProblems({ start, end }: Interval, now: Date): string[] {
  const lengthMs = end.getTime() - start.getTime();
  const problems: string[] = [];
  if (lengthMs <= 0) problems.push('must be later than the start');
  if (lengthMs > LONGEST_MS) problems.push('must be at most one hour after the start');
  if (end > now) problems.push('must not be in the future');
  return problems;
}

/** The facts of a device that its intervals depend on. */
export interface IntervalDevice {
  readonly granularityMinutes: number;
  /** The instant at which the device started to operate. */
  readonly operationalDate: Date;
}

/**
 * The faults of an interval of production (rule ISS-3); empty if it has none. Both ends must be multiples of the
 * device's `granularityMinutes`, counted from midnight UTC.
 */
export function intervalProblems(
  { start, end }: Interval,
  { granularityMinutes, operationalDate }: IntervalDevice,
  now: Date,
): FieldError[] {
  const from = start.getTime();
  const to = end.getTime();
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return [{ path: Number.isNaN(from) ? START : END, message: 'must be a datetime' }];
  }
  const problems: FieldError[] = endProblems({ start, end }, now).map((message) => ({ path: END, message }));
  const problem = (path: string, message: string) => problems.push({ path, message });
  if (start < operationalDate) problem(START, 'must not be before the operational date of the device');
  if (!granularities.some((minutes) => minutes === granularityMinutes)) {
    problem('granularity_minutes', `must be one of ${granularities.join(', ')}`);
    return problems;
  }
  const misaligned = `must be aligned to ${granularityMinutes} minutes`;
  if (from % (granularityMinutes * MS_PER_MINUTE) !== 0) problem(START, misaligned);
  if (to % (granularityMinutes * MS_PER_MINUTE) !== 0) problem(END, misaligned);
  return problems;
}

/**
 * Requires a valid interval; a refusal names all of its faults.
 *
 * @throws {Refusal} `interval-invalid`.
 */
export function assertInterval(interval: Interval, device: IntervalDevice, now: Date): void {
  const problems = intervalProblems(interval, device, now);
  if (problems.length > 0) throw refuse.intervalInvalid(problems);
}
