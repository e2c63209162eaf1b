import type { SequencedEntry } from '../journal/index.ts';
import { problems } from '../operation/problem.ts';
import { type EventReading, type FeedCall, matchesFilter, readEvents } from './feed.ts';
import { type Subscription, type TailServices, tailOf } from './tail.ts';
import { isVisible, redactedFor } from './visibility.ts';

const HEARTBEAT_INTERVAL_MS = 15_000;
/** What a stream reads at a time, and holds while its client does not read, until it has caught up. */
const PAGE = { limit: 500, bytes: 262_144 };

/** The parts of the call that a stream is sent with. */
export interface StreamCall extends EventReading, Pick<FeedCall, 'atLeast' | 'closing'> {
  readonly services: TailServices;
}

/**
 * The position after which a stream starts: `Last-Event-ID` of a reconnecting client, else the parameter `after`.
 *
 * @throws {Problem} 422 if `Last-Event-ID` is not a position.
 */
export function startPosition(call: FeedCall): number {
  const last = call.requestHeader('last-event-id');
  if (last === undefined) return call.queryParams.after ?? -1;
  if (/^\d{1,15}$/.test(last)) return Number(last);
  throw problems.invalid([{ path: 'header.last-event-id', message: 'must be the position of an event' }]);
}

/**
 * Generates server-sent events (HTML standard, 9.2) until the client disconnects, the server stops or the caller loses
 * access. A stream catches up by pages, then sends what the streams of this process follow together.
 */
export async function* serverSentEvents(call: StreamCall, after: number): AsyncGenerator<string> {
  const { closing, services } = call;
  const subscriber = { caller: call.authority.caller, atLeast: call.atLeast };
  const subscription = tailOf(services).subscribe(subscriber, closing);
  try {
    yield ': registry events\n\n';
    let lastSentAt = performance.now();
    for (let position = after; ; ) {
      const { authority, upTo } = await subscription.state();
      if (authority === undefined) return;
      const request = { ...call, authority };
      const chunk =
        chunkInMemory(subscription, request, { position, upTo }) ??
        (await chunkFromDatabase(request, { position, upTo }));
      const isHeartbeatDue = performance.now() - lastSentAt > HEARTBEAT_INTERVAL_MS;
      const text = chunk.text || (isHeartbeatDue ? ': heartbeat\n\n' : '');
      if (text !== '') {
        yield text;
        lastSentAt = performance.now();
      } else if (chunk.position === position) await subscription.next();
      position = chunk.position;
    }
  } finally {
    subscription.end();
  }
}

/** Events as text, and the position up to which none is left out. */
interface Chunk {
  readonly text: string;
  readonly position: number;
}

interface ChunkRange {
  readonly position: number;
  readonly upTo: number;
}

/** `undefined` if the stream has to catch up. */
function chunkInMemory(
  subscription: Pick<Subscription, 'since'>,
  { authority, queryParams }: EventReading,
  { position, upTo }: ChunkRange,
): Chunk | undefined {
  const shared = subscription.since(position)?.filter(({ event }) => event.position <= upTo);
  if (shared === undefined) return undefined;
  const sent = shared.filter(
    ({ event, holders }) => matchesFilter(event, queryParams) && isVisible(event, holders, authority),
  );
  const texts = sent.map(({ event, holders, json }) => {
    const shown = redactedFor(event, holders, authority);
    return serverSentEvent(event, shown === event ? json : JSON.stringify(shown));
  });
  return { text: texts.join(''), position: shared.at(-1)?.event.position ?? position };
}

async function chunkFromDatabase(request: EventReading, { position, upTo }: ChunkRange): Promise<Chunk> {
  const { events, scannedUpTo } = await readEvents(request, { after: position, upTo, ...PAGE });
  const texts = events.map((event) => serverSentEvent(event, JSON.stringify(event)));
  return { text: texts.join(''), position: scannedUpTo };
}

const serverSentEvent = ({ position, event_type: type }: SequencedEntry, json: string) =>
  `id: ${position}\nevent: ${type}\ndata: ${json}\n\n`;
