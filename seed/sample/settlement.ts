import { DateTime } from 'luxon';

const HALF_HOUR_MS = 30 * 60_000;

export interface SettlementPeriod {
  readonly settlementDate: string;
  readonly settlementPeriod: number;
}

/**
 * The settlement date (in London) and period (1 to 46, 48 or 50) of the half-hour that starts at an instant. Periods count
 * half-hours since midnight in London, so a day on which the clocks change has 46 or 50. Only for writing rows: readers
 * use `halfHourEndTime`.
 */
export function settlementPeriodOf(start: Date): SettlementPeriod {
  const london = DateTime.fromJSDate(start, { zone: 'Europe/London' });
  const elapsedMs = london.toMillis() - london.startOf('day').toMillis();
  return {
    settlementDate: london.toFormat('yyyy-MM-dd'),
    settlementPeriod: Math.floor(elapsedMs / HALF_HOUR_MS) + 1,
  };
}
