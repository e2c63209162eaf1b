import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Refusal, refuse } from '../../../src/rules/refusal.ts';

const bundle = { id: 7, status: 'Claimed' } as const;
/** A refusal without an example here does not type-check. */
const examples: Record<keyof typeof refuse, Refusal> = {
  wrongStatus: refuse.wrongStatus('cancel_for_storage', bundle),
  expired: refuse.expired('cancel', bundle),
  notYetExpired: refuse.notYetExpired(bundle),
  reasonRequired: refuse.reasonRequired('lock'),
  wholeBundlesOnly: refuse.wholeBundlesOnly('export', { quantity: true, percentage: true }),
  noBundles: refuse.noBundles(),
  tooManyBundles: refuse.tooManyBundles(10_001, 10_000),
  duplicateBundles: refuse.duplicateBundles([1]),
  bundlesNotFound: refuse.bundlesNotFound([1]),
  quantityAndPercentage: refuse.quantityAndPercentage(),
  quantityInvalid: refuse.quantityInvalid(),
  percentageInvalid: refuse.percentageInvalid(),
  notEnough: refuse.notEnough(2, 1),
  nothingToTake: refuse.nothingToTake(0.1),
  notTheCaller: refuse.notTheCaller(),
  sameAccount: refuse.sameAccount(),
  targetNotFound: refuse.targetNotFound(2),
  notWhitelisted: refuse.notWhitelisted(1, 2),
  beneficiaryDiffers: refuse.beneficiaryDiffers(7),
  notAllowed: refuse.notAllowed('issue', 'AUDIT_USER'),
  notFound: refuse.notFound('device', 3),
  schedulePast: refuse.schedulePast(),
  scheduleTooLong: refuse.scheduleTooLong(),
  tooManyRecurring: refuse.tooManyRecurring(100, 100),
  intervalInvalid: refuse.intervalInvalid([]),
  overCapacity: refuse.overCapacity(2, 1),
  deviceUnidentified: refuse.deviceUnidentified(3),
  alreadyIssued: refuse.alreadyIssued('12-2025-01-12T14:00:00Z'),
  readingDiffers: refuse.readingDiffers(3, '2025-01-12T14:00:00Z', 900),
  idsExhausted: refuse.idsExhausted(5),
  issuanceIdInvalid: refuse.issuanceIdInvalid(),
  instantInvalid: refuse.instantInvalid(),
  timeZoneUnknown: refuse.timeZoneUnknown(),
};
const all = Object.values(examples);

test('every refusal has a unique code in kebab case', () => {
  expect(Object.keys(examples).toSorted()).toEqual(Object.keys(refuse).toSorted());
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  for (const { code } of all) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  for (const refusal of all) expect(refusal).toBeInstanceOf(Refusal);
});

test('a refusal names an action in words', () => {
  expect(refuse.wrongStatus('cancel_for_storage', bundle).message).toBe(
    'Bundle 7 has the status Claimed, which does not allow the action "cancel for storage".',
  );
});

test('the rules use no clock, no randomness, no I/O and no other folder', () => {
  const folder = new URL('../../../src/rules/', import.meta.url);
  const outside = ['node:crypto', 'luxon', 'decimal.js'];
  for (const file of readdirSync(folder)) {
    const source = readFileSync(new URL(file, folder), 'utf8');
    expect(source, file).not.toMatch(/new Date\(\)|Date\.now|Math\.random|performance\.|process\.|fetch\(/);
    for (const [, from = ''] of source.matchAll(/from '([^']+)'/g)) {
      expect(from.startsWith('./') || outside.includes(from), `${file} imports ${from}`).toBe(true);
    }
  }
});
