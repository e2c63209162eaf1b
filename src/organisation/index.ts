import { createOrganisation, deleteOrganisation, updateOrganisation } from './edit.ts';
import { listOrganisations, readOrganisation } from './look.ts';

export const organisationOperations = [
  createOrganisation,
  listOrganisations,
  readOrganisation,
  updateOrganisation,
  deleteOrganisation,
];
