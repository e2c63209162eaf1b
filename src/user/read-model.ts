import { and, asc, isNull, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { ReadOrm } from '../database/connection.ts';
import { registryUser } from '../database/schema.ts';
import { formatInstant } from '../rules/instant.ts';
import type { User } from './schemas.ts';

export type UserRow = typeof registryUser.$inferSelect;

/** Selects users that are not deleted, ordered by id. Password hashes are in a table that no read model selects. */
export function usersWhere(orm: ReadOrm, condition: SQL | undefined, limit: number): Promise<UserRow[]> {
  return orm
    .select()
    .from(registryUser)
    .where(and(isNull(registryUser.deletedAt), condition))
    .orderBy(asc(registryUser.id))
    .limit(limit);
}

export function userView(row: UserRow): z.input<typeof User> {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    organisation: row.organisation,
    version: row.version,
    created_at: formatInstant(row.createdAt),
  };
}
