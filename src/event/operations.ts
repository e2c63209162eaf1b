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
  summary: 'Everything that happened, in order',
  description:
    'Events past a position: for administrators all of them; for others the history of the bundles that their accounts hold now, from the issuance or split on. What was done to those in another account is told without who did it: its id, user, action, request and beneficiary are `null`, so that the hash of such an event is for an administrator to recompute. A bundle that leaves an account takes its history along; the action log keeps the account’s own part in it. With `Accept: text/event-stream` they are sent as they happen; `Last-Event-ID` resumes. The stream ends with the login.',
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
    // A connection that has carried a stream carries nothing after it: it would keep a stopping server waiting.
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
    'Recomputes the chain of hashes, checks that positions have no gap, and compares every event with EventStoreDB where there is one, which may take 10 s to get the latest. Names the first difference.',
  permission: 'administer',
  answer: {
    status: 200,
    description: 'What was found',
    schema: z
      .object({
        verified: count.meta({ description: 'Events that were found right' }),
        compared: count
          .nullable()
          .meta({ description: 'How many of them are in EventStoreDB as well; `null` without one' }),
        difference: z.string().nullable(),
      })
      .meta({ id: 'JournalVerification' }),
  },
  async handle({ services }) {
    const { ESDB_CONNECTION_STRING: connection, ESDB_STREAM: stream } = services.config;
    const log = connection === undefined ? undefined : connectEventLog(connection, { stream });
    try {
      // A standby may be behind EventStoreDB, which would look like events that the journal does not have.
      return await services.database.readPrimary(({ execute }) => verifyJournal(execute, { log }));
    } catch (error) {
      if (error instanceof EventStoreUnavailable)
        throw problems.unavailable('EventStoreDB does not answer at the moment.');
      throw error;
    } finally {
      await log?.close();
    }
  },
});
