import { DateTime } from 'luxon';
import { SeedError } from '../seed-error.ts';

/** The window [from, to) in which whole hours are loaded. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}

/**
 * The window of `FROM=` and `TO=`: ISO 8601, UTC where no offset is given. A date alone means its whole day, so that the
 * last day is loaded too.
 *
 * @throws {SeedError} for a text that is no date, or a window that ends before it starts or in the future.
 */
export function windowOf(fromText: string, toText: string, now: Date): Window {
  const from = instantOf('FROM', fromText);
  const to = isDateAlone(toText) ? instantOf('TO', toText).plus({ days: 1 }) : instantOf('TO', toText);
  if (to <= from) throw new SeedError(`TO (${toText}) has to lie after FROM (${fromText}).`);
  if (from.toMillis() >= now.getTime()) throw new SeedError(`FROM (${fromText}) lies in the future.`);
  return { from: from.toJSDate(), to: DateTime.min(to, DateTime.fromJSDate(now).startOf('hour')).toJSDate() };
}

const isDateAlone = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text.trim());

function instantOf(name: string, text: string): DateTime {
  const instant = DateTime.fromISO(text.trim(), { zone: 'utc' });
  if (!instant.isValid) throw new SeedError(`${name} has to be a date such as 2026-11-01, not "${text}".`);
  return instant;
}
