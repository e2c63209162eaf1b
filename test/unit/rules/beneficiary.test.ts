import { describe, expect, test } from 'vitest';
import { assertBeneficiary, beneficiaryOf } from '../../../src/rules/beneficiary.ts';
import { refused } from './expect-refusal.ts';

describe('the beneficiary of a cancellation', () => {
  test('is the text given, or else the name of the account', () => {
    expect(beneficiaryOf(' Acme Ltd ', 'Account 1')).toBe('Acme Ltd');
    for (const none of [undefined, null, '', '  '])
      expect(beneficiaryOf(none, 'Account 1')).toBe('Account 1');
  });
});

describe('a claim', () => {
  const bundle = { id: 7, beneficiary: 'Acme Ltd' };

  test('can name the beneficiary of the bundle, or nobody', () => {
    for (const given of ['Acme Ltd', ' Acme Ltd ', undefined, null, '']) {
      expect(() => assertBeneficiary(given, bundle)).not.toThrow();
    }
  });

  test('that names another beneficiary is refused', () => {
    for (const given of ['acme ltd', 'Bolt Ltd', 'Acme']) {
      expect(refused(() => assertBeneficiary(given, bundle))).toMatchObject({
        kind: 'rule',
        code: 'beneficiary-differs',
      });
    }
    expect(refused(() => assertBeneficiary('Acme Ltd', { id: 7, beneficiary: null })).kind).toBe('rule');
  });
});
