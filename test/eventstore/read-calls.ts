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
  readonly request: ReadRequest;
  readonly cancelled: AbortSignal;
  /** Waits for a client that reads slowly. */
  readonly send: (answer: streamsPb.ReadResp) => Promise<void>;
}

/** A read of the existing events, or a subscription to these and to new ones. */
export async function read(call: ReadCall, { memory, access, faults, drop }: CallContext): Promise<void> {
  const cancelled = new AbortController();
  call.on('cancelled', () => cancelled.abort()).on('close', () => cancelled.abort());
  const fail = (status: Partial<grpc.StatusObject>) => void call.emit('error', status);
  const request = readRequestOf(call.request);
  if (request === undefined) {
    return fail({ code: grpc.status.UNIMPLEMENTED, details: 'Reads are not filtered here.' });
  }
  if (!access.mayRead(call.metadata, request.stream)) return fail(accessDenied());
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
    const reader = { memory, request, cancelled: cancelled.signal, send };
    await (request.isSubscription ? follow(reader) : readOnce(reader));
    if (fault === 'drop') await breakOff();
    else call.end();
  } catch (error) {
    if (!cancelled.signal.aborted) fail({ code: grpc.status.UNKNOWN, details: String(error) });
  }
}

function eventsOf({ memory, request }: Reader): readonly Recorded[] {
  return request.stream === undefined ? memory.all() : memory.events(request.stream);
}

/** The index of the first event that the metadata of the stream leaves visible. */
function firstOf({ memory, request }: Reader): number {
  return request.stream === undefined ? 0 : firstVisible(memory, request.stream);
}

/** The index of the event at a place, or of its insertion, among the events. */
function indexOf(reader: Reader, place: number): number {
  if (reader.request.stream !== undefined) return place;
  const index = reader.memory.all().findIndex(({ commit }) => commit >= place);
  return index === -1 ? reader.memory.all().length : index;
}

/** From a revision or position, inclusive; backwards over all streams, exclusive. */
async function readOnce(reader: Reader): Promise<void> {
  const { request, send } = reader;
  const events = eventsOf(reader);
  if (request.stream !== undefined && events.length === 0) return send(notFoundAnswer(request.stream));
  for (const event of request.backwards ? backwards(reader, events) : forwards(reader, events)) {
    await send(eventAnswer(event, request.idForm));
  }
}

function forwards(reader: Reader, events: readonly Recorded[]): readonly Recorded[] {
  const { from, most } = reader.request;
  const requested = from === 'start' ? 0 : from === 'end' ? events.length : indexOf(reader, from);
  const start = Math.max(requested, firstOf(reader));
  return events.slice(start, start + most);
}

function backwards(reader: Reader, events: readonly Recorded[]): readonly Recorded[] {
  const { from, most, stream } = reader.request;
  const including = stream === undefined ? 0 : 1;
  const end =
    from === 'end' ? events.length : from === 'start' ? including : indexOf(reader, from) + including;
  return events.slice(firstOf(reader), end).reverse().slice(0, most);
}

/** The events after a revision or position. Ends when the client disconnects. */
async function follow(reader: Reader): Promise<void> {
  const { request, memory, cancelled, send } = reader;
  await send(confirmationAnswer());
  const from =
    request.from === 'start'
      ? 0
      : request.from === 'end'
        ? eventsOf(reader).length
        : indexOf(reader, request.from + 1);
  let next = Math.max(from, firstOf(reader));
  let isLive = false;
  while (!cancelled.aborted) {
    const event = eventsOf(reader)[next];
    if (event !== undefined) {
      next += 1;
      await send(eventAnswer(event, request.idForm));
    } else if (isLive) {
      await memory.appended(cancelled);
    } else {
      isLive = true;
      await send(caughtUpAnswer());
    }
  }
}
