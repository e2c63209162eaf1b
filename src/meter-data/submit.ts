import { sql } from 'drizzle-orm';
import { type Draft, type IssueOptions, issue, type Outcome } from '../certificate/index.ts';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transact.ts';
import type { MeterReading } from './reading.ts';

/** Readings of one device, and the metadata under which they are issued. */
export interface Submission {
  readonly deviceId: number;
  readonly metadataId: number;
  readonly readings: readonly MeterReading[];
}

/** What became of the readings. Energy is Wh. */
export interface SubmissionResult {
  readonly newReadings: number;
  readonly outcomes: readonly Outcome[];
  readonly issuedWh: number;
}

/**
 * Records meter readings and issues certificates for them, in one transaction. Readings that are known already are
 * left as they are, so that a repeated submission adds nothing.
 *
 * @throws {Refusal} for a reading that cannot be issued, unless `options.onError` is `skip`.
 */
export async function submitReadings(
  tx: Transaction,
  submissions: readonly Submission[],
  options: IssueOptions,
): Promise<SubmissionResult> {
  const drafts = submissions.flatMap(draftsOf);
  const newReadings = await saveReadings(tx, drafts);
  const outcomes = await issue(tx, drafts, options);
  const issuedWh = outcomes.reduce((sum, each) => sum + (each.result === 'issued' ? each.quantityWh : 0), 0);
  return { newReadings, outcomes, issuedWh };
}

function draftsOf({ deviceId, metadataId, readings }: Submission): Draft[] {
  return readings.map(({ start, end, energyWh }) => ({
    deviceId,
    metadataId,
    start,
    end,
    quantityWh: energyWh,
  }));
}

async function saveReadings(tx: Transaction, drafts: readonly Draft[]): Promise<number> {
  const rows = await tx.query(sql`
    INSERT INTO measurement_report (device_id, interval_start, interval_end, interval_usage)
    SELECT * FROM unnest(${array(drafts.map(({ deviceId }) => deviceId))}::bigint[],
                         ${array(drafts.map(({ start }) => start.toISOString()))}::timestamptz[],
                         ${array(drafts.map(({ end }) => end.toISOString()))}::timestamptz[],
                         ${array(drafts.map(({ quantityWh }) => quantityWh))}::bigint[])
    ON CONFLICT DO NOTHING
    RETURNING id`);
  return rows.length;
}
