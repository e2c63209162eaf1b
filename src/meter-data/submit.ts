import { sql } from 'drizzle-orm';
import { type Draft, type IssueOptions, issue, type Outcome } from '../certificate/index.ts';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { formatInstant } from '../rules/instant.ts';
import { refuse } from '../rules/refusal.ts';
import type { DeviceId, MetadataId } from '../rules/units.ts';
import type { MeterReading } from './reading.ts';

/** Readings of one device, and the issuance metadata of their certificates. */
export interface Submission {
  readonly deviceId: DeviceId;
  readonly metadataId: MetadataId;
  readonly readings: readonly MeterReading[];
}

/** The result of a submission: one outcome for each reading, in their order, and the energy issued in Wh. */
export interface SubmissionResult {
  readonly newReadings: number;
  readonly outcomes: readonly Outcome[];
  readonly issuedWh: number;
}

/**
 * Stores meter readings and issues certificates for them in one transaction. Existing readings are kept, so a repeated
 * submission adds nothing. No certificates are issued for a reading that differs from the stored one.
 *
 * @throws {Refusal} for a reading that cannot be issued, unless `options.onError` is `skip`.
 */
export async function submitReadings(
  tx: Transaction,
  submissions: readonly Submission[],
  options: IssueOptions,
): Promise<SubmissionResult> {
  const drafts = submissions.flatMap(toDrafts);
  const newReadings = await saveReadings(tx, drafts);
  const matching = await matchingDrafts(tx, drafts);
  const differing = drafts.find((draft) => !matching.has(draft));
  if (differing && options.onError === 'fail') throw readingDiffers(differing);
  const issued = await issue(tx, [...matching], options);
  const outcomeOf = new Map([...matching].map((draft, n) => [draft, issued[n]]));
  const outcomes = drafts.map(
    (draft): Outcome => outcomeOf.get(draft) ?? { result: 'refused', refusal: readingDiffers(draft) },
  );
  const issuedWh = outcomes.reduce((sum, each) => sum + (each.result === 'issued' ? each.quantityWh : 0), 0);
  return { newReadings, outcomes, issuedWh };
}

function toDrafts({ deviceId, metadataId, readings }: Submission): Draft[] {
  return readings.map(({ start, end, energyWh }) => ({
    deviceId,
    metadataId,
    start,
    end,
    quantityWh: energyWh,
  }));
}

const readingDiffers = ({ deviceId, start, quantityWh }: Draft) =>
  refuse.readingDiffers(deviceId, formatInstant(start), quantityWh);

async function saveReadings(tx: Transaction, drafts: readonly Draft[]): Promise<number> {
  const rows = await tx.execute(sql`
    INSERT INTO measurement_report (device_id, interval_start, interval_end, interval_usage)
    SELECT * FROM unnest(${array(drafts.map(({ deviceId }) => deviceId))}::bigint[],
                         ${array(drafts.map(({ start }) => start.toISOString()))}::timestamptz[],
                         ${array(drafts.map(({ end }) => end.toISOString()))}::timestamptz[],
                         ${array(drafts.map(({ quantityWh }) => quantityWh))}::bigint[])
    ON CONFLICT DO NOTHING
    RETURNING id`);
  return rows.length;
}

/**
 * Returns the drafts, in their order, whose readings are stored with the same energy. Others conflict with a stored
 * reading.
 */
async function matchingDrafts(tx: Transaction, drafts: readonly Draft[]): Promise<Set<Draft>> {
  const rows = await tx.execute<{ n: number }>(sql`
    SELECT draft.n
    FROM unnest(${array(drafts.map(({ deviceId }) => deviceId))}::bigint[],
                ${array(drafts.map(({ start }) => start.toISOString()))}::timestamptz[],
                ${array(drafts.map(({ end }) => end.toISOString()))}::timestamptz[],
                ${array(drafts.map(({ quantityWh }) => quantityWh))}::bigint[])
      WITH ORDINALITY AS draft(device_id, starts, ends, usage, n)
    WHERE EXISTS (
      SELECT FROM measurement_report m
      WHERE m.device_id = draft.device_id AND m.interval_start = draft.starts AND m.interval_end = draft.ends
        AND m.interval_usage = draft.usage AND m.gross_net_indicator = 'NET' AND m.deleted_at IS NULL)`);
  const stored = new Set(rows.map(({ n }) => n));
  return new Set(drafts.filter((_, index) => stored.has(index + 1)));
}
