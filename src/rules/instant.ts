import { IANAZone } from 'luxon';
import { refuse } from './refusal.ts';

const MS_PER_MINUTE = 60_000;
/** The first and the last instant that JavaScript, Postgres and a year of four digits can represent. */
export const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
export const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const DATETIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Parses an ISO 8601 datetime (rule UNIT-4). Without an offset it is UTC; a space may replace `T`; a date alone is its
 * midnight in UTC; digits beyond the millisecond are cut off.
 *
 * @throws {Refusal} `instant-invalid`, also for dates and times that do not exist.
 */
export function parseInstant(text: string): Date {
  const [, date, minute = '00:00', second = '00', fraction = '', offset = 'Z'] = DATETIME.exec(text) ?? [];
  if (date === undefined) throw refuse.instantInvalid();
  const shifted = new Date(`${date}T${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  const instant = shifted.getTime() - offsetMinutes(offset) * MS_PER_MINUTE;
  // 30 February becomes a day in March, and 24:00 the next day.
  const isDay = shifted.getUTCDate() === Number(date.slice(-2));
  if (!(isDay && instant >= FIRST_MS && instant <= LAST_MS)) throw refuse.instantInvalid();
  return new Date(instant);
}

const WIDEST_OFFSET_MINUTES = 14 * 60;

/** Minutes east of UTC; NaN for an offset that no time zone has. */
function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', ''));
  const size = hours * 60 + minutes;
  if (minutes > 59 || size > WIDEST_OFFSET_MINUTES) return Number.NaN;
  return offset.startsWith('-') ? -size : size;
}

/**
 * Formats an instant in ISO 8601, without a fraction if it has no milliseconds: in UTC with `Z`, or in `zone` (an IANA
 * name) with the offset of the zone, even if that is `+00:00`.
 *
 * @throws {Refusal} `time-zone-unknown`.
 * @throws {RangeError} for an invalid date.
 */
export function formatInstant(instant: Date, zone?: string): string {
  if (zone === undefined) return `${wallTime(instant)}Z`;
  const minutes = zoneOffset(zone, instant.getTime());
  const size = Math.abs(minutes);
  const clock = `${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
  return `${wallTime(new Date(instant.getTime() + minutes * MS_PER_MINUTE))}${minutes < 0 ? '-' : '+'}${clock}`;
}

const twoDigits = (n: number) => (n < 10 ? `0${n}` : `${n}`);

function wallTime(shifted: Date): string {
  const iso = shifted.toISOString();
  return iso.endsWith('.000Z') ? iso.slice(0, -5) : iso.slice(0, -1);
}

/** Whether this is the IANA name of a time zone. A bare offset is not, although `Intl` accepts it. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);
}

interface KnownZone {
  readonly zone: IANAZone;
  /** Offsets in minutes, by milliseconds since 1970. */
  readonly offsets: Map<number, number>;
}

const knownZones = new Map<string, KnownZone>();

const MOST_ZONES = 32;
const MOST_OFFSETS = 20_000;

/**
 * Whole minutes east of UTC; ISO 8601 cannot express the seconds of old local mean times. Offsets are cached, because
 * `Intl` needs 6 us for each, and a CSV has hundreds of thousands, mostly of the same intervals. They are cached by
 * instant, because clocks have changed one minute past the hour (Goose Bay until 2011).
 */
function zoneOffset(name: string, at: number): number {
  const { zone, offsets } = knownZone(name);
  const known = offsets.get(at);
  if (known !== undefined) return known;
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  const offset = Math.round(zone.offset(at));
  offsets.set(at, offset);
  return offset;
}

function knownZone(name: string): KnownZone {
  const known = knownZones.get(name);
  if (known !== undefined) return known;
  if (!isTimeZone(name)) throw refuse.timeZoneUnknown();
  if (knownZones.size >= MOST_ZONES) knownZones.clear();
  const added = { zone: IANAZone.create(name), offsets: new Map<number, number>() };
  knownZones.set(name, added);
  return added;
}
