import { setTimeout as sleep } from 'node:timers/promises';
import type { Authority } from '../operation/caller.ts';
import { Problem, problems } from '../operation/problem.ts';
import { type FeedCall, readEvents } from './feed.ts';

const POLL_INTERVAL_MS = 500;
const HEARTBEAT_INTERVAL_MS = 15_000;
const PAGE_SIZE = 500;

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
 * Generates server-sent events (HTML standard, 9.2) until the client disconnects, the server stops or the caller
 * loses access. The rights of the caller are read again at every poll.
 */
export async function* serverSentEvents(call: FeedCall, after: number): AsyncGenerator<string> {
  const { queryParams, read } = call;
  let position = after;
  let lastSentAt = performance.now();
  yield ': registry events\n\n';
  while (!call.closing.aborted) {
    const authority = await currentAuthority(call);
    if (authority === undefined) return;
    const { events, scannedUpTo } = await readEvents({ authority, queryParams, read }, position, PAGE_SIZE);
    for (const event of events) {
      yield `id: ${event.position}\nevent: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`;
    }
    // Skip events that the caller may not see, so that the next poll does not scan them again.
    position = Math.max(position, scannedUpTo);
    if (events.length === PAGE_SIZE) continue;
    if (events.length > 0) lastSentAt = performance.now();
    else if (performance.now() - lastSentAt > HEARTBEAT_INTERVAL_MS) {
      lastSentAt = performance.now();
      yield ': heartbeat\n\n';
    }
    await sleep(POLL_INTERVAL_MS, undefined, { signal: call.closing }).catch(() => {});
  }
}

/** The current rights of the caller, or `undefined` once its token, session or permission to read has ended. */
async function currentAuthority(call: FeedCall): Promise<Authority | undefined> {
  try {
    return (await call.reauthenticate()) ?? undefined;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return undefined;
    throw error;
  }
}
