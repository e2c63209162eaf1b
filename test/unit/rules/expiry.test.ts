import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expiryOf, isExpired } from '../../../src/rules/expiry.ts';

test.each([
  ['2025-01-12T15:00:00.000Z', 2, '2027-01-12T15:00:00.000Z'],
  ['2024-02-29T10:30:00.000Z', 2, '2026-02-28T10:30:00.000Z'],
  ['2024-02-29T10:30:00.000Z', 4, '2028-02-29T10:30:00.000Z'],
  ['2023-02-28T23:59:59.999Z', 1, '2024-02-28T23:59:59.999Z'],
  ['2024-01-01T00:00:00.000Z', 2, '2026-01-01T00:00:00.000Z'],
  ['2024-12-31T23:00:00.000Z', 1, '2025-12-31T23:00:00.000Z'],
])('an interval that ends at %s expires %d calendar years later, at %s', (end, years, expiry) => {
  expect(expiryOf(new Date(end), years).toISOString()).toBe(expiry);
});

test('the expiry has the same month, day and time, except for 29 February', () => {
  const ms = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
  fc.assert(
    fc.property(ms, fc.integer({ min: 1, max: 100 }), (at, years) => {
      const end = new Date(at);
      const expiry = expiryOf(end, years);
      expect(expiry.getUTCFullYear()).toBe(end.getUTCFullYear() + years);
      const day = end.toISOString().slice(5);
      if (!day.startsWith('02-29')) expect(expiry.toISOString().slice(5)).toBe(day);
      expect(end.getTime()).toBe(at);
    }),
  );
});

test('a certificate is expired at the instant of its expiry, and not a millisecond before', () => {
  const expiry = new Date('2027-01-12T15:00:00Z');
  expect(isExpired(expiry, new Date('2027-01-12T14:59:59.999Z'))).toBe(false);
  expect(isExpired(expiry, expiry)).toBe(true);
  expect(isExpired(expiry, new Date('2027-01-12T15:00:00.001Z'))).toBe(true);
});
