import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { olderClients } from '../operation/older-clients.ts';
import { defineMutation } from '../operation/operation.ts';
import { deviceId, instant, metadataId, plainText } from '../operation/schemas.ts';
import { energyCarriers, energySources } from '../rules/enums.ts';
import { refuse } from '../rules/refusal.ts';
import { Bundle } from './bundle-schemas.ts';
import { issue } from './issue.ts';
import { type BundleRow, bundleView, selectBundles } from './read-model.ts';

const CertificateCreate = z
  .object({
    device_id: deviceId,
    production_starting_interval: instant,
    production_ending_interval: instant,
    bundle_quantity: z
      .int()
      .positive()
      .meta({ description: 'Wh', examples: [12_500_000] }),
    metadata_id: metadataId,
    energy_carrier: z.enum(energyCarriers).optional(),
    energy_source: z.enum(energySources).optional().meta({ description: 'Defaults to that of the device' }),
    emissions_factor_production_device: z.number().min(0).max(1e9).optional(),
    emissions_factor_source: plainText().optional(),
    issuance_post_energy_carrier_conversion: z.boolean().optional(),
  })
  .meta({ id: 'CertificateCreate' });

export const createCertificates = defineMutation({
  id: 'createCertificates',
  method: 'POST',
  path: '/certificate/create',
  tag: 'Certificates',
  summary: 'Issue certificates for one interval of a device',
  description:
    'Issues a bundle to the account of the device. The registry sets ids, hash, issuance id, status and expiry, and ignores them in the body. Certificates are issued once for an interval; a second request receives 409 with the id of the existing issuance.',
  permission: 'issue',
  queryParams: z.object({
    nonce: z.string().max(1_000).optional().meta({ description: 'Ignored. Older clients send it' }),
  }),
  body: CertificateCreate,
  olderClients: olderClients.issuance,
  answer: { status: 201, description: 'The bundle', schema: Bundle },
  refusals: [404, 409],
  handle: ({ body, services, transact }) =>
    transact(async (tx) => {
      const draft = {
        deviceId: body.device_id,
        start: body.production_starting_interval,
        end: body.production_ending_interval,
        quantityWh: body.bundle_quantity,
        metadataId: body.metadata_id,
        characteristics: {
          energyCarrier: body.energy_carrier,
          energySource: body.energy_source,
          emissionsFactor: body.emissions_factor_production_device ?? undefined,
          emissionsFactorSource: body.emissions_factor_source ?? undefined,
          postEnergyCarrierConversion: body.issuance_post_energy_carrier_conversion,
        },
      };
      const options = { now: services.clock(), onError: 'fail' } as const;
      const [outcome] = await issue(tx, [draft], options);
      if (outcome?.result === 'already issued') throw refuse.alreadyIssued(outcome.issuanceId);
      if (outcome?.result !== 'issued') throw new Error('a single issuance was neither issued nor refused');
      const [row] = await tx.execute<BundleRow>(sql`${selectBundles} WHERE b.id = ${outcome.bundleId}`);
      if (row === undefined) throw new Error(`bundle ${outcome.bundleId} was issued, but not found`);
      return bundleView(row);
    }),
});
