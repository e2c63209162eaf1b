import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Reader } from '../database/database.ts';
import type { BundleStatus, EnergySource } from '../rules/enums.ts';
import type { AccountSummary } from './schemas.ts';

/** Totals of the devices and live bundles of an account. Energy is in Wh, capacity in MW. */
export async function summarizeAccount(
  { execute }: Reader,
  { id, account_name }: { id: number; account_name: string },
): Promise<z.output<typeof AccountSummary>> {
  const devices = await execute<{ type: string; number: number; powerMw: number }>(sql`
    SELECT technology_type AS type, count(*)::int AS number, sum(power_mw)::float8 AS "powerMw"
    FROM device WHERE account_id = ${id} AND deleted_at IS NULL GROUP BY technology_type ORDER BY technology_type`);
  const bundles = await execute<{
    source: EnergySource;
    status: BundleStatus;
    number: number;
    energyWh: number;
  }>(sql`
    SELECT i.energy_source AS source, b.status, count(*)::int AS number, sum(b.quantity)::int8 AS "energyWh"
    FROM bundle b JOIN issuance i ON i.id = b.issuance_id
    WHERE b.account_id = ${id} AND b.status <> 'Bundle Split'
    GROUP BY i.energy_source, b.status ORDER BY i.energy_source, b.status`);
  const cancelled = bundles.filter(({ status }) => status === 'Cancelled');
  return {
    id,
    account_name,
    num_devices: sumBy(devices, ({ number }) => number),
    num_devices_by_type: Object.fromEntries(devices.map(({ type, number }) => [type, number])),
    device_capacity_by_type: Object.fromEntries(devices.map(({ type, powerMw }) => [type, powerMw])),
    num_granular_certificate_bundles: sumBy(bundles, ({ number }) => number),
    num_cancelled_granular_certificate_bundles: sumBy(cancelled, ({ number }) => number),
    total_certificate_energy: sumBy(bundles, ({ energyWh }) => energyWh),
    energy_by_fuel_type: energyBy(bundles, ({ source }) => source),
    energy_by_status: energyBy(bundles, ({ status }) => status),
  };
}

function sumBy<Row>(rows: readonly Row[], figure: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + figure(row), 0);
}

function energyBy<Row extends { energyWh: number }>(
  rows: readonly Row[],
  key: (row: Row) => string,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const row of rows) sums[key(row)] = (sums[key(row)] ?? 0) + row.energyWh;
  return sums;
}
