import { createOrganisation, deleteOrganisation, updateOrganisation } from './commands.ts';
import { listOrganisations, readOrganisation } from './queries.ts';

export const organisationOperations = [
  createOrganisation,
  listOrganisations,
  readOrganisation,
  updateOrganisation,
  deleteOrganisation,
];
