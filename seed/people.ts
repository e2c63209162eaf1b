import { sql } from 'drizzle-orm';
import { hashPassword } from '../src/authentication/index.ts';
import { array } from '../src/database/connection.ts';
import type { Transaction } from '../src/database/transaction.ts';
import type { Role } from '../src/rules/enums.ts';
import type { MetadataId } from '../src/rules/units.ts';

/** One sample user for each role. */
export const SAMPLE_USERS: readonly { name: string; email: string; role: Role }[] = [
  { name: 'Admin User', email: 'admin_user@usermail.com', role: 'ADMIN' },
  { name: 'Production User', email: 'production_user@usermail.com', role: 'PRODUCTION_USER' },
  { name: 'Trading User', email: 'trading_user@usermail.com', role: 'TRADING_USER' },
  { name: 'Audit User', email: 'audit_user@usermail.com', role: 'AUDIT_USER' },
  { name: 'Storage Validator', email: 'storage_validator@usermail.com', role: 'STORAGE_VALIDATOR' },
];

export const SAMPLE_ACCOUNTS = { first: 'Test Account', second: 'Test Account 2' } as const;

/** Returns the id of a row, inserting the row when it does not exist. */
async function idOf<Id extends number>(
  tx: Transaction,
  find: ReturnType<typeof sql>,
  make: ReturnType<typeof sql>,
): Promise<Id> {
  const [known] = await tx.execute<{ id: Id }>(find);
  const [row] = known ? [known] : await tx.execute<{ id: Id }>(make);
  if (row === undefined) throw new Error('a seed row was neither found nor inserted');
  return row.id;
}

/** Creates the sample users. New users get `password`; existing users keep theirs. */
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
    sql`SELECT id FROM account WHERE name_skeleton(account_name) = name_skeleton(${name}) AND deleted_at IS NULL`,
    sql`INSERT INTO account (account_name, timezone) VALUES (${name}, 'Europe/London') RETURNING id`,
  );
  await tx.execute(sql`
    INSERT INTO account_user (account_id, user_id)
    SELECT ${id}, user_id FROM unnest(${array(userIds)}::bigint[]) AS wanted(user_id) ON CONFLICT DO NOTHING`);
  return id;
}

/** Creates `Test Account`, and `Test Account 2`, which accepts transfers from it. Returns the id of the first. */
export async function seedAccounts(tx: Transaction, users: ReadonlyMap<Role, number>): Promise<number> {
  const members = [...users].filter(([role]) => role !== 'STORAGE_VALIDATOR').map(([, id]) => id);
  const first = await seedAccount(tx, SAMPLE_ACCOUNTS.first, members);
  const second = await seedAccount(tx, SAMPLE_ACCOUNTS.second, members);
  await tx.execute(sql`
    INSERT INTO account_whitelist (account_id, source_account_id) VALUES (${second}, ${first}) ON CONFLICT DO NOTHING`);
  return first;
}

/** Returns the id of the issuance metadata with this purpose, inserting it when it does not exist. */
export function seedMetadata(tx: Transaction, purpose: string): Promise<MetadataId> {
  return idOf(
    tx,
    sql`SELECT id FROM issuance_metadata WHERE issuance_purpose = ${purpose} ORDER BY id LIMIT 1`,
    sql`
      INSERT INTO issuance_metadata (country_of_issuance, connected_grid_identification, issuing_body, issuance_purpose,
                                     issue_market_zone)
      VALUES ('GB', 'NESO', 'Ofgem', ${purpose}, 'GB') RETURNING id`,
  );
}
