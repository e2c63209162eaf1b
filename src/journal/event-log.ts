import { setTimeout as sleep } from 'node:timers/promises';
import {
  AccessDeniedError,
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  type ResolvedEvent,
  type StreamingRead,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import canonicalize from 'canonicalize';
import { ConfigError } from '../config.ts';
import { entryDataOf, type SequencedEntry } from './entry.ts';

const STREAM = 'registry-events';
const DEADLINE_MS = 5_000;
const MAX_CLOSE_MS = 500;

/** An event as EventStoreDB stores it; `data` and `metadata` are JSON. */
export interface StoredEvent {
  readonly revision: number;
  readonly eventId: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** Another writer was faster, or an earlier append of this process succeeded although its answer was lost. */
export class RevisionConflict extends Error {}

/** The stream is not the journal's: it belongs to another registry or has lost events. Nothing more is appended to it. */
export class DivergedStream extends Error {}

/** EventStoreDB cannot be reached, or refuses the connection or the log-in. The message is one line with the client's reason. */
export class EventStoreUnavailable extends Error {
  constructor(cause: unknown) {
    super(`EventStoreDB ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AccessDeniedError) return 'refuses the user or the password of ESDB_CONNECTION_STRING';
  const message = cause instanceof Error ? cause.message : String(cause);
  // gRPC ends some messages with an empty note.
  return `cannot be reached: ${message.replace(/\. Resolution note: *$/, '').replaceAll(/\s+/g, ' ')}`;
}

/** The stream of the registry in EventStoreDB. Every call has a deadline; an append may throw any error of the client. */
export interface EventLog {
  readonly stream: string;
  /** @throws {EventStoreUnavailable} */
  last(): Promise<StoredEvent | undefined>;
  /** @throws {EventStoreUnavailable} */
  read(fromRevision: number, count: number): AsyncIterable<StoredEvent>;
  /**
   * Appends entries so that each one's revision is its position.
   *
   * @throws {RevisionConflict} when the stream does not end just before the first of them.
   * @throws {DivergedStream} when they got other revisions: a stream that was deleted continues from its old end.
   */
  append(entries: readonly SequencedEntry[]): Promise<void>;
  close(): Promise<void>;
}

export interface EventLogOptions {
  /** `registry-events` by default. Another one after a restore to an earlier point in time, which the old stream is ahead of. */
  readonly stream?: string;
  /** How long an append, or the next event of a read, may take. */
  readonly deadlineMs?: number;
}

/**
 * @param connectionString such as `esdb://host:2113?tls=true`, with credentials if the server requires them.
 * @throws {ConfigError} when the client cannot use it: a wrong option, or a certificate file that does not exist.
 */
export function connectEventLog(
  connectionString: string,
  { stream = STREAM, deadlineMs = DEADLINE_MS }: EventLogOptions = {},
): EventLog {
  let current: EventStoreDBClient | undefined = newClient(connectionString);

  const client = () => {
    current ??= newClient(connectionString);
    return current;
  };
  /** A client never discards what it discovered of a server, and may wait for ever: one that failed is replaced. */
  const replace = async () => {
    const failed = current;
    current = undefined;
    if (failed) await dispose(failed);
  };

  async function* read(options: Parameters<EventStoreDBClient['readStream']>[1]) {
    try {
      for await (const resolved of eachWithin(client().readStream(stream, options), deadlineMs)) {
        const event = storedEvent(resolved);
        if (event) yield event;
      }
    } catch (error) {
      if (error instanceof StreamNotFoundError) return;
      await replace();
      throw new EventStoreUnavailable(error);
    }
  }

  return {
    stream,
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
      let end: bigint;
      try {
        const appending = client().appendToStream(stream, entries.map(eventOf), { expectedRevision });
        ({ nextExpectedRevision: end } = await within(deadlineMs, appending));
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) throw new RevisionConflict(error.message);
        await replace();
        throw error;
      }
      const expected = first + entries.length - 1;
      if (Number(end) !== expected)
        throw new DivergedStream(`position ${expected} was appended to the stream as revision ${end}`);
    },
    close: replace,
  };
}

/** The client's own message would show a part of the connection string, which may be the password. */
function newClient(connectionString: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    const isParseError = error instanceof Error && 'location' in error && 'expected' in error;
    const reason = isParseError
      ? `${error.expected} is expected at character ${Number([error.location].flat()[0]) + 1}`
      : String(error instanceof Error ? error.message : error);
    throw new ConfigError(`Configuration: ESDB_CONNECTION_STRING: ${reason}`);
  }
}

/** The client waits for ever for streams that have already ended. */
async function dispose(client: EventStoreDBClient): Promise<void> {
  await Promise.race([client.dispose(), sleep(MAX_CLOSE_MS, undefined, { ref: false })]);
}

/** In a batch append the client leaves the deadline to the server, and its reads have none. */
async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([call, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function* eachWithin(
  stream: StreamingRead<ResolvedEvent>,
  deadlineMs: number,
): AsyncGenerator<ResolvedEvent> {
  // An abandoned stream may still emit an error, which would end the process without a listener.
  stream.on('error', () => {});
  const events: AsyncIterator<ResolvedEvent> = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await within(deadlineMs, events.next());
      if (done) return;
      yield value;
    }
  } finally {
    stream.cancel().catch(() => {});
  }
}

function eventOf(entry: SequencedEntry) {
  return jsonEvent({
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

function storedEvent({ event }: ResolvedEvent): StoredEvent | undefined {
  if (event === undefined) return undefined;
  const { revision, id, type, data, metadata } = event;
  return { revision: Number(revision), eventId: id, type, data, metadata };
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
