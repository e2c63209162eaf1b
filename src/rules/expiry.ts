/**
 * When the certificates of an interval expire: so many calendar years after its end, in UTC. 29 February
 * becomes the 28th in a year that has none (rule ISS-11).
 */
export function expiryOf(intervalEnd: Date, years: number): Date {
  const expiry = new Date(intervalEnd);
  expiry.setUTCFullYear(intervalEnd.getUTCFullYear() + years);
  const rolledIntoMarch = expiry.getUTCMonth() !== intervalEnd.getUTCMonth();
  if (rolledIntoMarch) expiry.setUTCDate(0);
  return expiry;
}

/** At the very instant of its expiry a certificate has expired. */
export function isExpired(expiry: Date, now: Date): boolean {
  return now.getTime() >= expiry.getTime();
}
