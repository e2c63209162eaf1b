import { eq, sql } from 'drizzle-orm';
import { organisation } from '../database/schema.ts';
import type { Transaction } from '../database/transaction.ts';
import { olderClients } from '../operation/older-clients.ts';
import { defineEdit, defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { changesOf, lockRow, nextVersion } from '../operation/row-version.ts';
import { done, idParams } from '../operation/schemas.ts';
import { type OrganisationRow, organisationView, requireOrganisation } from './read-model.ts';
import { Organisation, OrganisationCreate, OrganisationUpdate } from './schemas.ts';

const common = { tag: 'Organisations', permission: 'administer' } as const;

async function lockOrganisation(tx: Transaction, id: number): Promise<OrganisationRow> {
  await lockRow(tx, organisation, id);
  return requireOrganisation(tx.orm, id);
}

export const createOrganisation = defineMutation({
  ...common,
  id: 'createOrganisation',
  method: 'POST',
  path: '/organisation/create',
  summary: 'Create an organisation',
  description:
    'Creates an organisation. Names of organisations are unique, regardless of case and of characters that look alike (`O` and `0`).',
  body: OrganisationCreate,
  olderClients: olderClients.entity,
  answer: { status: 201, description: 'The new organisation', schema: Organisation },
  refusals: [409],
  versioned: true,
  handle: ({ body, transact }) =>
    transact(async (tx) => {
      const { name, business_id: businessId, email, website, address } = body;
      const [row] = await tx.orm
        .insert(organisation)
        .values({ name, businessId, email, website, address })
        .returning();
      if (row === undefined) throw new Error('an insert gave no row');
      return organisationView(row);
    }),
});

export const updateOrganisation = defineEdit({
  ...common,
  id: 'updateOrganisation',
  method: 'PATCH',
  path: '/organisation/update/:id',
  summary: 'Update an organisation',
  description: 'Changes the given fields.',
  params: idParams,
  body: OrganisationUpdate,
  olderClients: olderClients.entity,
  answer: { status: 200, description: 'The organisation as it is now', schema: Organisation },
  refusals: [409],
  edit: ({ params, body }) => ({
    lock: (tx) => lockOrganisation(tx, params.id),
    change: async (tx, before) => {
      const { name, business_id: businessId, email, website, address } = body;
      const changes = changesOf(before, { name, businessId, email, website, address });
      if (changes === undefined) return organisationView(before);
      const [row] = await tx.orm
        .update(organisation)
        .set({ ...changes, version: nextVersion })
        .where(eq(organisation.id, before.id))
        .returning();
      if (row === undefined) throw problems.notFound('organisation', params.id);
      return organisationView(row);
    },
  }),
});

export const deleteOrganisation = defineEdit({
  ...common,
  id: 'deleteOrganisation',
  method: 'DELETE',
  path: '/organisation/delete/:id',
  summary: 'Delete an organisation',
  description: 'Deletes an organisation. Its history is kept, and its name can be used again.',
  params: idParams,
  answer: { status: 200, description: 'The organisation is deleted', schema: done },
  edit: ({ params }) => ({
    lock: (tx) => lockOrganisation(tx, params.id),
    change: async (tx, before) => {
      await tx.orm
        .update(organisation)
        .set({ deletedAt: sql`now()`, version: nextVersion })
        .where(eq(organisation.id, before.id));
      return { message: `Organisation ${params.id} is deleted.` };
    },
  }),
});
