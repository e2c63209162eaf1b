import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import * as grpc from '@grpc/grpc-js';
import { accessDenied } from './access.ts';
import { type CallContext, DISK_FULL, REFUSED } from './append-calls.ts';
import type { Memory, Recorded } from './memory.ts';
import {
  caughtUpAnswer,
  confirmationAnswer,
  eventAnswer,
  notFoundAnswer,
  type ReadRequest,
  readRequestOf,
} from './read-messages.ts';
import { firstVisible } from './stream-metadata.ts';

/** Long enough for the data sent before a connection breaks to arrive. */
const ARRIVAL_MS = 20;

type ReadCall = grpc.ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>;

interface Reader {
  readonly memory: Memory;
  readonly asked: ReadRequest;
  readonly cancelled: AbortSignal;
  /** Waits for a client that reads slowly. */
  readonly send: (answer: streamsPb.ReadResp) => Promise<void>;
}

/** A read of the existing events, or a subscription to these and to new ones. */
export async function read(call: ReadCall, { memory, access, faults, drop }: CallContext): Promise<void> {
  const cancelled = new AbortController();
  call.on('cancelled', () => cancelled.abort()).on('close', () => cancelled.abort());
  const fail = (status: Partial<grpc.StatusObject>) => void call.emit('error', status);
  const asked = readRequestOf(call.request);
  if (asked === undefined) {
    return fail({ code: grpc.status.UNIMPLEMENTED, details: 'Reads are not filtered here.' });
  }
  if (!access.mayRead(call.metadata, asked.stream)) return fail(accessDenied());
  const fault = faults.next();
  if (fault === 'refuse') return fail(REFUSED);
  if (fault === 'full') return fail(DISK_FULL);
  if (fault === 'hang' || fault === 'stall') return;
  try {
    if (typeof fault === 'object') {
      await sleep('slowMs' in fault ? fault.slowMs : fault.lateMs, undefined, { signal: cancelled.signal });
    }
    const breakOff = async () => {
      await sleep(ARRIVAL_MS);
      drop(call.getPeer());
      cancelled.abort();
    };
    const send = async (answer: streamsPb.ReadResp) => {
      if (!call.write(answer)) await once(call, 'drain', { signal: cancelled.signal });
      if (fault === 'drop' && answer.hasEvent()) await breakOff();
      cancelled.signal.throwIfAborted();
    };
    const reader = { memory, asked, cancelled: cancelled.signal, send };
    await (asked.isSubscription ? follow(reader) : readOnce(reader));
    if (fault === 'drop') await breakOff();
    else call.end();
  } catch (error) {
    if (!cancelled.signal.aborted) fail({ code: grpc.status.UNKNOWN, details: String(error) });
  }
}

function eventsOf({ memory, asked }: Reader): readonly Recorded[] {
  return asked.stream === undefined ? memory.all() : memory.events(asked.stream);
}

/** The index of the first event that the metadata of the stream leaves visible. */
function firstOf({ memory, asked }: Reader): number {
  return asked.stream === undefined ? 0 : firstVisible(memory, asked.stream);
}

/** The index of the event at a place, or of its insertion, among the events. */
function indexOf(reader: Reader, place: number): number {
  if (reader.asked.stream !== undefined) return place;
  const index = reader.memory.all().findIndex(({ commit }) => commit >= place);
  return index === -1 ? reader.memory.all().length : index;
}

/** From a revision or position, inclusive; backwards over all streams, exclusive. */
async function readOnce(reader: Reader): Promise<void> {
  const { asked, send } = reader;
  const events = eventsOf(reader);
  if (asked.stream !== undefined && events.length === 0) return send(notFoundAnswer(asked.stream));
  for (const event of asked.backwards ? backwards(reader, events) : forwards(reader, events)) {
    await send(eventAnswer(event, asked.idForm));
  }
}

function forwards(reader: Reader, events: readonly Recorded[]): readonly Recorded[] {
  const { from, most } = reader.asked;
  const asked = from === 'start' ? 0 : from === 'end' ? events.length : indexOf(reader, from);
  const start = Math.max(asked, firstOf(reader));
  return events.slice(start, start + most);
}

function backwards(reader: Reader, events: readonly Recorded[]): readonly Recorded[] {
  const { from, most, stream } = reader.asked;
  const including = stream === undefined ? 0 : 1;
  const end =
    from === 'end' ? events.length : from === 'start' ? including : indexOf(reader, from) + including;
  return events.slice(firstOf(reader), end).reverse().slice(0, most);
}

/** The events after a revision or position. Ends when the client disconnects. */
async function follow(reader: Reader): Promise<void> {
  const { asked, memory, cancelled, send } = reader;
  await send(confirmationAnswer());
  const from =
    asked.from === 'start'
      ? 0
      : asked.from === 'end'
        ? eventsOf(reader).length
        : indexOf(reader, asked.from + 1);
  let next = Math.max(from, firstOf(reader));
  let isLive = false;
  while (!cancelled.aborted) {
    const event = eventsOf(reader)[next];
    if (event !== undefined) {
      next += 1;
      await send(eventAnswer(event, asked.idForm));
    } else if (isLive) {
      await memory.appended(cancelled);
    } else {
      isLive = true;
      await send(caughtUpAnswer());
    }
  }
}
