import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { formatInstant, isTimeZone, parseInstant } from '../../../src/rules/instant.ts';
import { refused } from './expect-refusal.ts';

describe('reading an instant', () => {
  test.each([
    ['2025-01-12T14:00:00Z', '2025-01-12T14:00:00.000Z'],
    ['2025-01-12T14:00:00', '2025-01-12T14:00:00.000Z'],
    ['2025-01-12 14:00:00', '2025-01-12T14:00:00.000Z'],
    ['2025-01-12 14:00:00+00:00', '2025-01-12T14:00:00.000Z'],
    ['2025-01-12T14:00', '2025-01-12T14:00:00.000Z'],
    ['2025-01-12', '2025-01-12T00:00:00.000Z'],
    ['2025-01-12T14:00:00+01:00', '2025-01-12T13:00:00.000Z'],
    ['2025-01-12T14:00:00-0330', '2025-01-12T17:30:00.000Z'],
    ['2025-01-12T14:00:00+05', '2025-01-12T09:00:00.000Z'],
    ['2025-01-01T00:30:00+01:00', '2024-12-31T23:30:00.000Z'],
    ['2024-02-29T23:59:59.5Z', '2024-02-29T23:59:59.500Z'],
    ['2025-01-12T14:00:00.123999Z', '2025-01-12T14:00:00.123Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseInstant(text).toISOString()).toBe(iso);
  });

  test.each([
    '',
    'now',
    '1736690400',
    '2025',
    '2025-01',
    '2025-1-12',
    '2025-02-30',
    '2025-02-29T00:00:00Z',
    '2025-13-01',
    '2025-00-10',
    '2025-01-00',
    '2025-04-31T10:00:00+02:00',
    '2025-01-12T24:00:00Z',
    '2025-01-12T14:60:00Z',
    '2025-01-12T14:00:60Z',
    '2025-01-12T14Z',
    '2025-01-12Z',
    '2025-01-12T14:00:00+15:00',
    '2025-01-12T14:00:00+01:60',
    '2025-01-12T14:00:00.Z',
    '2025-01-12T14:00:00z',
    '2025-01-12  14:00:00',
    ' 2025-01-12T14:00:00Z',
    '2025-01-12T14:00:00Z\n',
    '99999-01-01T00:00:00Z',
    '+012025-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    '2025-01-12T14:00:00Z; DROP TABLE bundle',
  ])('%j is refused', (text) => {
    expect(refused(() => parseInstant(text))).toMatchObject({ kind: 'rule', code: 'instant-invalid' });
  });
});

describe('writing an instant', () => {
  const winter = new Date('2025-01-12T14:00:00Z');
  const summer = new Date('2025-07-12T14:00:00.250Z');

  test('ends with Z, and shows milliseconds only when there are some', () => {
    expect(formatInstant(winter)).toBe('2025-01-12T14:00:00Z');
    expect(formatInstant(summer)).toBe('2025-07-12T14:00:00.250Z');
  });

  test.each([
    ['Europe/London', '2025-01-12T14:00:00+00:00', '2025-07-12T15:00:00.250+01:00'],
    ['America/St_Johns', '2025-01-12T10:30:00-03:30', '2025-07-12T11:30:00.250-02:30'],
    ['Asia/Kathmandu', '2025-01-12T19:45:00+05:45', '2025-07-12T19:45:00.250+05:45'],
    ['UTC', '2025-01-12T14:00:00+00:00', '2025-07-12T14:00:00.250+00:00'],
  ])('in %s has its offset', (zone, inWinter, inSummer) => {
    expect(formatInstant(winter, zone)).toBe(inWinter);
    expect(formatInstant(summer, zone)).toBe(inSummer);
  });

  test('in a repeated hour of a clock change is unambiguous', () => {
    expect(formatInstant(new Date('2025-10-26T00:30:00Z'), 'Europe/London')).toBe(
      '2025-10-26T01:30:00+01:00',
    );
    expect(formatInstant(new Date('2025-10-26T01:30:00Z'), 'Europe/London')).toBe(
      '2025-10-26T01:30:00+00:00',
    );
  });

  test('in an unknown zone is refused', () => {
    expect(refused(() => formatInstant(winter, 'Mars/Olympus')).code).toBe('time-zone-unknown');
  });

  test('survives being read again, in every zone, past and future', () => {
    const zones = [
      'Europe/London',
      'America/Goose_Bay',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Monrovia',
    ];
    const milliseconds = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) });
    fc.assert(
      fc.property(milliseconds, fc.constantFrom(undefined, ...zones), (ms, zone) => {
        expect(parseInstant(formatInstant(new Date(ms), zone)).getTime()).toBe(ms);
      }),
    );
  });

  test('agrees with luxon around every clock change, also when repeated', () => {
    const hours = fc.integer({ min: 0, max: 24 * 366 * 20 });
    const zones = fc.constantFrom('Europe/London', 'America/Goose_Bay', 'Australia/Lord_Howe', 'Asia/Gaza');
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 59 }), zones, (hour, minute, zone) => {
        const ms = Date.UTC(2005, 0, 1, hour, minute);
        const other = DateTime.fromMillis(ms, { zone }).toISO({
          suppressMilliseconds: true,
          includeOffset: true,
        });
        const expected = other?.replace(/Z$/, '+00:00');
        expect(formatInstant(new Date(ms), zone)).toBe(expected);
        expect(formatInstant(new Date(ms), zone)).toBe(expected);
      }),
    );
    expect(formatInstant(new Date('2010-03-14T04:00:30Z'), 'America/Goose_Bay')).toMatch(/-04:00$/);
    expect(formatInstant(new Date('2010-03-14T04:01:00Z'), 'America/Goose_Bay')).toMatch(/-03:00$/);
  });

  test('stays correct beyond the size of the cache', () => {
    for (const zone of Intl.supportedValuesOf('timeZone').slice(0, 40)) formatInstant(winter, zone);
    for (let n = 0; n < 20_010; n += 1) formatInstant(new Date(winter.getTime() + n), 'Europe/Paris');
    expect(formatInstant(winter, 'Europe/Paris')).toBe('2025-01-12T15:00:00+01:00');
  });
});

describe('a time zone', () => {
  test.each(['UTC', 'Europe/London', 'America/Argentina/Buenos_Aires'])('can be %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  test.each(['', '+01:00', '-03', 'Mars/Olympus', 'Europe/London ', '../etc/passwd'])(
    'cannot be %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});
