import pg from 'pg';

/** The settings that issuing follows (rules ISS-6 and ISS-11). */
export interface IssuanceSettings {
  /** A factor, such as 1.1. */
  readonly CAPACITY_MARGIN: number;
  readonly CERTIFICATE_EXPIRY_YEARS: number;
}

const CONNECT_WITHIN_MS = 10_000;

/**
 * Records the policy that issuing follows from now on. Waits for transactions that are issuing, so that each issuance is
 * before or after the change. A policy that applies already leaves no event.
 *
 * @returns whether the policy has changed.
 */
export async function recordIssuancePolicy(
  ownerUrl: string,
  { CAPACITY_MARGIN: margin, CERTIFICATE_EXPIRY_YEARS: years }: IssuanceSettings,
): Promise<boolean> {
  const owner = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    options: '-c timezone=UTC',
  });
  await owner.connect();
  try {
    const values = [margin, years];
    const { rowCount } = await owner.query(
      'SELECT FROM current_issuance_policy() WHERE (capacity_margin, certificate_expiry_years) <> ($1, $2)',
      values,
    );
    if (rowCount === 0) return false;
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE issuance IN SHARE ROW EXCLUSIVE MODE');
    await owner.query(
      `INSERT INTO issuance_policy (capacity_margin, certificate_expiry_years) VALUES ($1, $2)
       ON CONFLICT ((true)) DO UPDATE SET capacity_margin = $1, certificate_expiry_years = $2`,
      values,
    );
    await owner.query('COMMIT');
    return true;
  } finally {
    await owner.end();
  }
}
