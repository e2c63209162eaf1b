import { aDevice, anAccount, untilReplicated } from './builders.ts';
import type { Client } from './client.ts';
import type { TestRegistry } from './registry.ts';

/**
 * Issues `count` bundles of 10 Wh, one for each interval of 5 minutes, in a new account. For speed they are inserted
 * behind the API, as the registry would issue them.
 *
 * @returns the id of the account. Bundle n, counted from 0, has the range that starts at n * 10 + 1.
 */
export async function anAccountOfMany(
  registry: TestRegistry,
  admin: Client,
  { count, metadataId, users = [] }: { count: number; metadataId: number; users?: readonly Client[] },
): Promise<number> {
  const account = await anAccount(admin, { user_ids: users.map(({ userId }) => userId) });
  const device = await aDevice(admin, { account_id: account.id, granularity_minutes: 5 });
  await registry.primary.query(
    `WITH slot AS (SELECT n, '2025-01-01Z'::timestamptz + n * interval '5 min' AS at FROM generate_series(0, $4 - 1) n),
     header AS (
       INSERT INTO issuance (issuance_id, device_id, metadata_id, production_start, production_end, energy_source,
                             range_start, range_end, expiry)
       SELECT $1 || '-' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), $1::bigint, $2, at,
              at + interval '5 min', 'wind', n * 10 + 1, n * 10 + 10, at + interval '2 years 5 min'
       FROM slot ORDER BY n RETURNING *)
     INSERT INTO bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)
     SELECT id, $3, range_start, range_end, sha256(issuance_id::bytea), device_id, production_start FROM header`,
    [device.id, metadataId, account.id, count],
  );
  await untilReplicated(registry);
  return account.id;
}
