import { issuanceMetadata } from '../database/schema.ts';
import { defineMutation } from '../operation/operation.ts';
import { formatInstant } from '../rules/instant.ts';
import { Metadata, MetadataCreate } from './bundle-schemas.ts';

export const createMetadata = defineMutation({
  id: 'createIssuanceMetadata',
  method: 'POST',
  path: '/certificate/create_metadata',
  tag: 'Certificates',
  summary: 'Create issuance metadata',
  description:
    'Creates metadata that an issuing body states on its certificates. Issuances refer to it by id. It cannot be changed later.',
  permission: 'administer',
  body: MetadataCreate,
  answer: { status: 201, description: 'The metadata', schema: Metadata },
  handle: ({ body, transact }) =>
    transact(async (tx) => {
      const [row] = await tx.orm
        .insert(issuanceMetadata)
        .values({
          countryOfIssuance: body.country_of_issuance,
          connectedGridIdentification: body.connected_grid_identification,
          issuingBody: body.issuing_body,
          legalStatus: body.legal_status,
          issuancePurpose: body.issuance_purpose,
          supportReceived: body.support_received,
          qualitySchemeReference: body.quality_scheme_reference,
          disseminationLevel: body.dissemination_level,
          issueMarketZone: body.issue_market_zone,
        })
        .returning();
      if (row === undefined) throw new Error('the insert returned no row');
      return {
        id: row.id,
        country_of_issuance: row.countryOfIssuance,
        connected_grid_identification: row.connectedGridIdentification,
        issuing_body: row.issuingBody,
        legal_status: row.legalStatus,
        issuance_purpose: row.issuancePurpose,
        support_received: row.supportReceived,
        quality_scheme_reference: row.qualitySchemeReference,
        dissemination_level: row.disseminationLevel,
        issue_market_zone: row.issueMarketZone,
        created_at: formatInstant(row.createdAt),
      };
    }),
});
