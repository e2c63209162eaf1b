import { and, asc, eq, isNull, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { ReadOrm } from '../database/connection.ts';
import { organisation } from '../database/schema.ts';
import { problems } from '../operation/problem.ts';
import { formatInstant } from '../rules/instant.ts';
import type { Organisation } from './schemas.ts';

export type OrganisationRow = typeof organisation.$inferSelect;

/** Selects organisations that are not deleted, ordered by id. */
export function organisationsWhere(orm: ReadOrm, condition: SQL, limit: number): Promise<OrganisationRow[]> {
  return orm
    .select()
    .from(organisation)
    .where(and(isNull(organisation.deletedAt), condition))
    .orderBy(asc(organisation.id))
    .limit(limit);
}

/** @throws {Problem} 404 */
export async function requireOrganisation(orm: ReadOrm, organisationId: number): Promise<OrganisationRow> {
  const [row] = await organisationsWhere(orm, eq(organisation.id, organisationId), 1);
  if (row === undefined) throw problems.notFound('organisation', organisationId);
  return row;
}

export function organisationView(row: OrganisationRow): z.input<typeof Organisation> {
  return {
    id: row.id,
    name: row.name,
    business_id: row.businessId,
    email: row.email,
    website: row.website,
    address: row.address,
    version: row.version,
    created_at: formatInstant(row.createdAt),
  };
}
