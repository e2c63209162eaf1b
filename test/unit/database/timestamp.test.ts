import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateOf, formatTimestamp, type Timestamp } from '../../../src/database/timestamp.ts';
import { formatInstant } from '../../../src/rules/instant.ts';

const timestamp = (text: string) => text as Timestamp;

describe('a timestamp of PostgreSQL', () => {
  test.each([
    ['2025-01-12 14:00:00+00', '2025-01-12T14:00:00Z'],
    ['2025-01-12 14:00:00.5+00', '2025-01-12T14:00:00.500Z'],
    ['2025-01-12 14:00:00.123987+00', '2025-01-12T14:00:00.123Z'],
    ['2025-01-12 14:00:00.000987+00', '2025-01-12T14:00:00Z'],
  ])('%s is %s', (text, iso) => {
    expect(formatTimestamp(timestamp(text))).toBe(iso);
  });

  test('reads the same as its Date, in UTC and in a time zone', () => {
    const instants = fc.date({
      min: new Date('1900-01-01T00:00:00Z'),
      max: new Date('2100-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        instants,
        fc.constantFrom(undefined, 'Europe/London', 'Asia/Kathmandu'),
        (instant, zone) => {
          const text = timestamp(
            instant
              .toISOString()
              .replace('T', ' ')
              .replace(/\.?0*Z$/, '+00'),
          );
          expect(dateOf(text)).toEqual(instant);
          expect(formatTimestamp(text, zone)).toBe(formatInstant(instant, zone));
        },
      ),
    );
  });
});
