import { createHash } from 'node:crypto';
import type { EnergyCarrier, EnergySource } from './enums.ts';
import { formatInstant } from './instant.ts';
import { type CertificateRange, quantityOf } from './range.ts';

/** What never changes about a bundle. The quantity follows from the range, so the two cannot disagree. */
export interface BundleFacts {
  readonly issuanceId: string;
  readonly deviceId: number;
  readonly productionStart: Date;
  readonly productionEnd: Date;
  readonly energyCarrier: EnergyCarrier;
  readonly energySource: EnergySource;
  readonly faceValue: number;
  readonly metadataId: number;
  readonly expiry: Date;
  readonly range: CertificateRange;
}

/**
 * The facts as RFC 8785 canonical JSON, under the API's names, instants in the `Z` form, so that anyone
 * can make it again from an answer. The keys stand sorted here, which is all that the RFC asks beyond
 * `JSON.stringify` for flat facts; a test holds this against a full implementation, which is slower.
 */
export function canonicalFacts(facts: BundleFacts): string {
  return JSON.stringify({
    bundle_quantity: quantityOf(facts.range),
    certificate_bundle_id_range_end: facts.range.end,
    certificate_bundle_id_range_start: facts.range.start,
    device_id: facts.deviceId,
    energy_carrier: facts.energyCarrier,
    energy_source: facts.energySource,
    expiry_datestamp: formatInstant(facts.expiry),
    face_value: facts.faceValue,
    issuance_id: facts.issuanceId,
    metadata_id: facts.metadataId,
    production_ending_interval: formatInstant(facts.productionEnd),
    production_starting_interval: formatInstant(facts.productionStart),
  });
}

const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * The hash of a bundle, as 64 lowercase hex digits: sha256 over the canonical facts followed by the
 * parent's hash (rule HASH-1).
 *
 * @param parentHash 64 lowercase hex digits, or `null` for an issuance, which has no parent.
 * @throws {RangeError} for any other parent hash.
 */
export function bundleHash(facts: BundleFacts, parentHash: string | null): string {
  if (parentHash !== null && !SHA256_HEX.test(parentHash)) {
    throw new RangeError(`not a sha256 in lowercase hex: ${parentHash}`);
  }
  return createHash('sha256')
    .update(canonicalFacts(facts) + (parentHash ?? ''), 'utf8')
    .digest('hex');
}
