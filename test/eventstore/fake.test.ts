import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Memory } from './memory.ts';
import { type EventStoreOptions, type FakeEventStore, startEventStore } from './server.ts';

const STREAM = 'fake';
const MAIN = join(import.meta.dirname, 'main.ts');

let folder: string;
let dataFile: string;
const servers: FakeEventStore[] = [];
const processes: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eventstore-'));
  dataFile = join(folder, 'events.jsonl');
});
afterEach(async () => {
  for (const each of processes.splice(0)) each.kill('SIGKILL');
  await Promise.all(servers.splice(0).map((each) => each.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: EventStoreOptions = {}): Promise<FakeEventStore> {
  const server = await startEventStore(options);
  servers.push(server);
  return server;
}

/** The fake as a process, with its address. */
async function startProcess(): Promise<{ child: ChildProcess; connectionString: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--port', '0', '--data', dataFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(child);
  const [line] = await once(child.stdout, 'data');
  return { child, connectionString: String(line).trim() };
}

const anEvent = (n = 0) => jsonEvent({ type: 'UPDATE', data: { n }, metadata: { n } });
const clientOf = ({ connectionString }: { connectionString: string }) =>
  EventStoreDBClient.connectionString(connectionString);
const storedIds = (memory: Memory) => memory.events(STREAM).map(({ id }) => id);

describe('the data file', () => {
  test('stores the bytes of events, and their ids, revisions and positions', async () => {
    const server = await start({ dataFile });
    const event = anEvent(1);
    await clientOf(server).appendToStream(STREAM, [event, anEvent(2)], { expectedRevision: NO_STREAM });
    await server.stop();
    const again = await start({ dataFile });
    expect(again.memory.events(STREAM)).toEqual(server.memory.events(STREAM));
    const repeated = clientOf(again).appendToStream(STREAM, event, { expectedRevision: NO_STREAM });
    expect(await repeated).toMatchObject({ success: true, nextExpectedRevision: 0n });
  });

  test('stores the loss of events', () => {
    const memory = new Memory(dataFile);
    const event = (id: string) => ({
      id,
      type: 'UPDATE',
      contentType: 'application/json',
      data: Uint8Array.of(123, 125),
      metadata: Uint8Array.of(),
    });
    memory.append(STREAM, 'no_stream', [event('a'), event('b'), event('c')]);
    memory.forget(STREAM, 1);
    memory.append(STREAM, 0, [event('d')]);
    expect(memory.all().map(({ id }) => id)).toEqual(['a', 'd']);
    expect(storedIds(new Memory(dataFile))).toEqual(['a', 'd']);
    expect(new Memory(dataFile).all()).toEqual(memory.all());
  });

  test('that ends within a line loses that line, which was never acknowledged, and continues after the one before', async () => {
    const server = await start({ dataFile });
    const first = anEvent();
    await clientOf(server).appendToStream(STREAM, first, { expectedRevision: NO_STREAM });
    const { size } = statSync(dataFile);
    const half = readFileSync(dataFile, 'utf8').slice(0, size / 2);
    appendFileSync(dataFile, half);
    const memory = new Memory(dataFile);
    expect(storedIds(memory)).toEqual([first.id]);
    expect(statSync(dataFile).size).toBe(size);
  });

  test('with an invalid line is refused', async () => {
    writeFileSync(dataFile, '{"append":"stream"}\n');
    await expect(startEventStore({ dataFile })).rejects.toThrow();
  });
});

describe('a separate process', () => {
  test('that is killed keeps every event that it acknowledged', async () => {
    const killed = await startProcess();
    const client = clientOf(killed);
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (let n = 0; ; n++) {
        const event = anEvent(n);
        const expectedRevision = n === 0 ? NO_STREAM : BigInt(n - 1);
        await client.appendToStream(STREAM, event, { expectedRevision });
        acknowledged.push(event.id);
        if (n === 20) killed.child.kill('SIGKILL');
      }
    })();
    await expect(writing).rejects.toThrow();
    const again = await startProcess();
    const ids: (string | undefined)[] = [];
    for await (const { event } of clientOf(again).readStream(STREAM)) ids.push(event?.id);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(ids.slice(0, acknowledged.length)).toEqual(acknowledged);
    expect(ids.length).toBeLessThanOrEqual(acknowledged.length + 1);
  });

  test('stops cleanly on a signal', async () => {
    const { child, connectionString } = await startProcess();
    await clientOf({ connectionString }).appendToStream(STREAM, anEvent());
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(storedIds(new Memory(dataFile))).toHaveLength(1);
  });
});

test('a client finds the server by the gossip of the cluster', async () => {
  const server = await start();
  const discovering = server.connectionString.replace('esdb://', 'esdb+discover://');
  await clientOf({ connectionString: discovering }).appendToStream(STREAM, anEvent());
  expect(storedIds(server.memory)).toHaveLength(1);
});

test('a server without batch append accepts plain appends', async () => {
  const server = await start({ batchAppend: false });
  await clientOf(server).appendToStream(STREAM, anEvent());
  expect(storedIds(server.memory)).toHaveLength(1);
});

test('a port in use is refused', async () => {
  const { port } = await start();
  await expect(startEventStore({ port })).rejects.toThrow(/EADDRINUSE/);
});
