import codePb from '@eventstore/db-client/generated/code_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import * as grpc from '@grpc/grpc-js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import { identifierOf, idOf } from './identity.ts';
import type { Appended, Expected, Proposed } from './memory.ts';

export const MOST_BYTES = 1_048_576;

export type Outcome =
  | Appended
  | { readonly result: 'too large' }
  | { readonly result: 'too late' }
  | { readonly result: 'access denied' };
type Wrong = Extract<Outcome, { result: 'wrong expected version' }>;

interface ProposedMessage {
  getId(): sharedPb.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

interface Expectation {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

export function proposedOf(message: ProposedMessage): Proposed {
  return {
    id: idOf(message.getId()),
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** The server counts the size of an event on its disk, where a character of the type takes two bytes. */
export function bytesOf({ type, data, metadata }: Proposed): number {
  return type.length * 2 + data.length + metadata.length;
}

/** @param revision of the stream's last event, read only if nothing else is expected. */
export function expectedOf(options: Expectation, revision: () => string): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(revision());
}

export function appendAnswer(appended: Appended, expected: Expected): streamsPb.AppendResp {
  const answer = new streamsPb.AppendResp();
  if (appended.result === 'wrong expected version') {
    answer.setWrongExpectedVersion(wrongVersion(appended, expected));
    return answer;
  }
  const success = new streamsPb.AppendResp.Success();
  if (appended.revision < 0) success.setNoStream(new sharedPb.Empty());
  else success.setCurrentRevision(String(appended.revision));
  const position = new streamsPb.AppendResp.Position();
  position.setCommitPosition(String(appended.commit));
  position.setPreparePosition(String(appended.commit));
  success.setPosition(position);
  answer.setSuccess(success);
  return answer;
}

function wrongVersion({ current }: Wrong, expected: Expected): streamsPb.AppendResp.WrongExpectedVersion {
  const wrong = new streamsPb.AppendResp.WrongExpectedVersion();
  if (current === undefined) wrong.setCurrentNoStream(new sharedPb.Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new sharedPb.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new sharedPb.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new sharedPb.Empty());
  else wrong.setExpectedRevision(String(expected));
  return wrong;
}

/** A plain append reports its size error by the status of the call; a batch append by a message. */
export function tooLargeStatus(): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  metadata.set('exception', 'maximum-append-size-exceeded');
  metadata.set('maximum-append-size', String(MOST_BYTES));
  return {
    code: grpc.status.INVALID_ARGUMENT,
    details: `An append takes at most ${MOST_BYTES} bytes.`,
    metadata,
  };
}

export function batchAnswer(
  correlation: sharedPb.UUID | undefined,
  stream: string,
  outcome: Outcome,
  expected: Expected,
): streamsPb.BatchAppendResp {
  const answer = new streamsPb.BatchAppendResp();
  answer.setCorrelationId(correlation);
  answer.setStreamIdentifier(identifierOf(stream));
  if (outcome.result === 'success') answer.setSuccess(batchSuccess(outcome.revision, outcome.commit));
  else answer.setError(batchError(outcome, expected));
  return answer;
}

function batchSuccess(revision: number, commit: number): streamsPb.BatchAppendResp.Success {
  const success = new streamsPb.BatchAppendResp.Success();
  if (revision < 0) success.setNoStream(new emptyPb.Empty());
  else success.setCurrentRevision(String(revision));
  const position = new sharedPb.AllStreamPosition();
  position.setCommitPosition(String(commit));
  position.setPreparePosition(String(commit));
  success.setPosition(position);
  return success;
}

function batchError(outcome: Exclude<Outcome, { result: 'success' }>, expected: Expected): statusPb.Status {
  if (outcome.result === 'too late') {
    const details = new sharedPb.Timeout().serializeBinary();
    return failure(codePb.Code.DEADLINE_EXCEEDED, 'Timeout', details);
  }
  if (outcome.result === 'too large') {
    const exceeded = new sharedPb.MaximumAppendSizeExceeded();
    exceeded.setMaxappendsize(MOST_BYTES);
    return failure(codePb.Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', exceeded.serializeBinary());
  }
  if (outcome.result === 'access denied') {
    const details = new sharedPb.AccessDenied().serializeBinary();
    return failure(codePb.Code.PERMISSION_DENIED, 'AccessDenied', details);
  }
  const details = batchWrongVersion(outcome, expected).serializeBinary();
  return failure(codePb.Code.ALREADY_EXISTS, 'WrongExpectedVersion', details);
}

function batchWrongVersion({ current }: Wrong, expected: Expected): sharedPb.WrongExpectedVersion {
  const wrong = new sharedPb.WrongExpectedVersion();
  if (current === undefined) wrong.setCurrentNoStream(new emptyPb.Empty());
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new emptyPb.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new emptyPb.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new emptyPb.Empty());
  else wrong.setExpectedStreamPosition(String(expected));
  return wrong;
}

function failure(code: codePb.Code, type: string, details: Uint8Array): statusPb.Status {
  const any = new anyPb.Any();
  any.pack(details, `event_store.client.${type}`);
  const status = new statusPb.Status();
  status.setCode(code);
  status.setMessage(type);
  status.setDetails(any);
  return status;
}
