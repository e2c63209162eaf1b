import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { identifierOf, streamOf, uuidOf } from './identity.ts';
import type { Recorded } from './memory.ts';

/** The server's clock ticks every 100 ns. */
const TICKS_PER_MS = 10_000n;

export function eventAnswer(event: Recorded, idForm: 'string' | 'structured'): streamsPb.ReadResp {
  const recorded = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuidOf(event.id, idForm));
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

export function confirmationAnswer(): streamsPb.ReadResp {
  const confirmed = new streamsPb.ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId(crypto.randomUUID());
  const answer = new streamsPb.ReadResp();
  answer.setConfirmation(confirmed);
  return answer;
}

export function caughtUpAnswer(): streamsPb.ReadResp {
  const answer = new streamsPb.ReadResp();
  answer.setCaughtUp(new streamsPb.ReadResp.CaughtUp());
  return answer;
}

export interface ReadRequest {
  /** Absent for all streams. */
  readonly stream: string | undefined;
  readonly isSubscription: boolean;
  readonly backwards: boolean;
  readonly most: number;
  /** A revision of the stream, or a commit position of all streams. */
  readonly from: 'start' | 'end' | number;
  readonly idForm: 'string' | 'structured';
}

/** @returns nothing for a filtered read, which this server does not support. */
export function readRequestOf(request: streamsPb.ReadReq): ReadRequest | undefined {
  const options = request.getOptions();
  if (options === undefined || options.hasFilter()) return undefined;
  const stream = options.getStream();
  const all = options.getAll();
  const asked = stream ?? all;
  const from = stream ? stream.getRevision() : all?.getPosition()?.getCommitPosition();
  return {
    stream: stream && streamOf(stream.getStreamIdentifier()),
    isSubscription: options.hasSubscription(),
    backwards: options.getReadDirection() === 1,
    most: Number(options.getCount()),
    from: asked?.hasStart() ? 'start' : asked?.hasEnd() ? 'end' : Number(from),
    idForm: options.getUuidOption()?.hasStructured() ? 'structured' : 'string',
  };
}
