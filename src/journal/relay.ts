import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import { type SequencedEntry, sequencedEntries } from './entry.ts';
import { differenceOf, type EventLog } from './event-log.ts';
import { DivergedStream, type StoredEvent } from './event-stream.ts';

const BATCH = 500;
/** EventStoreDB refuses appends of 1 MiB and more. */
const MAX_BYTES = 700_000;

/**
 * Finds the next position that the stream lacks.
 *
 * @param reached the largest number of events that the stream was seen to hold.
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

/** @throws {DivergedStream} when an event of the stream is not the journal's entry at that position. */
export async function requireEntry(execute: Execute, event: StoredEvent): Promise<void> {
  const [entry] = await sequencedEntries(execute, sql`p.position = ${event.revision}`, 1);
  if (entry === undefined) {
    throw new DivergedStream(
      `the stream ends at revision ${event.revision}, which the journal has not reached`,
    );
  }
  const difference = differenceOf(event, entry);
  if (difference) throw new DivergedStream(`revision ${event.revision} of the stream has ${difference}`);
}

/** Appends the entries from `position` on. Returns the next position, and passes it to `onAppended` after each append. */
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

/** As many of the first entries as fit into one append, at least one. */
function withinBytes(entries: readonly SequencedEntry[]): readonly SequencedEntry[] {
  let bytes = 0;
  const end = entries.findIndex((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return bytes > MAX_BYTES;
  });
  return end === -1 ? entries : entries.slice(0, Math.max(1, end));
}
