import { EventStoreDBClient, jsonEvent, type StreamMetadata } from '@eventstore/db-client';
import { inject } from 'vitest';
import type { StoredEvent } from '../../src/journal/event-stream.ts';
import { connectEventLog, type EventLog, secureEventStore } from '../../src/journal/index.ts';
import { secureSettings } from '../eventstore/certificate.ts';
import { type FakeEventStore, type Secure, startEventStore } from '../eventstore/server.ts';

export interface TestEventStore {
  /** The options of the registry's journal. */
  readonly options: { readonly eventStore: string; readonly stream: string };
  /** The same as settings of a process. */
  readonly environment: { readonly ESDB_CONNECTION_STRING: string; readonly ESDB_STREAM: string };
  /** A new stream for each call, so that tests can share a server. */
  readonly log: EventLog;
  /** All events of the stream. */
  events(): Promise<StoredEvent[]>;
  /** Appends an event that does not come from a registry. */
  appendForeign(): Promise<void>;
  stop(): Promise<void>;
}

export interface BreakableEventStore extends TestEventStore {
  readonly server: FakeEventStore;
}

/** For tests that do not break the server: the real EventStoreDB of the run, or a fake. */
export async function openEventStore(): Promise<TestEventStore> {
  const real = inject('eventStore');
  return real ? streamOn(real, async () => {}) : openBreakableEventStore();
}

/** For tests that break the server or its data: always a fake. */
export async function openBreakableEventStore(): Promise<BreakableEventStore> {
  const server = await startEventStore();
  return { ...streamOn(server.connectionString, server.stop), server };
}

export interface SecureEventStore extends BreakableEventStore {
  /** The connection string of an administrator. */
  readonly administrator: string;
  /** The registry's log-in. */
  readonly user: { readonly username: string; readonly password: string };
  /** Sets the metadata of the stream of events, or of another one, as an administrator. */
  setMetadata(metadata: StreamMetadata, stream?: string): Promise<void>;
}

/** Certificates take long to generate. */
let secure: Promise<Secure> | undefined;

/** A fake with log-ins. The registry has one of its own, but the stream has no access control list yet. */
export async function openSecureEventStore(): Promise<SecureEventStore> {
  secure ??= secureSettings();
  const server = await startEventStore({ secure: await secure });
  const administrator = server.connectionString;
  const user = { username: 'registry', password: 'a-password-of-the-registry' };
  await secureEventStore({ administrator, user, streams: [], readers: [] });
  const own = streamOn(server.connectionStringOf(user.username, user.password), server.stop);
  return {
    ...own,
    server,
    administrator,
    user,
    async setMetadata(metadata, stream = own.log.stream) {
      const client = EventStoreDBClient.connectionString(administrator);
      await client.setStreamMetadata(stream, metadata);
      await client.dispose();
    },
  };
}

function streamOn(connectionString: string, stopServer: () => Promise<void>): TestEventStore {
  const stream = `test-${crypto.randomUUID()}`;
  const log = connectEventLog(connectionString, { stream });
  return {
    options: { eventStore: connectionString, stream },
    environment: { ESDB_CONNECTION_STRING: connectionString, ESDB_STREAM: stream },
    log,
    async events() {
      const all: StoredEvent[] = [];
      for await (const event of log.read(0, Number.MAX_SAFE_INTEGER)) all.push(event);
      return all;
    },
    async appendForeign() {
      const client = EventStoreDBClient.connectionString(connectionString);
      await client.appendToStream(stream, jsonEvent({ type: 'CREATE', data: {}, metadata: {} }));
      await client.dispose();
    },
    async stop() {
      await log.close();
      await stopServer();
    },
  };
}
