import { sql } from 'drizzle-orm';
import { ConfigError, SAMPLE_PASSWORD } from '../config.ts';
import type { Database } from '../database/database.ts';
import { verifyPassword } from './password.ts';

/** Matches the e-mails of the users created by `make db.seed`. A production registry has no such users. */
const SAMPLE_EMAILS = '%@usermail.com';
const MAX_CHECKED = 20;

/**
 * Refuses sample users that still have the published sample password.
 *
 * @throws {ConfigError} naming the first such user.
 */
export async function refuseDefaultPasswords({ readPrimary }: Pick<Database, 'readPrimary'>): Promise<void> {
  const users = await readPrimary(({ execute }) =>
    execute<{ id: number; passwordHash: string }>(sql`
      SELECT u.id, c.password_hash AS "passwordHash"
      FROM registry_user u JOIN credential c ON c.user_id = u.id
      WHERE u.deleted_at IS NULL AND lower(u.email) LIKE ${SAMPLE_EMAILS} ORDER BY u.id LIMIT ${MAX_CHECKED}`),
  );
  for (const { id, passwordHash } of users) {
    if (await verifyPassword(SAMPLE_PASSWORD, passwordHash))
      throw new ConfigError(`Configuration: NODE_ENV is production, but user ${id} has the sample password`);
  }
}
