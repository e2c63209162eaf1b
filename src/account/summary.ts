import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { accountTotals } from '../database/account-totals.ts';
import type { Execute } from '../database/connection.ts';
import { type Authority, requireAccount } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import type { BundleStatus, EnergySource } from '../rules/enums.ts';
import type { AccountId } from '../rules/units.ts';
import type { AccountSummary } from './schemas.ts';

interface DeviceTotal {
  readonly type: string;
  readonly number: number;
  readonly powerMw: number;
}

interface BundleTotal {
  readonly source: EnergySource;
  readonly status: BundleStatus;
  readonly number: number;
  readonly energyWh: number;
}

interface Totals {
  readonly name: string;
  readonly devices: readonly DeviceTotal[];
  readonly bundles: readonly BundleTotal[];
}

/** The totals of an open account, in one statement. Those of bundles come from the read model (`account_total`). */
const totalsOf = (id: AccountId) => sql`
  SELECT a.account_name AS name, devices.totals AS devices, bundles.totals AS bundles
  FROM account a
  CROSS JOIN (
    SELECT coalesce(json_agg(d), '[]') AS totals
    FROM (SELECT technology_type AS type, count(*) AS number, sum(power_mw)::float8 AS "powerMw"
          FROM device WHERE account_id = ${id} AND deleted_at IS NULL
          GROUP BY technology_type ORDER BY technology_type) AS d) AS devices
  CROSS JOIN (
    SELECT coalesce(json_agg(b), '[]') AS totals
    FROM (SELECT energy_source AS source, status, sum(bundles)::int8 AS number, sum(energy_wh)::int8 AS "energyWh"
          FROM ${accountTotals(id)} AS part
          GROUP BY energy_source, status HAVING sum(bundles) <> 0 ORDER BY energy_source, status) AS b) AS bundles
  WHERE a.id = ${id} AND a.deleted_at IS NULL`;

/**
 * Totals of the devices and live bundles of an open account. Energy is in Wh, capacity in MW.
 *
 * @throws {Problem} 404
 */
export async function summarizeAccount(
  execute: Execute,
  authority: Authority,
  id: AccountId,
): Promise<z.output<typeof AccountSummary>> {
  requireAccount(authority, id);
  const [found] = await execute<Totals>(totalsOf(id));
  if (found === undefined) throw problems.notFound('account', id);
  const { name, devices, bundles } = found;
  const cancelled = bundles.filter(({ status }) => status === 'Cancelled');
  return {
    id,
    account_name: name,
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
