import { expiryOf } from '../../src/rules/expiry.ts';
import { aBundle, type Bundle, HOUR_MS, iso, type TradingPair } from './builders.ts';
import { NOW } from './registry.ts';

/** The validity of certificates: an interval that ended this many years before now expires now. */
const YEARS = 2;

/** When a bundle made by {@link anExpiring} expires. */
export const expiresIn = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);

/** A bundle of the market's source that expires after so many hours; each device has one per hour. */
export function anExpiring(
  { admin, device, metadataId }: TradingPair,
  hours: number,
  fields: { quantity?: number; device_id?: number } = {},
): Promise<Bundle> {
  const end = expiryOf(expiresIn(hours), -YEARS);
  return aBundle(admin, {
    device_id: device.id,
    metadata_id: metadataId,
    quantity: 100,
    start: iso(new Date(end.getTime() - HOUR_MS)),
    end: iso(end),
    ...fields,
  });
}
