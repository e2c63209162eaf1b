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

/** How far a permission reaches: the accounts one is a user of, storage devices, or everything. */
export type Scope = 'own' | 'storage devices' | 'all';

/** A set of permissions per role; no role contains another by its number. */
export const granted: Readonly<Record<Role, Readonly<Partial<Record<Permission, Scope>>>>> = {
  AUDIT_USER: { read: 'own' },
  TRADING_USER: { read: 'own', act: 'own' },
  PRODUCTION_USER: { read: 'own', act: 'own', produce: 'own', storage: 'own' },
  ADMIN: { read: 'all', act: 'all', produce: 'all', storage: 'all', issue: 'all', administer: 'all' },
  STORAGE_VALIDATOR: { read: 'storage devices', storage: 'all' },
};

/** How far the role's permission reaches, or `undefined` when it has none. */
export function scopeOf(permission: Permission, role: Role): Scope | undefined {
  return granted[role][permission];
}

/**
 * The same for who must have the permission.
 *
 * @throws {Refusal} `not-allowed`.
 */
export function assertAllowed(permission: Permission, role: Role): Scope {
  const scope = scopeOf(permission, role);
  if (scope === undefined) throw refuse.notAllowed(permission, role);
  return scope;
}

/** Whether a permission can be confined to accounts: some role has it for its own ones alone. */
export function canBeConfined(permission: Permission): boolean {
  return Object.values(granted).some((scopes) => scopes[permission] === 'own');
}
