import type { Role } from './enums.ts';
import { refuse } from './refusal.ts';

/**
 * The permissions that a role may have (rule API-31):
 * `read` what accounts hold; `act` on certificates, whitelists and accounts; `produce`: create accounts and
 * devices, submit measurements; `storage` records and allocations; `issue`, withdraw and lock;
 * `administer` metadata, users and roles.
 */
export const permissions = ['read', 'act', 'produce', 'storage', 'issue', 'administer'] as const;
export type Permission = (typeof permissions)[number];

/** The extent of a permission: the user's own accounts, storage devices, or everything. */
export type Scope = 'own' | 'storage devices' | 'all';

/** The permissions of each role. Roles are sets: the number of a role is not a rank. */
export const granted: Readonly<Record<Role, Readonly<Partial<Record<Permission, Scope>>>>> = {
  AUDIT_USER: { read: 'own' },
  TRADING_USER: { read: 'own', act: 'own' },
  PRODUCTION_USER: { read: 'own', act: 'own', produce: 'own', storage: 'own' },
  ADMIN: { read: 'all', act: 'all', produce: 'all', storage: 'all', issue: 'all', administer: 'all' },
  STORAGE_VALIDATOR: { read: 'storage devices', storage: 'all' },
};

/** The scope of a role's permission, or `undefined` if the role does not have it. */
export function scopeOf(permission: Permission, role: Role): Scope | undefined {
  return granted[role][permission];
}

/**
 * The scope of a permission that the role must have.
 *
 * @throws {Refusal} `not-allowed`.
 */
export function assertAllowed(permission: Permission, role: Role): Scope {
  const scope = scopeOf(permission, role);
  if (scope === undefined) throw refuse.notAllowed(permission, role);
  return scope;
}

/** Whether a permission can be limited to accounts: some role has it for its own accounts only. */
export function canBeConfined(permission: Permission): boolean {
  return Object.values(granted).some((scopes) => scopes[permission] === 'own');
}
