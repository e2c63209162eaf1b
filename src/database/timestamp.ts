import { formatInstant } from '../rules/instant.ts';

/*
 * Instants as PostgreSQL writes them in UTC: `2025-01-12 14:00:00+00`, with up to six digits of a fraction. A statement that selects
 * `column::text` spares the answer the way from text to `Date` and back to text, which takes longer than everything else per row.
 */

/** An instant in the text format of PostgreSQL, in UTC. */
export type Timestamp = string & { readonly __brand: 'Timestamp' };

const FRACTION_STARTS = 20;
const OFFSET_LENGTH = '+00'.length;

/** ISO 8601 in UTC or, with its offset, in `zone`: as {@link formatInstant}. Digits beyond the millisecond are cut off. */
export function formatTimestamp(timestamp: Timestamp, zone?: string): string {
  if (zone !== undefined) return formatInstant(dateOf(timestamp), zone);
  const milliseconds = timestamp.slice(FRACTION_STARTS, -OFFSET_LENGTH).slice(0, 3).padEnd(3, '0');
  const wall = `${timestamp.slice(0, 10)}T${timestamp.slice(11, FRACTION_STARTS - 1)}`;
  return milliseconds === '000' ? `${wall}Z` : `${wall}.${milliseconds}Z`;
}

export function dateOf(timestamp: Timestamp): Date {
  return new Date(`${timestamp.slice(0, -OFFSET_LENGTH).replace(' ', 'T')}Z`);
}
