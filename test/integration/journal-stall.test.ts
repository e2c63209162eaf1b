import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectEventLog, type EventLog, type SequencedEntry } from '../../src/journal/index.ts';
import { type FakeEventStore, startEventStore } from '../eventstore/server.ts';

/** Long enough for a busy machine, and far shorter than the client waits by itself. */
const DEADLINE_MS = 700;

let eventStore: FakeEventStore;
let log: EventLog;

beforeEach(async () => {
  eventStore = await startEventStore();
  log = connectEventLog(eventStore.connectionString, { deadlineMs: DEADLINE_MS });
});
afterEach(async () => {
  await log.close();
  await eventStore.stop();
});

const anEntry = (position: number): SequencedEntry => ({
  position,
  hash: '0'.repeat(64),
  event_id: crypto.randomUUID(),
  event_type: 'CREATE',
  entity_name: 'organisation',
  entity_id: position + 1,
  parent_entity_id: null,
  attributes_before: null,
  attributes_after: { id: position + 1 },
  actor_id: null,
  action_id: null,
  request_id: null,
  recorded_at: '2026-03-15T12:00:00.000000Z',
});

async function read(from: number): Promise<number[]> {
  const revisions: number[] = [];
  for await (const { revision } of log.read(from, 100)) revisions.push(revision);
  return revisions;
}

test('a read that is never answered is abandoned, and the next one is answered', async () => {
  await log.append([anEntry(0)]);
  eventStore.failNextRead('hang');
  await expect(log.last()).rejects.toThrow('no answer');
  expect((await log.last())?.revision).toBe(0);
});

test('a read that breaks off fails, and does not count as the end of the stream', async () => {
  await log.append([anEntry(0), anEntry(1), anEntry(2)]);
  eventStore.failNextRead('drop');
  await expect(read(0)).rejects.toThrow();
  expect(await read(0)).toEqual([0, 1, 2]);
});

test('a server that does not send its features is abandoned, and asked again', async () => {
  eventStore.failNextFeatures('hang');
  await expect(log.append([anEntry(0)])).rejects.toThrow('no answer');
  await vi.waitFor(() => log.append([anEntry(0)]), { timeout: 20_000, interval: 100 });
  expect((await log.last())?.revision).toBe(0);
});

test('an append that is never answered is abandoned, and a later one is answered', async () => {
  const entry = anEntry(0);
  eventStore.failNext('hang');
  await expect(log.append([entry])).rejects.toThrow('no answer');
  await log.append([entry]);
  expect(await read(0)).toEqual([0]);
});

test('a server that accepts connections without answering is abandoned', async () => {
  const sockets = new Set<Socket>();
  const mute: Server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  const port = await new Promise<number>((resolve) => {
    mute.listen(0, '127.0.0.1', () => {
      const address = mute.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const muteLog = connectEventLog(`esdb://127.0.0.1:${port}?tls=false`, { deadlineMs: DEADLINE_MS });
  await expect(muteLog.last()).rejects.toThrow();
  await expect(muteLog.append([anEntry(0)])).rejects.toThrow();
  await muteLog.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => mute.close(resolve));
});
