import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Appended, Expected, Proposed, Recorded } from './memory.ts';

/** Between the server's memory and the protocol's messages. */

const TICKS_PER_MS = 10_000n;
const UNKNOWN = 2;

interface ProposedMessage {
  getId(): sharedPb.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

export function proposedOf(message: ProposedMessage): Proposed {
  return {
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function streamOf(identifier: sharedPb.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();
}

export function identifierOf(stream: string): sharedPb.StreamIdentifier {
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
}

export function expectedOfBatch(options: streamsPb.BatchAppendReq.Options | undefined): Expected {
  if (options === undefined || options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(options.getStreamPosition());
}

export function expectedOfAppend(options: streamsPb.AppendReq.Options | undefined): Expected {
  if (options === undefined || options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(options.getRevision());
}

export function appendAnswer(appended: Appended, expected: Expected): streamsPb.AppendResp {
  const answer = new streamsPb.AppendResp();
  if (appended.result === 'success') {
    const success = new streamsPb.AppendResp.Success();
    success.setCurrentRevision(String(appended.revision));
    const position = new streamsPb.AppendResp.Position();
    position.setCommitPosition(String(appended.commit));
    position.setPreparePosition(String(appended.commit));
    success.setPosition(position);
    answer.setSuccess(success);
    return answer;
  }
  const wrong = new streamsPb.AppendResp.WrongExpectedVersion();
  if (appended.current !== undefined) wrong.setCurrentRevision(String(appended.current));
  if (typeof expected === 'number') wrong.setExpectedRevision(String(expected));
  if (expected === 'no_stream') wrong.setExpectedNoStream(new sharedPb.Empty());
  if (expected === 'stream_exists') wrong.setExpectedStreamExists(new sharedPb.Empty());
  answer.setWrongExpectedVersion(wrong);
  return answer;
}

export function batchAnswer(
  correlation: sharedPb.UUID | undefined,
  stream: string,
  outcome: Appended | { readonly result: 'too large' },
  expected: Expected,
): streamsPb.BatchAppendResp {
  const answer = new streamsPb.BatchAppendResp();
  answer.setCorrelationId(correlation);
  answer.setStreamIdentifier(identifierOf(stream));
  if (outcome.result === 'success') {
    const success = new streamsPb.BatchAppendResp.Success();
    success.setCurrentRevision(String(outcome.revision));
    const position = new sharedPb.AllStreamPosition();
    position.setCommitPosition(String(outcome.commit));
    position.setPreparePosition(String(outcome.commit));
    success.setPosition(position);
    answer.setSuccess(success);
  } else if (outcome.result === 'too large') {
    const exceeded = new sharedPb.MaximumAppendSizeExceeded();
    exceeded.setMaxappendsize(1_048_576);
    answer.setError(failure('MaximumAppendSizeExceeded', exceeded.serializeBinary()));
  } else {
    const wrong = new sharedPb.WrongExpectedVersion();
    if (outcome.current === undefined) wrong.setCurrentNoStream(new emptyPb.Empty());
    else wrong.setCurrentStreamRevision(String(outcome.current));
    if (typeof expected === 'number') wrong.setExpectedStreamPosition(String(expected));
    if (expected === 'no_stream') wrong.setExpectedNoStream(new emptyPb.Empty());
    if (expected === 'stream_exists') wrong.setExpectedStreamExists(new emptyPb.Empty());
    answer.setError(failure('WrongExpectedVersion', wrong.serializeBinary()));
  }
  return answer;
}

function failure(type: string, details: Uint8Array): statusPb.Status {
  const status = new statusPb.Status();
  const any = new anyPb.Any();
  any.pack(details, `event_store.client.${type}`);
  status.setCode(UNKNOWN);
  status.setMessage(type);
  status.setDetails(any);
  return status;
}

export function readAnswer(event: Recorded): streamsPb.ReadResp {
  const recorded = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
  const id = new sharedPb.UUID();
  id.setString(event.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifierOf(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.commit));
  recorded.setPreparePosition(String(event.commit));
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', event.contentType);
  recorded.getMetadataMap().set('created', String(BigInt(event.createdMs) * TICKS_PER_MS));
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  const read = new streamsPb.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.commit));
  const answer = new streamsPb.ReadResp();
  answer.setEvent(read);
  return answer;
}

export function notFoundAnswer(stream: string): streamsPb.ReadResp {
  const missing = new streamsPb.ReadResp.StreamNotFound();
  missing.setStreamIdentifier(identifierOf(stream));
  const answer = new streamsPb.ReadResp();
  answer.setStreamNotFound(missing);
  return answer;
}

export function confirmation(): streamsPb.ReadResp {
  const confirmed = new streamsPb.ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId(crypto.randomUUID());
  const answer = new streamsPb.ReadResp();
  answer.setConfirmation(confirmed);
  return answer;
}
