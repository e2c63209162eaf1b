/**
 * The expiry of certificates: `years` calendar years after the end of their interval, in UTC. 29 February becomes
 * 28 February in a year that has no 29th (rule ISS-11).
 */
export function expiryOf(intervalEnd: Date, years: number): Date {
  const expiry = new Date(intervalEnd);
  expiry.setUTCFullYear(intervalEnd.getUTCFullYear() + years);
  const rolledIntoMarch = expiry.getUTCMonth() !== intervalEnd.getUTCMonth();
  if (rolledIntoMarch) expiry.setUTCDate(0);
  return expiry;
}

/** Whether a certificate has expired; at the instant of its expiry it has. */
export function isExpired(expiry: Date, now: Date): boolean {
  return now.getTime() >= expiry.getTime();
}
