import { createHash } from 'node:crypto';
import type { EnergyCarrier, EnergySource } from './enums.ts';
import { formatInstant } from './instant.ts';
import { type CertificateRange, quantityOf } from './range.ts';
import type { DeviceId, MetadataId } from './units.ts';

/** The immutable facts of a bundle. The quantity follows from the range. */
export interface BundleFacts {
  readonly issuanceId: string;
  readonly deviceId: DeviceId;
  readonly productionStart: Date;
  readonly productionEnd: Date;
  readonly energyCarrier: EnergyCarrier;
  readonly energySource: EnergySource;
  readonly faceValue: number;
  readonly metadataId: MetadataId;
  readonly expiry: Date;
  readonly range: CertificateRange;
}

/**
 * The facts as RFC 8785 canonical JSON, under the names of the API and with instants in UTC (`Z`), so that a client can
 * recompute it from an answer (rule HASH-5). For flat facts the RFC requires only sorted keys beyond `JSON.stringify`;
 * a test compares this with a full implementation, which is slower.
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
