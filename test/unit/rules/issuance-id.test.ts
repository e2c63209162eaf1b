import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIssuanceId, parseIssuanceId } from '../../../src/rules/issuance-id.ts';
import { refused } from './expect-refusal.ts';

const key = { deviceId: 12, start: new Date('2025-01-12T14:00:00Z') };

describe('an issuance id', () => {
  test('is the device and the start of the interval in UTC', () => {
    expect(formatIssuanceId(key)).toBe('12-2025-01-12T14:00:00Z');
  });

  test.each([
    '12-2025-01-12T14:00:00Z',
    '12-2025-01-12 14:00:00Z',
    '12-2025-01-12T14:00:00+00:00',
    '12-2025-01-12 14:00:00+00:00',
    '12-2025-01-12 14:00:00',
    '12-2025-01-12T14:00:00.000Z',
    '12-2025-01-12 14:00:00.000000+00:00',
  ])('can be written %s', (text) => {
    expect(parseIssuanceId(text)).toEqual(key);
  });

  test.each([
    '',
    '12',
    '2025-01-12T14:00:00Z',
    '-12-2025-01-12T14:00:00Z',
    '0-2025-01-12T14:00:00Z',
    '012-2025-01-12T14:00:00Z',
    '1.5-2025-01-12T14:00:00Z',
    '9007199254740993-2025-01-12T14:00:00Z',
    'twelve-2025-01-12T14:00:00Z',
    '12-2025-01-12',
    '12-2025-01-12T14:00Z',
    '12-2025-02-30T14:00:00Z',
    '12-2025-01-12T24:00:00Z',
    '12-2025-01-12T14:00:00+01:00',
    '12-2025-01-12T14:00:00.500Z',
    '12-2025-01-12T14:00:00Z ',
    '12-2025-01-12T14:00:00Z\n',
    '12--2025-01-12T14:00:00Z',
  ])('cannot be written %j', (text) => {
    expect(refused(() => parseIssuanceId(text))).toMatchObject({ kind: 'rule', code: 'issuance-id-invalid' });
  });

  test('survives being written and read', () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), seconds, (deviceId, second) => {
        const one = { deviceId, start: new Date(second * 1_000) };
        expect(parseIssuanceId(formatIssuanceId(one))).toEqual(one);
      }),
    );
  });

  test('is an error for an invalid device or a fraction of a second', () => {
    expect(() => formatIssuanceId({ ...key, deviceId: 0 })).toThrow(RangeError);
    expect(() => formatIssuanceId({ ...key, deviceId: 1.5 })).toThrow(RangeError);
    expect(() => formatIssuanceId({ ...key, start: new Date(1) })).toThrow(RangeError);
    expect(() => formatIssuanceId({ ...key, start: new Date(Number.NaN) })).toThrow(RangeError);
  });
});
