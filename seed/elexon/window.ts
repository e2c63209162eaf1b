import { DateTime } from 'luxon';
import { SeedError } from '../seed-error.ts';

/** The half-open interval [from, to) of which whole hours are loaded. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Parses `FROM=` and `TO=`: ISO 8601, in UTC when no offset is given. A date without a time means the whole day, so the
 * last day is included.
 *
 * @throws {SeedError} for text that is not a date, an end before the start, or a start in the future.
 */
export function windowOf(fromText: string, toText: string, now: Date): Window {
  const from = instantOf('FROM', fromText);
  const to = isDateAlone(toText) ? instantOf('TO', toText).plus({ days: 1 }) : instantOf('TO', toText);
  if (to <= from) throw new SeedError(`TO (${toText}) must be after FROM (${fromText}).`);
  if (from.toMillis() >= now.getTime()) throw new SeedError(`FROM (${fromText}) is in the future.`);
  return { from: from.toJSDate(), to: DateTime.min(to, DateTime.fromJSDate(now).startOf('hour')).toJSDate() };
}

const isDateAlone = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text.trim());

function instantOf(name: string, text: string): DateTime {
  const instant = DateTime.fromISO(text.trim(), { zone: 'utc' });
  if (!instant.isValid) throw new SeedError(`${name} must be a date such as 2026-11-01, not "${text}".`);
  return instant;
}
