import { expect, test } from 'vitest';
import { roleNamed, roleNames, roleNumbers } from '../../../src/rules/enums.ts';

test('a role has a name and a number', () => {
  for (const role of roleNames) {
    expect(roleNamed(role)).toBe(role);
    expect(roleNamed(roleNumbers[role])).toBe(role);
  }
  expect(roleNumbers).toMatchObject({ ADMIN: 4, PRODUCTION_USER: 3, TRADING_USER: 2, AUDIT_USER: 1 });
});

test('no other name or number is a role', () => {
  for (const nothing of ['', 'admin', 'ROOT', '4', 5, -1, 1.5, Number.NaN]) {
    expect(roleNamed(nothing)).toBeUndefined();
  }
});
