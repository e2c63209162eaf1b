import {
  type AppendExpectedRevision,
  EventStoreDBClient,
  jsonEvent,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { inject } from 'vitest';
import { type FakeEventStore, startEventStore } from './server.ts';

const real = inject('eventStore');
const servers = ['the stand-in', ...(real ? ['a real EventStoreDB'] : [])];

/** The client takes a plain append where it is given credentials, which a server without TLS ignores. */
const ways = {
  'batch append': {},
  'plain append': { credentials: { username: 'admin', password: 'changeit' } },
};
export type Way = keyof typeof ways;

/** What the contract holds for: the stand-in, and the real server, if the run has one, by both ways to append. */
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

/** A client of the server, and short words for what the contract does with it. */
export async function openTarget(server: string, way: Way) {
  const standIn: FakeEventStore | undefined = server === 'the stand-in' ? await startEventStore() : undefined;
  const connectionString = standIn?.connectionString ?? real;
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
    way: ways[way],
    append: (stream: string, all: Event[], expectedRevision: AppendExpectedRevision) =>
      client.appendToStream(stream, all, { expectedRevision, ...ways[way] }),
    read,
    ids: async (stream: string) => (await read(stream)).map((event) => event?.id),
    revisions: async (stream: string, options: ReadOptions = {}) =>
      (await read(stream, options)).map((event) => Number(event?.revision)),
    close: async () => standIn?.stop(),
  };
}
