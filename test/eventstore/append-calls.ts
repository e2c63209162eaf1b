import { setTimeout as sleep } from 'node:timers/promises';
import type sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import * as grpc from '@grpc/grpc-js';
import { type Access, accessDenied } from './access.ts';
import {
  appendAnswer,
  batchAnswer,
  bytesOf,
  expectedOf,
  MOST_BYTES,
  type Outcome,
  proposedOf,
  tooLargeStatus,
} from './append-messages.ts';
import type { Fault, Faults } from './faults.ts';
import { idOf, streamOf } from './identity.ts';
import type { Expected, Memory, Proposed } from './memory.ts';

/** The state that the calls use. `drop` breaks the connection of a call. */
export interface CallContext {
  readonly memory: Memory;
  readonly access: Access;
  readonly faults: Faults;
  readonly drop: (peer: string) => void;
}

export const REFUSED = { code: grpc.status.UNAVAILABLE, details: 'The server is not ready.' };
export const DISK_FULL = {
  code: grpc.status.RESOURCE_EXHAUSTED,
  details: 'There is not enough space on the disk.',
};

interface Outcomes<T> {
  readonly write: () => T;
  readonly answer: (written: T) => void;
  readonly fail: (status: Partial<grpc.StatusObject>) => void;
  readonly drop: () => void;
}

/** Writes and answers, unless the fault prevents it. */
async function applyFault<T>(
  fault: Fault | undefined,
  { write, answer, fail, drop }: Outcomes<T>,
): Promise<void> {
  if (fault === 'refuse') return fail(REFUSED);
  if (fault === 'full') return fail(DISK_FULL);
  if (fault === 'hang') return;
  if (typeof fault === 'object' && 'slowMs' in fault) await sleep(fault.slowMs);
  const written = write();
  if (fault === 'stall') return;
  if (fault === 'drop') return drop();
  if (typeof fault === 'object' && 'lateMs' in fault) await sleep(fault.lateMs);
  answer(written);
}

/** An append that is being received, message by message. */
interface Incoming {
  readonly stream: string;
  readonly expected: Expected;
  readonly proposed: Proposed[];
  bytes: number;
}

function begin(stream: string, expected: Expected): Incoming {
  return { stream, expected, proposed: [], bytes: 0 };
}

function take(incoming: Incoming, proposed: Proposed): void {
  incoming.proposed.push(proposed);
  incoming.bytes += bytesOf(proposed);
}

/** One append per call. */
export function append(
  call: grpc.ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>,
  answer: grpc.sendUnaryData<streamsPb.AppendResp>,
  { memory, access, faults, drop }: CallContext,
): void {
  let incoming = begin('', 'any');
  call.on('data', (request: streamsPb.AppendReq) => {
    const options = request.getOptions();
    const message = request.getProposedMessage();
    if (options) {
      const expected = expectedOf(options, () => options.getRevision());
      incoming = begin(streamOf(options.getStreamIdentifier()), expected);
    }
    if (message) take(incoming, proposedOf(message));
  });
  call.on('end', () => {
    const { stream, expected, proposed, bytes } = incoming;
    if (!access.mayAppend(call.metadata, stream)) return answer(accessDenied());
    if (bytes > MOST_BYTES) return answer(tooLargeStatus());
    void applyFault(faults.next(), {
      write: () => memory.append(stream, expected, proposed),
      answer: (appended) => answer(null, appendAnswer(appended, expected)),
      fail: (status) => answer(status),
      drop: () => drop(call.getPeer()),
    });
  });
}

type BatchCall = grpc.ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>;

/** Refuses callers without the right to delete. Deletions themselves are not implemented. */
export function deleteStream(
  { request, metadata }: grpc.ServerUnaryCall<streamsPb.DeleteReq, streamsPb.DeleteResp>,
  answer: grpc.sendUnaryData<streamsPb.DeleteResp>,
  { access }: CallContext,
): void {
  const isAllowed = access.mayDelete(metadata, streamOf(request.getOptions()?.getStreamIdentifier()));
  answer(isAllowed ? { code: grpc.status.UNIMPLEMENTED } : accessDenied());
}

/** Many appends per call, each in one message or several with the same correlation id. */
export function appendBatches(call: BatchCall, context: CallContext): void {
  const batches = new Map<string, Incoming>();
  call.on('data', (request: streamsPb.BatchAppendReq) => {
    const correlation = request.getCorrelationId();
    const id = idOf(correlation);
    const options = request.getOptions();
    if (options) {
      const batch = begin(
        streamOf(options.getStreamIdentifier()),
        expectedOf(options, () => options.getStreamPosition()),
      );
      const deadline = options.getDeadline()?.toDate();
      if (deadline && deadline.getTime() <= Date.now()) {
        call.write(batchAnswer(correlation, batch.stream, { result: 'too late' }, batch.expected));
        return;
      }
      batches.set(id, batch);
    }
    const batch = batches.get(id);
    if (batch === undefined) return;
    for (const message of request.getProposedMessagesList()) take(batch, proposedOf(message));
    if (request.getIsFinal() || batch.bytes > MOST_BYTES) {
      batches.delete(id);
      finish(call, correlation, batch, context);
    }
  });
  call.on('end', () => call.end());
}

function finish(
  call: BatchCall,
  correlation: sharedPb.UUID | undefined,
  { stream, expected, proposed, bytes }: Incoming,
  { memory, access, faults, drop }: CallContext,
): void {
  const answer = (outcome: Outcome) => {
    if (!call.destroyed) call.write(batchAnswer(correlation, stream, outcome, expected));
  };
  const isAllowed = access.mayAppend(call.metadata, stream);
  if (!isAllowed || bytes > MOST_BYTES) {
    answer({ result: isAllowed ? 'too large' : 'access denied' });
    return;
  }
  void applyFault(faults.next(), {
    write: () => memory.append(stream, expected, proposed),
    answer,
    fail: (status) => call.emit('error', status),
    drop: () => drop(call.getPeer()),
  });
}
