import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Refusal, refuse } from '../../../src/rules/refusal.ts';

const bundle = { id: 7, status: 'Claimed' } as const;
const all = [
  refuse.wrongStatus('cancel_for_storage', bundle),
  refuse.expired('cancel', bundle),
  refuse.notYetExpired(bundle),
  refuse.reasonRequired('lock'),
  refuse.wholeBundlesOnly('export'),
  refuse.noBundles(),
  refuse.tooManyBundles(10_001, 10_000),
  refuse.duplicateBundles([1]),
  refuse.bundlesNotFound([1]),
  refuse.quantityAndPercentage(),
  refuse.quantityInvalid(),
  refuse.percentageInvalid(),
  refuse.notEnough(2, 1),
  refuse.nothingToTake(0.1),
  refuse.notTheCaller(),
  refuse.sameAccount(),
  refuse.targetNotFound(2),
  refuse.notWhitelisted(1, 2),
  refuse.beneficiaryDiffers(7),
  refuse.notAllowed('issue', 'AUDIT_USER'),
  refuse.notFound('device', 3),
  refuse.intervalInvalid([]),
  refuse.overCapacity(2, 1),
  refuse.idsExhausted(5),
  refuse.issuanceIdInvalid(),
  refuse.instantInvalid(),
  refuse.timeZoneUnknown(),
];

test('every refusal has a code of its own, in kebab case', () => {
  expect(all).toHaveLength(Object.keys(refuse).length);
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  for (const { code } of all) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  for (const refusal of all) expect(refusal).toBeInstanceOf(Refusal);
});

test('a refusal speaks of an action in words', () => {
  expect(refuse.wrongStatus('cancel_for_storage', bundle).message).toBe(
    'bundle 7 is Claimed: cancel for storage is not possible',
  );
});

test('the rules know no clock, no chance, no I/O and no other folder', () => {
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
