import { formatInstant, parseInstant } from './instant.ts';
import { refuse } from './refusal.ts';

/** The parts of an issuance id: a device, and the start of an interval. */
export interface IssuanceKey {
  readonly deviceId: number;
  readonly start: Date;
}

/**
 * Formats an issuance id, such as `12-2025-01-12T14:00:00Z` (rule UNIT-8).
 *
 * @throws {RangeError} when the id is not a positive safe integer or the start is not a whole second.
 */
export function formatIssuanceId({ deviceId, start }: IssuanceKey): string {
  if (!Number.isSafeInteger(deviceId) || deviceId < 1 || start.getTime() % 1_000 !== 0) {
    throw new RangeError(`no issuance id for device ${deviceId} at ${start.getTime()} ms`);
  }
  return `${deviceId}-${formatInstant(start)}`;
}

const ISSUANCE_ID = /^([1-9]\d{0,15})-(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:\.0{1,9})?(?:Z|\+00:00)?$/;

/**
 * Parses an issuance id, also in the forms of older clients: a space for `T`, `+00:00` or nothing for `Z`, a fraction
 * of zeros (rule UNIT-8).
 *
 * @throws {Refusal} `issuance-id-invalid`.
 */
export function parseIssuanceId(text: string): IssuanceKey {
  const [, digits, wall] = ISSUANCE_ID.exec(text) ?? [];
  const deviceId = Number(digits);
  if (wall === undefined || !Number.isSafeInteger(deviceId)) throw refuse.issuanceIdInvalid();
  try {
    return { deviceId, start: parseInstant(wall) };
  } catch {
    throw refuse.issuanceIdInvalid();
  }
}
