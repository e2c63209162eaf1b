import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import { type SequencedEntry, sequencedEntries } from './entry.ts';
import { DivergedStream, differenceOf, type EventLog, type StoredEvent } from './event-log.ts';

const BATCH = 500;
/** EventStoreDB refuses appends of 1 MiB and more. */
const MOST_BYTES = 700_000;

/**
 * Finds where the stream stands: the next position it lacks.
 *
 * @param reached how many events the stream is known to have held.
 * @throws {DivergedStream} when its last event is not the journal's entry at that position, or it has lost some.
 */
export async function nextPosition(execute: Execute, log: EventLog, reached = 0): Promise<number> {
  const last = await log.last();
  if (last !== undefined) await requireEntry(execute, last);
  const next = (last?.revision ?? -1) + 1;
  if (next < reached) {
    throw new DivergedStream(`the stream has lost events: it held ${reached} of them, and holds ${next}`);
  }
  return next;
}

async function requireEntry(execute: Execute, last: StoredEvent): Promise<void> {
  const [entry] = await sequencedEntries(execute, sql`p.position = ${last.revision}`, 1);
  if (entry === undefined) {
    throw new DivergedStream(
      `the stream ends at revision ${last.revision}, which the journal has not reached`,
    );
  }
  const difference = differenceOf(last, entry);
  if (difference) throw new DivergedStream(`revision ${last.revision} of the stream has ${difference}`);
}

/** Appends what is sequenced from `position` on, and gives the next position: at the end, and after each append to `onAppended`. */
export async function relay(
  execute: Execute,
  log: EventLog,
  position: number,
  signal: AbortSignal,
  onAppended: (next: number) => void = () => {},
): Promise<number> {
  let next = position;
  while (!signal.aborted) {
    const entries = withinBytes(await sequencedEntries(execute, sql`p.position >= ${next}`, BATCH));
    if (entries.length === 0) return next;
    await log.append(entries);
    next += entries.length;
    onAppended(next);
  }
  return next;
}

/** As many of the first entries as one append takes, at least one. */
function withinBytes(entries: readonly SequencedEntry[]): readonly SequencedEntry[] {
  let bytes = 0;
  const end = entries.findIndex((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return bytes > MOST_BYTES;
  });
  return end === -1 ? entries : entries.slice(0, Math.max(1, end));
}
