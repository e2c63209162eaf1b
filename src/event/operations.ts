import { Readable } from 'node:stream';
import { z } from 'zod';
import { connectEventLog, EventStoreUnavailable, verifyJournal } from '../journal/index.ts';
import { defineQuery } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { count } from '../operation/schemas.ts';
import { readEvents } from './feed.ts';
import { Event, EventQuery } from './schemas.ts';
import { serverSentEvents, startPosition } from './server-sent.ts';

const EVENT_STREAM = 'text/event-stream';

export const listEvents = defineQuery({
  id: 'listEvents',
  method: 'GET',
  path: '/events',
  tag: 'Events',
  summary: 'List or stream events',
  description:
    'Returns the events after a position: all events for an administrator, otherwise the history of the bundles that the caller’s accounts hold now and, except for API keys, of the caller’s own user. For events that happened while another account held the bundle, the id of that account, user, action, request and beneficiary are `null`, so only an administrator can recompute their hash. The history of a bundle is visible to its current holder only; earlier holders find their own actions in the action log. With `Accept: text/event-stream` the events are sent as they are recorded, and `Last-Event-ID` resumes a stream. The stream ends when the session or API key ends.',
  permission: 'read',
  queryParams: EventQuery,
  answer: {
    status: 200,
    description: 'Events in the order of their positions',
    schema: z.array(Event),
    streams: [EVENT_STREAM],
  },
  handle: async (call) => {
    if (call.mediaType !== EVENT_STREAM) return (await readEvents(call, call.queryParams.after ?? -1)).events;
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
    'Recomputes the hash chain, checks that positions have no gaps, and compares every event with EventStoreDB if it is configured, for which it waits up to 10 s for the latest events to arrive. Returns the first difference.',
  permission: 'administer',
  answer: {
    status: 200,
    description: 'The result of the verification',
    schema: z
      .object({
        verified: count.meta({ description: 'Number of events verified' }),
        compared: count.nullable().meta({
          description:
            'Number of those events that were compared with EventStoreDB; `null` if it is not configured',
        }),
        difference: z.string().nullable(),
      })
      .meta({ id: 'JournalVerification' }),
  },
  async handle({ services }) {
    const { ESDB_CONNECTION_STRING: connection, ESDB_STREAM: stream } = services.config;
    const log = connection === undefined ? undefined : connectEventLog(connection, { stream });
    try {
      // On the primary: a lagging standby would lack events that EventStoreDB has.
      return await services.database.readPrimary(({ execute }) => verifyJournal(execute, { log }));
    } catch (error) {
      if (error instanceof EventStoreUnavailable)
        throw problems.unavailable('EventStoreDB is currently unavailable.');
      throw error;
    } finally {
      await log?.close();
    }
  },
});
