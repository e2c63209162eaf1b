import { setTimeout as sleep } from 'node:timers/promises';
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  type ResolvedEvent,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import canonicalize from 'canonicalize';
import { factsOf, type SequencedEntry } from './entry.ts';

export const STREAM = 'registry-events';
const DEADLINE_MS = 5_000;
const LONGEST_CLOSE_MS = 500;

/** An event as the store has it; `data` and `metadata` are JSON. */
export interface StoredEvent {
  readonly revision: number;
  readonly eventId: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** Another writer was faster, or an append of ours went through though its answer was lost. */
export class RevisionConflict extends Error {}

/** The one stream of the registry in EventStoreDB. Every call has a deadline; all may throw what the client throws. */
export interface EventLog {
  last(): Promise<StoredEvent | undefined>;
  read(fromRevision: number, count: number): AsyncIterable<StoredEvent>;
  /**
   * Appends entries so that each one's revision is its position.
   *
   * @throws {RevisionConflict} when the stream does not end just before the first of them.
   */
  append(entries: readonly SequencedEntry[]): Promise<void>;
  close(): Promise<void>;
}

/** @param connectionString such as `esdb://host:2113?tls=true`, with credentials where the server wants them. */
export function connectEventLog(connectionString: string): EventLog {
  const client = EventStoreDBClient.connectionString(connectionString);

  async function* read(options: Parameters<typeof client.readStream>[1]): AsyncGenerator<StoredEvent> {
    try {
      for await (const resolved of client.readStream(STREAM, { ...options, deadline: DEADLINE_MS })) {
        const event = storedEvent(resolved);
        if (event) yield event;
      }
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
  }

  return {
    async last() {
      let last: StoredEvent | undefined;
      for await (const event of read({ direction: BACKWARDS, fromRevision: END, maxCount: 1 })) last = event;
      return last;
    },
    read: (fromRevision, count) =>
      read({ direction: FORWARDS, fromRevision: BigInt(fromRevision), maxCount: count }),
    async append(entries) {
      const first = entries[0]?.position ?? 0;
      const expectedRevision = first === 0 ? NO_STREAM : BigInt(first - 1);
      try {
        await withinDeadline(client.appendToStream(STREAM, entries.map(eventOf), { expectedRevision }));
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) throw new RevisionConflict(error.message);
        throw error;
      }
    },
    // The client waits for streams that have ended already, for ever.
    close: () => Promise.race([client.dispose(), sleep(LONGEST_CLOSE_MS, undefined, { ref: false })]),
  };
}

/** The client's own deadline of a batch append is the server's to keep; one that stalls keeps none. */
async function withinDeadline<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS / 1_000} s`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

function eventOf(entry: SequencedEntry) {
  return jsonEvent({
    id: entry.event_id,
    type: entry.event_type,
    data: factsOf(entry),
    metadata: metadataOf(entry),
  });
}

/** What stands beside the entry in an event. */
export function metadataOf({ position, hash, actor_id, request_id }: SequencedEntry) {
  return { position, hash, actor_id, request_id };
}

function storedEvent({ event }: ResolvedEvent): StoredEvent | undefined {
  if (event === undefined) return undefined;
  const { revision, id, type, data, metadata } = event;
  return { revision: Number(revision), eventId: id, type, data, metadata };
}

/** Whether the store's event is the entry, to the letter. Gives the first difference. */
export function differenceOf(event: StoredEvent, entry: SequencedEntry): string | undefined {
  if (event.revision !== entry.position) return `revision ${event.revision} instead of ${entry.position}`;
  if (event.eventId !== entry.event_id) return `event id ${event.eventId} instead of ${entry.event_id}`;
  if (event.type !== entry.event_type) return `type ${event.type} instead of ${entry.event_type}`;
  if (!sameJson(event.data, factsOf(entry))) return 'other data';
  if (!sameJson(event.metadata, metadataOf(entry))) return 'other metadata';
  return undefined;
}

function sameJson(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}
