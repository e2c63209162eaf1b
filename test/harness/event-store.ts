import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { inject } from 'vitest';
import type { StoredEvent } from '../../src/journal/event-log.ts';
import { connectEventLog, type EventLog } from '../../src/journal/index.ts';
import { type FakeEventStore, startEventStore } from '../eventstore/server.ts';

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
