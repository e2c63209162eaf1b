import { Readable } from 'node:stream';
import { z } from 'zod';
import { headOf, lastAnchor, StoreUnavailable, verifyConfigured } from '../anchor/index.ts';
import { timeLimits } from '../database/time-limits.ts';
import { EventStoreUnavailable } from '../journal/index.ts';
import { defineQuery } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { readEvents } from './feed.ts';
import { Event, EventQuery, JournalHead, JournalVerification } from './schemas.ts';
import { serverSentEvents, startPosition } from './server-sent.ts';

const EVENT_STREAM = 'text/event-stream';
/** The size of stored attributes with which a page ends. */
const PAGE_BYTES = 4_194_304;

export const listEvents = defineQuery({
  id: 'listEvents',
  method: 'GET',
  path: '/events',
  tag: 'Events',
  summary: 'List or stream events',
  description:
    'Returns the events after a position: all events for an administrator, otherwise the history of the bundles that the caller’s accounts hold now and, except for API keys, of the caller’s own user. For events that happened while another account held the bundle, the id of that account, user, action, request and beneficiary are `null`, so only an administrator can recompute their hash. The history of a bundle is visible to its current holder only; earlier holders find their own actions in the action log. A page examines at most 10 000 positions, so it may have fewer events than `limit`, or none; `registry-next-after` is the `after` of the next page. With `Accept: text/event-stream` the events are sent as they are recorded, and `Last-Event-ID` resumes a stream. The stream ends when the session, the access token or the API key ends.',
  permission: 'read',
  queryParams: EventQuery,
  answer: {
    status: 200,
    description: 'Events in the order of their positions',
    schema: z.array(Event),
    streams: [EVENT_STREAM],
  },
  handle: async (call) => {
    if (call.mediaType !== EVENT_STREAM) {
      const { after = -1, limit } = call.queryParams;
      const { events, scannedUpTo, more } = await readEvents(call, { after, limit, bytes: PAGE_BYTES });
      if (more) call.answerHeader('registry-next-after', String(scannedUpTo));
      return events;
    }
    const start = startPosition(call);
    call.answerHeader('cache-control', 'no-store');
    // The connection is not reused after a stream: an idle one would delay the shutdown of the server.
    call.answerHeader('connection', 'close');
    return { contentType: EVENT_STREAM, body: Readable.from(serverSentEvents(call, start)) };
  },
});

export const verifyEvents = defineQuery({
  id: 'verifyEvents',
  method: 'GET',
  path: '/events/verify',
  tag: 'Events',
  summary: 'Verify the journal',
  description:
    'Recomputes the hash chain, checks that positions have no gaps, compares every event with EventStoreDB if it is configured, for which it waits up to 10 s for the latest events to arrive, and verifies all anchors if their keys are configured. Returns the first difference.',
  permission: 'administer',
  answer: { status: 200, description: 'The result of the verification', schema: JournalVerification },
  async handle({ services: { config, database } }) {
    try {
      // On the primary: a lagging standby would lack events that EventStoreDB has.
      const result = await database.readPrimary(({ execute }) => verifyConfigured(execute, config), {
        limits: timeLimits.check,
      });
      return { ...result, places: result.places && [...result.places] };
    } catch (error) {
      if (error instanceof EventStoreUnavailable)
        throw problems.unavailable('EventStoreDB is currently unavailable.');
      if (error instanceof StoreUnavailable) throw problems.unavailable(error.message);
      throw error;
    }
  },
});

export const journalHead = defineQuery({
  id: 'journalHead',
  method: 'GET',
  path: '/journal/head',
  tag: 'Events',
  summary: 'Get the head of the journal',
  description:
    'Returns the position and hash of the last event, and the last anchor: a head that the registry has signed. Keep anchors outside the registry: with one of them, `npm run journal:verify -- --since` proves that no event up to its position has changed.',
  permission: 'read',
  answer: { status: 200, description: 'The head of the journal', schema: JournalHead },
  handle: ({ read }) =>
    read(async ({ execute }) => {
      const head = await headOf(execute);
      const anchor = await lastAnchor(execute);
      return { position: head?.position ?? null, hash: head?.hash ?? null, anchor: anchor ?? null };
    }),
});
