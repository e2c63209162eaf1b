import { describe, expect, test } from 'vitest';
import { type Role, roleNames } from '../../../src/rules/enums.ts';
import { assertAllowed, permissions, type Scope, scopeOf } from '../../../src/rules/permission.ts';
import { refused } from './expect-refusal.ts';

/** The table of rule API-31, written a second time by hand. */
const LAW: Record<Role, (Scope | undefined)[]> = {
  //                  read               act        produce    storage    issue      administer
  AUDIT_USER: ['own', undefined, undefined, undefined, undefined, undefined],
  TRADING_USER: ['own', 'own', undefined, undefined, undefined, undefined],
  PRODUCTION_USER: ['own', 'own', 'own', 'own', undefined, undefined],
  ADMIN: ['all', 'all', 'all', 'all', 'all', 'all'],
  STORAGE_VALIDATOR: ['storage devices', undefined, undefined, 'all', undefined, undefined],
};

const cells = roleNames.flatMap((role) =>
  permissions.map((permission, column) => ({ role, permission, scope: LAW[role][column] })),
);

describe('permissions', () => {
  test.each(cells)('$role has for $permission the scope $scope', ({ role, permission, scope }) => {
    expect(scopeOf(permission, role)).toBe(scope);
    if (scope !== undefined) expect(assertAllowed(permission, role)).toBe(scope);
    else expect(refused(() => assertAllowed(permission, role)).kind).toBe('forbidden');
  });
});
