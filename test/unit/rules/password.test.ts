import { describe, expect, test } from 'vitest';
import { normalPassword, passwordFault } from '../../../src/rules/password.ts';

const NAMES = ['ada.lovelace@example.com', 'Ada King Lovelace'];

describe('a password', () => {
  test.each([
    ['of 12 characters', 'a'.repeat(12)],
    ['of 1 024', 'a'.repeat(1_024)],
    ['of words with blanks', 'correct horse battery'],
    ['of 12 characters outside the basic plane', '🔋'.repeat(12)],
    ['that merely contains the name', 'Ada King Lovelace 1815'],
  ])('is accepted if it is %s', (_, password) => {
    expect(passwordFault(password, NAMES)).toBeUndefined();
  });

  test.each([
    ['of 11 characters', 'a'.repeat(11), 'at least 12'],
    ['of 6 characters that take two units each', '🔋'.repeat(6), 'at least 12'],
    ['of 11 characters that decompose into more', 'é'.normalize('NFD').repeat(11), 'at least 12'],
    ['of 1 025', 'a'.repeat(1_025), 'at most 1024'],
    ['that is the e-mail', 'Ada.Lovelace@EXAMPLE.com', 'e-mail or name'],
    ['that is the name with surrounding blanks', ' ada king lovelace ', 'e-mail or name'],
    ['that is the name in full-width letters', 'Ａda King Lovelace', 'e-mail or name'],
    ['with an unpaired surrogate', `${'a'.repeat(12)}\ud800`, 'well-formed'],
  ])('is refused if it is %s', (_, password, fault) => {
    expect(passwordFault(password, NAMES)).toContain(fault);
  });

  test('is the same however a keyboard composed it', () => {
    expect(normalPassword('cafe\u0301 ｐａｓｓ')).toBe(normalPassword('café pass'));
  });
});
