import { gt } from 'drizzle-orm';
import { z } from 'zod';
import { organisation } from '../database/schema.ts';
import { defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { idParams, pageQuery } from '../operation/schemas.ts';
import { organisationsWhere, organisationView, requireOrganisation } from './read-model.ts';
import { Organisation } from './schemas.ts';

const common = { method: 'GET', tag: 'Organisations', permission: 'read' } as const;

export const listOrganisations = defineQuery({
  ...common,
  id: 'listOrganisations',
  path: '/organisation/list',
  summary: 'List organisations',
  description: 'Returns all organisations. Every user can read them.',
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of organisations', schema: z.array(Organisation) },
  handle: (call) =>
    call.read(async ({ orm }) => {
      const page = await pageById(call, (after, limit) =>
        organisationsWhere(orm, gt(organisation.id, after), limit),
      );
      return page.map(organisationView);
    }),
});

export const readOrganisation = defineQuery({
  ...common,
  id: 'readOrganisation',
  path: '/organisation/:id',
  summary: 'Get an organisation',
  description: 'Returns an organisation. Every user can read it.',
  params: idParams,
  answer: { status: 200, description: 'The organisation', schema: Organisation },
  versioned: true,
  handle: ({ params, read }) =>
    read(async ({ orm }) => organisationView(await requireOrganisation(orm, params.id))),
});
