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
  type StreamMetadata,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { ConfigError } from '../config.ts';
import { credentialsOf } from './connection-string.ts';
import { within } from './deadline.ts';

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

export type NewEvent = ReturnType<typeof jsonEvent>;

/** An event to be appended. The same id, type and data again are the same event. */
export const newEvent = jsonEvent;

/** Another writer was faster, or an earlier append of this process succeeded although its answer was lost. */
export class RevisionConflict extends Error {}

/** The stream is not the expected one: it belongs to another registry or has lost events. Nothing more is appended to it. */
export class DivergedStream extends Error {}

/** EventStoreDB cannot be reached, or refuses the connection or the log-in. The message is one line with the client's reason. */
export class EventStoreUnavailable extends Error {
  /** @param setting that has the connection string. */
  constructor(cause: unknown, setting = 'ESDB_CONNECTION_STRING') {
    super(`EventStoreDB ${reasonOf(cause, setting)}`, { cause });
  }
}

/** A code of gRPC. A log-in that the server does not know has another one. */
const PERMISSION_DENIED = 7;

/** Whether the server knows the user, who may not do that. */
export function isNotPermitted(error: unknown): boolean {
  return error instanceof AccessDeniedError && error.code === PERMISSION_DENIED;
}

function reasonOf(cause: unknown, setting: string): string {
  if (cause instanceof AccessDeniedError) {
    return isNotPermitted(cause)
      ? `does not permit this to the user of ${setting}`
      : `refuses the user or the password of ${setting}`;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  // gRPC ends some messages with an empty note.
  return `cannot be reached: ${message.replace(/\. Resolution note: *$/, '').replaceAll(/\s+/g, ' ')}`;
}

/** A stream in EventStoreDB. Every call has a deadline; an append may throw any error of the client. */
export interface EventStream {
  readonly stream: string;
  /** The user of the connection, if it has one. */
  readonly user: string | undefined;
  /** @throws {EventStoreUnavailable} */
  last(): Promise<StoredEvent | undefined>;
  /** @throws {EventStoreUnavailable} */
  read(fromRevision: number, count: number): AsyncIterable<StoredEvent>;
  /**
   * Appends events so that the first one's revision is `first`.
   *
   * @throws {RevisionConflict} when the stream does not end just before it.
   * @throws {DivergedStream} when they got other revisions: a stream that was deleted continues from its old end.
   */
  append(events: readonly NewEvent[], first: number): Promise<void>;
  /**
   * What an administrator has set for the stream, or `undefined` if the user may not read it.
   *
   * @throws {EventStoreUnavailable}
   */
  metadata(): Promise<StreamMetadata | undefined>;
  close(): Promise<void>;
}

export interface StreamOptions {
  readonly stream: string;
  /** How long an append, or the next event of a read, may take. */
  readonly deadlineMs?: number | undefined;
}

/**
 * @param connectionString such as `esdb://host:2113?tls=true`, with credentials if the server requires them.
 * @throws {ConfigError} when the client cannot use it: a wrong option, or a certificate file that does not exist.
 */
export function connectStream(
  connectionString: string,
  { stream, deadlineMs = DEADLINE_MS }: StreamOptions,
): EventStream {
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
    user: credentialsOf(connectionString)?.username,
    async last() {
      let last: StoredEvent | undefined;
      for await (const event of read({ direction: BACKWARDS, fromRevision: END, maxCount: 1 })) last = event;
      return last;
    },
    read: (fromRevision, count) =>
      read({ direction: FORWARDS, fromRevision: BigInt(fromRevision), maxCount: count }),
    async append(events, first) {
      const expectedRevision = first === 0 ? NO_STREAM : BigInt(first - 1);
      let end: bigint;
      try {
        const appending = client().appendToStream(stream, [...events], { expectedRevision });
        ({ nextExpectedRevision: end } = await within(deadlineMs, appending));
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) throw new RevisionConflict(error.message);
        await replace();
        throw error;
      }
      const expected = first + events.length - 1;
      if (Number(end) !== expected)
        throw new DivergedStream(`position ${expected} was appended to the stream as revision ${end}`);
    },
    async metadata() {
      try {
        const { metadata } = await within(deadlineMs, client().getStreamMetadata(stream));
        return metadata ?? {};
      } catch (error) {
        if (error instanceof AccessDeniedError) return undefined;
        await replace();
        throw new EventStoreUnavailable(error);
      }
    },
    close: replace,
  };
}

/** The client's own message would show a part of the connection string, which may be the password. */
export function newClient(connectionString: string, setting = 'ESDB_CONNECTION_STRING'): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    const isParseError = error instanceof Error && 'location' in error && 'expected' in error;
    const reason = isParseError
      ? `${error.expected} is expected at character ${Number([error.location].flat()[0]) + 1}`
      : String(error instanceof Error ? error.message : error);
    throw new ConfigError(`Configuration: ${setting}: ${reason}`);
  }
}

/** The client waits for ever for streams that have already ended. */
export async function dispose(client: EventStoreDBClient): Promise<void> {
  await Promise.race([client.dispose(), sleep(MAX_CLOSE_MS, undefined, { ref: false })]);
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

function storedEvent({ event }: ResolvedEvent): StoredEvent | undefined {
  if (event === undefined) return undefined;
  const { revision, id, type, data, metadata } = event;
  return { revision: Number(revision), eventId: id, type, data, metadata };
}
