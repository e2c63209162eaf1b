import { sql } from 'drizzle-orm';
import { hashPassword } from '../src/authentication/index.ts';
import { array } from '../src/database/connection.ts';
import type { Transaction } from '../src/database/transaction.ts';
import type { Role } from '../src/rules/enums.ts';

/** A user for each role, under the names that the users' guide gives them. */
export const SAMPLE_USERS: readonly { name: string; email: string; role: Role }[] = [
  { name: 'Admin User', email: 'admin_user@usermail.com', role: 'ADMIN' },
  { name: 'Production User', email: 'production_user@usermail.com', role: 'PRODUCTION_USER' },
  { name: 'Trading User', email: 'trading_user@usermail.com', role: 'TRADING_USER' },
  { name: 'Audit User', email: 'audit_user@usermail.com', role: 'AUDIT_USER' },
  { name: 'Storage Validator', email: 'storage_validator@usermail.com', role: 'STORAGE_VALIDATOR' },
];

export const SAMPLE_ACCOUNTS = { first: 'Test Account', second: 'Test Account 2' } as const;

/** A row found under its unique name, or made. Each statement adds nothing the second time. */
async function idOf(
  tx: Transaction,
  find: ReturnType<typeof sql>,
  make: ReturnType<typeof sql>,
): Promise<number> {
  const [known] = await tx.execute<{ id: number }>(find);
  const [row] = known ? [known] : await tx.execute<{ id: number }>(make);
  if (row === undefined) throw new Error('a seed row was neither found nor made');
  return row.id;
}

/** Users whom this run made get the password; those known already keep theirs. */
export async function seedUsers(tx: Transaction, password: string): Promise<Map<Role, number>> {
  const ids = new Map<Role, number>();
  const passwordHash = await hashPassword(password);
  for (const { name, email, role } of SAMPLE_USERS) {
    const id = await idOf(
      tx,
      sql`SELECT id FROM registry_user WHERE lower(email) = ${email} AND deleted_at IS NULL`,
      sql`INSERT INTO registry_user (name, email, role) VALUES (${name}, ${email}, ${role}) RETURNING id`,
    );
    await tx.execute(sql`
      INSERT INTO credential (user_id, password_hash) VALUES (${id}, ${passwordHash}) ON CONFLICT DO NOTHING`);
    ids.set(role, id);
  }
  return ids;
}

async function seedAccount(tx: Transaction, name: string, userIds: readonly number[]): Promise<number> {
  const id = await idOf(
    tx,
    sql`SELECT id FROM account WHERE lower(account_name) = lower(${name}) AND deleted_at IS NULL`,
    sql`INSERT INTO account (account_name, timezone) VALUES (${name}, 'Europe/London') RETURNING id`,
  );
  await tx.execute(sql`
    INSERT INTO account_user (account_id, user_id)
    SELECT ${id}, user_id FROM unnest(${array(userIds)}::bigint[]) AS wanted(user_id) ON CONFLICT DO NOTHING`);
  return id;
}

/** `Test Account` for everybody who trades or audits, and `Test Account 2`, which accepts transfers from it. */
export async function seedAccounts(tx: Transaction, users: ReadonlyMap<Role, number>): Promise<number> {
  const members = [...users].filter(([role]) => role !== 'STORAGE_VALIDATOR').map(([, id]) => id);
  const first = await seedAccount(tx, SAMPLE_ACCOUNTS.first, members);
  const second = await seedAccount(tx, SAMPLE_ACCOUNTS.second, members);
  await tx.execute(sql`
    INSERT INTO account_whitelist (account_id, source_account_id) VALUES (${second}, ${first}) ON CONFLICT DO NOTHING`);
  return first;
}

/** Metadata with this purpose, found or made. */
export function seedMetadata(tx: Transaction, purpose: string): Promise<number> {
  return idOf(
    tx,
    sql`SELECT id FROM issuance_metadata WHERE issuance_purpose = ${purpose} ORDER BY id LIMIT 1`,
    sql`
      INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issuance_purpose,
                                     issue_market_zone)
      VALUES ('GB', 'NESO', 'Ofgem', ${purpose}, 'GB') RETURNING id`,
  );
}
