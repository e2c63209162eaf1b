import { setTimeout as sleep } from 'node:timers/promises';
import type { Authority } from '../operation/caller.ts';
import { Problem, problems } from '../operation/problem.ts';
import { type FeedCall, readEvents } from './feed.ts';

const POLL_INTERVAL_MS = 500;
const HEARTBEAT_INTERVAL_MS = 15_000;
const PAGE_SIZE = 500;

/** Where a client that was cut off goes on: `Last-Event-ID` is the position of the last event that it has seen. */
export function startPosition(call: FeedCall): number {
  const last = call.requestHeader('last-event-id');
  if (last === undefined) return call.queryParams.after ?? -1;
  if (/^\d{1,15}$/.test(last)) return Number(last);
  throw problems.invalid([{ path: 'header.last-event-id', message: 'must be the position of an event' }]);
}

/**
 * Events as the HTML standard sends them (9.2, "Server-sent events"), for as long as client and server are there and the client may
 * see them: what it may see is asked anew at every look.
 */
export async function* serverSentEvents(call: FeedCall, after: number): AsyncGenerator<string> {
  let position = after;
  let quietSince = performance.now();
  yield ': the events of the registry\n\n';
  while (!call.closing.aborted) {
    const authority = await currentAuthority(call);
    if (authority === undefined) return;
    const { events, scannedUpTo } = await readEvents({ ...call, ...authority }, position, PAGE_SIZE);
    for (const event of events) {
      yield `id: ${event.position}\nevent: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`;
    }
    // Past the events of others too: they are not looked through again at every look.
    position = Math.max(position, scannedUpTo);
    if (events.length === PAGE_SIZE) continue;
    if (events.length > 0) quietSince = performance.now();
    else if (performance.now() - quietSince > HEARTBEAT_INTERVAL_MS) {
      quietSince = performance.now();
      yield ': still here\n\n';
    }
    await sleep(POLL_INTERVAL_MS, undefined, { signal: call.closing }).catch(() => {});
  }
}

/** `undefined` once the token has expired, the login has ended or the role may not read any more. */
async function currentAuthority(call: FeedCall): Promise<Authority | undefined> {
  try {
    return await call.reauthenticate();
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return undefined;
    throw error;
  }
}
