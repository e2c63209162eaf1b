import type { FieldError } from '../rules/refusal.ts';

const LONGEST_MS = 3_600_000;
const END = 'body.interval_end_datetime';

/** What speaks against a reading's interval: it ends after its start, within an hour, and not in the future. */
export function readingIntervalProblems(start: Date, end: Date, now: Date): FieldError[] {
  const lengthMs = end.getTime() - start.getTime();
  const problems: FieldError[] = [];
  if (lengthMs <= 0) problems.push({ path: END, message: 'must be later than the start' });
  if (lengthMs > LONGEST_MS)
    problems.push({ path: END, message: 'must be at most one hour after the start' });
  if (end > now) problems.push({ path: END, message: 'must not be in the future' });
  return problems;
}
