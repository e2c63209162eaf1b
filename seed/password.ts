/** The password of the sample users: `SEED_PASSWORD`, or a public default. */
export function seedPassword(environment: Record<string, string | undefined>): string {
  return environment.SEED_PASSWORD || 'registry-demo';
}
