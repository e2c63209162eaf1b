import canonicalize from 'canonicalize';
import { entryDataOf, type SequencedEntry } from './entry.ts';
import {
  connectStream,
  type EventStream,
  newEvent,
  type StoredEvent,
  type StreamOptions,
} from './event-stream.ts';

const STREAM = 'registry-events';

/** The copy of the journal in EventStoreDB. */
export interface EventLog extends Omit<EventStream, 'append'> {
  /**
   * Appends entries so that each one's revision is its position.
   *
   * @throws {RevisionConflict} when the stream does not end just before the first of them.
   * @throws {DivergedStream} when they got other revisions: a stream that was deleted continues from its old end.
   */
  append(entries: readonly SequencedEntry[]): Promise<void>;
}

/** The stream is `registry-events` by default; another one after a restore to an earlier point, which the old one is ahead of. */
export type EventLogOptions = Partial<StreamOptions>;

/**
 * @param connectionString such as `esdb://host:2113?tls=true`, with credentials if the server requires them.
 * @throws {ConfigError} when the client cannot use it: a wrong option, or a certificate file that does not exist.
 */
export function connectEventLog(
  connectionString: string,
  { stream = STREAM, deadlineMs }: EventLogOptions = {},
): EventLog {
  const connected = connectStream(connectionString, { stream, deadlineMs });
  return {
    ...connected,
    append: (entries) => connected.append(entries.map(eventOf), entries[0]?.position ?? 0),
  };
}

function eventOf(entry: SequencedEntry) {
  return newEvent({
    id: entry.event_id,
    type: entry.event_type,
    data: entryDataOf(entry),
    metadata: metadataOf(entry),
  });
}

/** The metadata of the event of an entry. */
export function metadataOf({ position, hash, actor_id, request_id }: SequencedEntry) {
  return { position, hash, actor_id, request_id };
}

/** The first difference between an event and its entry, if there is one. */
export function differenceOf(event: StoredEvent, entry: SequencedEntry): string | undefined {
  if (event.revision !== entry.position) return `revision ${event.revision} instead of ${entry.position}`;
  if (event.eventId !== entry.event_id) return `event id ${event.eventId} instead of ${entry.event_id}`;
  if (event.type !== entry.event_type) return `type ${event.type} instead of ${entry.event_type}`;
  if (!sameJson(event.data, entryDataOf(entry))) return 'other data';
  if (!sameJson(event.metadata, metadataOf(entry))) return 'other metadata';
  return undefined;
}

function sameJson(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}
