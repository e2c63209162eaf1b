import {
  type AppendExpectedRevision,
  EventStoreDBClient,
  jsonEvent,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { inject } from 'vitest';
import { secureSettings } from './certificate.ts';
import { credentialsIn } from './grpc-channel.ts';
import { startEventStore } from './server.ts';

const real = inject('eventStore');
const servers = ['the fake', 'the secure fake', ...(real ? ['a real EventStoreDB'] : [])];

export type Way = 'batch append' | 'plain append';

/** The client uses a plain append for a call that has credentials of its own. A server without TLS ignores them. */
function optionsOf(way: Way, connectionString: string) {
  if (way === 'batch append') return {};
  return { credentials: credentialsIn(connectionString) ?? { username: 'admin', password: 'changeit' } };
}

/** The servers that the contract is tested on (a real one only if the run has one), each with both ways to append. */
export const targets = servers.flatMap((server): [string, Way][] => [
  [server, 'batch append'],
  [server, 'plain append'],
]);

export type Event = ReturnType<typeof anEvent>;
type ReadOptions = Parameters<EventStoreDBClient['readStream']>[1];

export const aStream = () => `contract-${crypto.randomUUID()}`;
export const anEvent = (n = 0) =>
  jsonEvent({ type: 'UPDATE', data: { n, text: 'ä€𝄞' }, metadata: { position: n } });
export const events = (count: number) => Array.from({ length: count }, (_, n) => anEvent(n));

export type Target = Awaited<ReturnType<typeof openTarget>>;

async function startFake(server: string) {
  if (server === 'the fake') return startEventStore();
  if (server === 'the secure fake') return startEventStore({ secure: await secureSettings() });
  return undefined;
}

/** A client of the server, and functions for the calls that the contract needs. */
export async function openTarget(server: string, way: Way) {
  const fake = await startFake(server);
  const connectionString = fake?.connectionString ?? real;
  const options = optionsOf(way, connectionString);
  const client = EventStoreDBClient.connectionString(connectionString);
  const read = async (stream: string, options: ReadOptions = {}) => {
    const all: ResolvedEvent[] = [];
    for await (const resolved of client.readStream(stream, options)) all.push(resolved);
    return all.map(({ event }) => event);
  };
  return {
    connectionString,
    client,
    /** Options of the client that make it append in this way. */
    way: options,
    append: (stream: string, all: Event[], expectedRevision: AppendExpectedRevision) =>
      client.appendToStream(stream, all, { expectedRevision, ...options }),
    read,
    ids: async (stream: string) => (await read(stream)).map((event) => event?.id),
    revisions: async (stream: string, options: ReadOptions = {}) =>
      (await read(stream, options)).map((event) => Number(event?.revision)),
    close: async () => fake?.stop(),
  };
}
